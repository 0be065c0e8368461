"""Plays troubles to the calls that are made once a post is out, and says what the caller is told."""

from collections.abc import Iterable

from integrations.errors import AuthorisationLost, PermanentError, ProviderError
from tests.faults.calls import CALLS
from tests.faults.ground import Call, Ground
from tests.faults.troubles import SPOILT_ANSWER, TROUBLES

#: What leaves something behind at the twin: a window that is used up, an access that has ended.
_LASTING = frozenset({"rate_limited", "revoked_token", "expired_token"})

#: What is only read, before the call that changes something.
_ASKED_BEFORE = frozenset({"linkedin.comments.get", "x.read", "youtube.videos.list"})


def operations_of(ground: Ground, name: str, operation: str) -> set[str]:
    """Make the call undisturbed; return the operations that answered it."""
    ground.begin()
    call = CALLS[name](ground, operation)
    ground.sandbox.forget("calls")
    call.make()
    return {each["operation"] for each in ground.sandbox.ask("calls")["calls"]}


def play(ground: Ground, name: str, operation: str, troubles: Iterable[str]) -> dict[str, str]:
    """Return what the caller is told of each trouble: ``done``, or the kind of error and the key of its sentence.

    Asserts beside it that the fault struck, that no token stands in the error, and that what took effect did so exactly
    where the trouble says so.
    """
    found: dict[str, str] = {}
    call: Call | None = None
    for trouble in troubles:
        if call is None or not call.reads:
            ground.begin()
            call = CALLS[name](ground, operation)
        strike(ground, operation, trouble)
        found[trouble] = told(ground, call)
        if trouble == "unreachable":
            assert not ground.stage.http.unplugged
        else:
            [fault] = ground.sandbox.ask("faults")["faults"]
            assert fault["fired"] == 1, f"{operation} was not called"
            ground.sandbox.forget("faults")
        if trouble in {"revoked_token", "expired_token"}:
            ground.connect()
        if call.took_effect is not None:
            is_done = found[trouble] == "done" or (trouble in SPOILT_ANSWER and operation not in _ASKED_BEFORE)
            assert call.took_effect() == is_done, f"{trouble}: {found[trouble]}"
        if trouble in _LASTING:
            call = None
    return found


def strike(ground: Ground, operation: str, trouble: str) -> None:
    fault = TROUBLES[trouble]
    if fault is None:
        ground.stage.http.unplugged = True
    else:
        ground.sandbox.control("faults", operation=operation, **fault)


def told(ground: Ground, call: Call) -> str:
    """Make the call; say in a few words what came of it."""
    try:
        call.make()
    except ProviderError as found:
        error = found
    else:
        return "done"
    assert ground.account.credentials.access_token not in f"{error} {error!r} {error.facts()}"
    assert error.__cause__ is None
    return f"{error.outcome}{_hint(error)}: {error.key}"


def _hint(error: ProviderError) -> str:
    if isinstance(error, PermanentError) and error.look_first:
        return ", look first"
    if isinstance(error, AuthorisationLost) and error.refresh_may_help:
        return ", refresh first"
    return ""
