"""Google's own addresses, beside those of its services: consent, tokens, certificates."""

from starlette.responses import JSONResponse, RedirectResponse, Response

from sandbox.calls import Call
from sandbox.faults import Fault
from sandbox.networks._google import calls, limits, oauth
from sandbox.networks._google.cast import PERSONS
from sandbox.networks._google.consent import consent_page
from sandbox.networks._google.errors import google_error, oauth_error, server_error
from sandbox.networks._google.keys import SigningKey
from sandbox.networks._google.state import GoogleState
from sandbox.networks.base import Operation, Refused
from sandbox.world import World

ACCOUNTS, TOKENS, CERTIFICATES = "accounts.google.com", "oauth2.googleapis.com", "www.googleapis.com"
CERTIFICATES_PATH = "oauth2/v3/certs"


class GoogleHost:
    """Serves what all services share. One for a sandbox; the twins of the services are built with it."""

    key = "google"
    title = "Google"
    # A service may have addresses at the last one as well: what is not ours is left to it.
    hosts: tuple[str, ...] = (ACCOUNTS, TOKENS, CERTIFICATES)
    operations: tuple[str, ...] = (
        "google.consent", "google.token", "google.token.code", "google.token.refresh", "google.tokeninfo",
        "google.revoke", "google.certificates",
    )  # fmt: skip

    def __init__(self, world: World) -> None:
        self.world = world
        self.state = GoogleState(world)
        self.signing = SigningKey()

    def raise_curtain(self) -> None:
        for person in PERSONS:
            if self.state.persons.find(person.id) is None:
                self.state.persons.put(person)

    def route(self, call: Call) -> Operation | None:
        match call.host, call.path:
            case "accounts.google.com", "o/oauth2/v2/auth" | "o/oauth2/auth":
                return Operation("google.consent", self._consent)
            case "accounts.google.com", _:
                return Operation("google.consent", self._elsewhere) if call.method == "GET" and call.path else None
            case "oauth2.googleapis.com", "token" if call.method == "POST":
                return self._route_token(call)
            case "oauth2.googleapis.com", "tokeninfo":
                return Operation("google.tokeninfo", self._token_info)
            case "oauth2.googleapis.com", "revoke" if call.method == "POST":
                return Operation("google.revoke", self._revoke)
            case "www.googleapis.com", path if path == CERTIFICATES_PATH and call.method == "GET":
                return Operation("google.certificates", self._certificates)
        return None

    def _route_token(self, call: Call) -> Operation:
        if call.form.get("grant_type") == "refresh_token":
            token = self.state.tokens.find(call.form.get("refresh_token", ""))
            call.account = token.person_id if token else ""
            return Operation("google.token.refresh", self._refresh)
        return Operation("google.token.code", self._code)

    async def carry_out(self, call: Call, operation: Operation) -> Response:
        try:
            return await operation.handle(call)
        except Refused as refusal:
            return refusal.response

    async def _consent(self, call: Call) -> Response:
        return consent_page(self.state, call)

    async def _elsewhere(self, call: Call) -> Response:
        """Any other address of the site leads to the list of twins."""
        return RedirectResponse("/", status_code=302)

    async def _code(self, call: Call) -> Response:
        grant_type = call.form.get("grant_type", "")
        if grant_type != "authorization_code":
            raise oauth_error("unsupported_grant_type", f"Invalid grant_type: {grant_type}")
        return oauth.exchange_code(self.state, call, self.signing)

    async def _refresh(self, call: Call) -> Response:
        return oauth.refresh(self.state, call)

    async def _token_info(self, call: Call) -> Response:
        return oauth.token_info(self.state, call)

    async def _revoke(self, call: Call) -> Response:
        return oauth.revoke(self.state, call)

    async def _certificates(self, call: Call) -> Response:
        headers = {"cache-control": f"public, max-age={limits.CERTIFICATES_SECONDS}, must-revalidate, no-transform"}
        return JSONResponse(self.signing.certificates, headers=headers)

    # Refusals and faults

    def not_found(self, call: Call) -> Response:
        return google_error(404, "Requested entity was not found.")

    def bad_body(self) -> Response:
        return oauth_error("invalid_request", "Bad Request").response

    def fault_answer(self, call: Call, fault: Fault) -> Response:
        match fault.kind:
            case "rate_limited":
                return oauth_error("rate_limit_exceeded", "Rate Limit Exceeded", 429).response
            case "forbidden":
                return oauth_error("access_denied", "Forbidden", 403).response
            case "duplicate" | "media_failed":
                return oauth_error("invalid_request", "Bad Request").response
            case _:
                return server_error(fault.status)

    def end_token(self, call: Call, *, revoked: bool) -> None:
        calls.end_token(self.state, call, revoked=revoked)
