"""Who makes an API call, and whether they may."""

from dataclasses import dataclass

from sandbox.calls import Call
from sandbox.networks._google.errors import scope_insufficient, unauthenticated
from sandbox.networks._google.state import GoogleState, Person, Token


@dataclass(frozen=True, kw_only=True)
class Caller:
    """Whom an access token speaks for, and for which app; `identity` is the channel chosen, where one was."""

    app_id: str
    person: Person
    scopes: frozenset[str]
    identity: str = ""


def token_of(state: GoogleState, call: Call) -> Token | None:
    """The access token that a call carries, dead or alive."""
    token = state.tokens.find(call.bearer or call.query.get("access_token", ""))
    return token if token and token.kind == "access" else None


def identify(state: GoogleState, call: Call) -> Caller:
    """Resolve the token of a call. Raises 401 for none, and for one that does not live."""
    if not (call.bearer or call.query.get("access_token")):
        raise unauthenticated("CREDENTIALS_MISSING", call.host)
    token = token_of(state, call)
    person = state.persons.find(token.person_id) if token else None
    if token is None or person is None:
        raise unauthenticated("ACCESS_TOKEN_TYPE_UNSUPPORTED", call.host)
    if not token.lives(state.now):
        raise unauthenticated("ACCESS_TOKEN_EXPIRED", call.host)
    return Caller(app_id=token.app_id, person=person, scopes=frozenset(token.scopes), identity=token.identity)


def require_scope(caller: Caller, call: Call, *any_of: str) -> None:
    """One of these scopes must have been granted. Raises 403."""
    if caller.scopes.isdisjoint(any_of):
        raise scope_insufficient(call.host)


def end_token(state: GoogleState, call: Call, *, revoked: bool) -> None:
    """End the token a call carries: at its time, or with the whole grant because the person withdrew it."""
    token = token_of(state, call) or state.tokens.find(call.form.get("refresh_token", ""))
    if token is None:
        return
    if revoked:
        state.end_grant(token.grant_id)
    else:
        state.expire_access(token.grant_id)
