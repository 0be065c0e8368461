"""What each refusal comes to, and that nothing is read out of messages."""

import json
from datetime import UTC, datetime, timedelta
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
from integrations.networks.google_business.errors import TABLE, refusal
from integrations.sentences import SENTENCES
from lib.http import Answer

SCOPE = "ACCESS_TOKEN_SCOPE_INSUFFICIENT"
NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)


def refused(
    status: int, word: str, *, reason: str = "", once: bool = False, edits: bool = False, **more: Any
) -> ProviderError:
    error: dict[str, Any] = {"code": status, "message": "quota 0 invalid_grant media", "status": word, **more}
    if reason:
        info = {"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": reason}
        error["details"] = [{**info, "metadata": more.pop("metadata", {})}]
    body = json.dumps({"error": error}).encode()
    return refusal(Answer(status=status, headers={}, body=body), once=once, edits=edits, now=NOW)


@pytest.mark.parametrize(
    ("status", "word", "reason", "expected"),
    [
        (400, "INVALID_ARGUMENT", "", (PermanentError, "refused", Reach.POST)),
        (400, "FAILED_PRECONDITION", "", (PermanentError, "google_business_not_live", Reach.ACCOUNT)),
        (401, "UNAUTHENTICATED", "ACCESS_TOKEN_EXPIRED", (AuthorisationLost, "access_expired", Reach.GRANT)),
        (401, "UNAUTHENTICATED", "", (AuthorisationLost, "access_expired", Reach.GRANT)),
        (403, "PERMISSION_DENIED", "", (AuthorisationLost, "google_business_role_lost", Reach.ACCOUNT)),
        (403, "PERMISSION_DENIED", SCOPE, (AuthorisationLost, "permission_missing", Reach.GRANT)),
        (403, "PERMISSION_DENIED", "SERVICE_DISABLED", (PermanentError, "app_misconfigured", Reach.APP)),
        (403, "PERMISSION_DENIED", "SOMETHING_NEW", (AuthorisationLost, "google_business_role_lost", Reach.ACCOUNT)),
        (404, "NOT_FOUND", "", (PermanentError, "post_gone", Reach.POST)),
        (409, "ALREADY_EXISTS", "", (PermanentError, "google_business_duplicate", Reach.POST)),
        (429, "RESOURCE_EXHAUSTED", "RATE_LIMIT_EXCEEDED", (RateLimited, "rate_limited", Reach.APP)),
        (500, "INTERNAL", "", (TransientError, "unavailable", Reach.POST)),
        (503, "UNAVAILABLE", "", (TransientError, "unavailable", Reach.POST)),
        (504, "DEADLINE_EXCEEDED", "", (TransientError, "unavailable", Reach.POST)),
        (418, "SOMETHING_NEW", "", (PermanentError, "unrecognised", Reach.POST)),
    ],
)  # fmt: skip
def test_each_refusal_has_its_row(
    status: int, word: str, reason: str, expected: tuple[type[ProviderError], str, Reach]
) -> None:
    found = refused(status, word, reason=reason)

    assert (type(found), found.key, found.reach) == expected


@pytest.mark.parametrize(
    ("status", "word", "key"),
    [(500, "INTERNAL", "no_answer"), (503, "UNAVAILABLE", "no_answer"), (418, "SOMETHING_NEW", "answer_unclear")],
)
def test_what_may_have_been_done_is_unknown_after_a_commit(status: int, word: str, key: str) -> None:
    found = refused(status, word, once=True)

    assert (type(found), found.key) == (OutcomeUnknown, key)


def test_a_body_that_is_no_json_is_judged_by_its_status_alone() -> None:
    for status, error in ((502, TransientError), (404, PermanentError)):
        found = refusal(Answer(status=status, headers={}, body=b"<html>"), once=False, edits=False, now=NOW)
        assert type(found) is error


def test_a_quota_ends_with_its_minute_and_a_change_is_the_profiles() -> None:
    reading = refused(429, "RESOURCE_EXHAUSTED", reason="RATE_LIMIT_EXCEEDED")
    changing = refused(429, "RESOURCE_EXHAUSTED", reason="RATE_LIMIT_EXCEEDED", edits=True)

    assert isinstance(reading, RateLimited)
    assert isinstance(changing, RateLimited)
    assert reading.reset_at == changing.reset_at == NOW + timedelta(minutes=1)
    assert changing.reach is Reach.ACCOUNT


def test_a_quota_of_nothing_is_a_project_that_was_not_let_in() -> None:
    info = {"reason": "RATE_LIMIT_EXCEEDED", "metadata": {"quota_limit_value": "0"}}
    body = json.dumps({"error": {"code": 429, "status": "RESOURCE_EXHAUSTED", "details": [info]}}).encode()

    found = refusal(Answer(status=429, headers={}, body=body), once=True, edits=True, now=NOW)

    assert (type(found), found.key, found.reach) == (PermanentError, "google_business_not_let_in", Reach.APP)


@pytest.mark.parametrize("field", ["media[0].source_url", "source_url", "media"])
def test_a_wrong_photo_is_told_by_its_field(field: str) -> None:
    detail = {"errorDetails": [{"field": field, "message": "x", "code": "y"}]}

    assert refused(400, "INVALID_ARGUMENT", details=[detail]).key == "media_refused"
    assert refused(400, "INVALID_ARGUMENT", details=[{"errorDetails": [{"field": "summary"}]}]).key == "refused"
    assert (
        refused(400, "INVALID_ARGUMENT", details=[None, {"errorDetails": None}, {"fieldViolations": [3]}]).key
        == "refused"
    )


def test_every_row_has_its_sentence() -> None:
    assert {row.key for row in TABLE.values()} <= SENTENCES.keys()
