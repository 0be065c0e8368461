import json
import logging
from datetime import UTC, datetime
from typing import Any

import pytest

from integrations.errors import (
    AuthorisationLost,
    OutcomeUnknown,
    PermanentError,
    ProviderError,
    RateLimited,
    Reach,
    TransientError,
)
from integrations.networks.x.errors import partial_refusal, refusal, token_refusal
from lib.http import Answer

PROBLEMS = "https://api.twitter.com/2/problems/"
BLANK = "about:blank"


def answered(status: int, body: object, **headers: str) -> Answer:
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    return Answer(status=status, headers=names, body=json.dumps(body).encode())


def problem(status: int, title: str, kind: str = BLANK, detail: str = "", **more: Any) -> Answer:
    return answered(status, {"title": title, "type": kind, "detail": detail or title, "status": status, **more})


ANSWERS: list[tuple[Answer, type[ProviderError], str]] = [
    (problem(401, "Unauthorized"), AuthorisationLost, "access_expired"),
    (problem(402, "CreditsDepleted", PROBLEMS + "credits"), RateLimited, "x_credits"),
    (problem(403, "SpendCapReached", reset_date="2026-12-01T00:00:00Z"), RateLimited, "x_credits"),
    (problem(403, "Forbidden", detail="Anything that X may say."), PermanentError, "refused"),
    (
        problem(
            403,
            "Forbidden",
            detail="Reply to this conversation is not allowed because you have not been mentioned or otherwise engaged "
            "by the author of the post you are replying to.",
        ),
        PermanentError,
        "x_not_summoned",
    ),
    (
        problem(403, "Forbidden", detail="You attempted to reply to a Tweet that is deleted or not visible to you."),
        PermanentError,
        "post_gone",
    ),
    (
        problem(403, "Forbidden", detail="You are not allowed to create a Tweet with duplicate content."),
        PermanentError,
        "x_duplicate",
    ),
    (
        problem(403, "Unsupported Authentication", "https://api.x.com/2/problems/unsupported-authentication"),
        PermanentError,
        "app_misconfigured",
    ),
    (problem(404, "Not Found Error", PROBLEMS + "resource-not-found"), PermanentError, "post_gone"),
    (
        answered(400, {"errors": [{"message": "m"}], "title": "Invalid Request", "type": PROBLEMS + "invalid-request"}),
        PermanentError,
        "refused",
    ),
    (problem(429, "Too Many Requests"), RateLimited, "rate_limited"),
    (answered(429, {"errors": [{"code": 88, "message": "Rate limit exceeded"}]}), RateLimited, "rate_limited"),
    (answered(403, {"errors": [{"code": 187, "message": "Status is a duplicate."}]}), PermanentError, "x_duplicate"),
    (answered(401, {"errors": [{"code": 89, "message": "Invalid token."}]}), AuthorisationLost, "access_expired"),
    (
        problem(403, "Forbidden", detail="You cannot send messages to this user."),
        PermanentError,
        "x_messages_closed",
    ),
    (Answer(status=429, headers={}, body=b"<html>"), RateLimited, "rate_limited"),
    (Answer(status=503, headers={}, body=b"<html>"), TransientError, "unavailable"),
    (Answer(status=520, headers={}, body=b""), TransientError, "unavailable"),
]


@pytest.mark.parametrize(("answer", "kind", "key"), ANSWERS)
def test_each_refusal_is_typed(answer: Answer, kind: type[ProviderError], key: str) -> None:
    error = refusal(answer, once=False)

    assert (type(error), error.key) == (kind, key)


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_a_server_fault_leaves_a_commit_unknown(status: int) -> None:
    assert isinstance(refusal(Answer(status=status, headers={}, body=b""), once=True), OutcomeUnknown)


@pytest.mark.parametrize(("once", "kind"), [(False, PermanentError), (True, OutcomeUnknown)])
def test_an_unknown_code_is_never_guessed(
    once: bool, kind: type[ProviderError], caplog: pytest.LogCaptureFixture
) -> None:
    answer = problem(418, "Teapot", PROBLEMS + "teapot", detail="duplicate of what Alice wrote")

    error = refusal(answer, once=once)

    assert isinstance(error, kind)
    assert error.parameters == {"code": "418/teapot"}
    assert "teapot" in caplog.text
    assert "Alice" not in caplog.text


def test_a_duplicate_is_looked_for_first() -> None:
    error = refusal(
        problem(403, "Forbidden", detail="You are not allowed to create a Tweet with duplicate content."), once=True
    )

    assert isinstance(error, PermanentError)
    assert error.look_first


def test_the_day_of_the_app_outlasts_the_window() -> None:
    answer = answered(
        429,
        {"title": "Too Many Requests"},
        x_rate_limit_reset="1795341600",
        x_app_limit_24hour_remaining="0",
        x_app_limit_24hour_reset="1795400000",
    )

    error = refusal(answer, once=True)

    assert isinstance(error, RateLimited)
    assert error.reset_at == datetime.fromtimestamp(1795400000, UTC)


@pytest.mark.parametrize("word", ["invalid_request", "invalid_grant"])
def test_a_dead_refresh_token_ends_the_grant(word: str) -> None:
    error = token_refusal(answered(400, {"error": word, "error_description": "Value passed was invalid."}), once=True)

    assert isinstance(error, AuthorisationLost)
    assert (error.reach, error.refresh_may_help) == (Reach.GRANT, False)


def test_our_own_wrong_keys_are_the_operators_matter() -> None:
    error = token_refusal(answered(401, {"error": "unauthorized_client"}), once=True)

    assert (type(error), error.reach) == (PermanentError, Reach.APP)


def test_a_200_without_data_is_read_by_its_errors() -> None:
    error = partial_refusal({"title": "Not Found Error", "type": PROBLEMS + "resource-not-found", "detail": "d"})

    assert error.key == "post_gone"


@pytest.fixture(autouse=True)
def _logs(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
