"""Refusals by status and reason, never by their words; sentences for all of them."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from integrations.errors import (
    AuthorisationLost,
    OutcomeUnknown,
    PermanentError,
    ProviderError,
    RateLimited,
    TransientError,
)
from integrations.networks.youtube import errors
from integrations.sentences import SENTENCES
from lib.http import Answer

NOON = datetime(2026, 11, 28, 12, tzinfo=UTC)


def answer(code: int, reason: str = "", **more: Any) -> Answer:
    error: dict[str, Any] = {"code": code, "message": "Somebody's words.", **more}
    if reason:
        error["errors"] = [{"domain": "youtube.api.v3", "reason": reason, "message": "Somebody's words."}]
    return Answer(status=code, headers={}, body=json.dumps({"error": error}).encode())


def refusal(found: Answer, *, once: bool = False) -> ProviderError:
    return errors.refusal(found, once=once, now=NOON)


@pytest.mark.parametrize(
    ("status", "reason", "kind", "key"),
    [
        (401, "authError", AuthorisationLost, "access_expired"),
        (401, "somethingNew", AuthorisationLost, "access_expired"),
        (401, "youtubeSignupRequired", AuthorisationLost, "youtube_no_channel"),
        (403, "insufficientPermissions", AuthorisationLost, "permission_missing"),
        (403, "quotaExceeded", RateLimited, "youtube_quota"),
        (403, "rateLimitExceeded", RateLimited, "rate_limited"),
        (400, "uploadLimitExceeded", RateLimited, "youtube_channel_uploads"),
        (403, "commentsDisabled", PermanentError, "youtube_no_comments"),
        (403, "accessNotConfigured", PermanentError, "app_misconfigured"),
        (400, "invalidTitle", PermanentError, "youtube_metadata_refused"),
        (404, "commentNotFound", PermanentError, "post_gone"),
        (400, "processingFailure", TransientError, "unavailable"),
        (500, "", TransientError, "unavailable"),
        (502, "", TransientError, "unavailable"),
        (400, "somethingNew", PermanentError, "unrecognised"),
    ],
)
def test_a_reason_means_one_thing(status: int, reason: str, kind: type[ProviderError], key: str) -> None:
    error = refusal(answer(status, reason))

    assert (type(error), error.key) == (kind, key)
    assert "Somebody" not in str(error)


@pytest.mark.parametrize(("status", "reason"), [(500, "internalError"), (503, ""), (400, "processingFailure")])
def test_what_may_have_been_done_is_unknown(status: int, reason: str) -> None:
    assert isinstance(refusal(answer(status, reason), once=True), OutcomeUnknown)


def test_a_refusal_before_anything_is_done_stays_one() -> None:
    assert isinstance(refusal(answer(403, "quotaExceeded"), once=True), RateLimited)
    assert isinstance(refusal(answer(401, "authError"), once=True), AuthorisationLost)


def test_a_day_of_quota_ends_at_midnight_in_california() -> None:
    error = refusal(answer(403, "quotaExceeded"))

    assert isinstance(error, RateLimited)
    assert error.reset_at == datetime(2026, 11, 29, 8, tzinfo=UTC)
    assert errors.next_midnight(datetime(2026, 7, 1, 6, 59, tzinfo=UTC)) == datetime(2026, 7, 1, 7, tzinfo=UTC)


def test_the_newer_envelope_is_understood_too() -> None:
    info = {"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "ACCESS_TOKEN_SCOPE_INSUFFICIENT"}

    assert refusal(answer(403, status="PERMISSION_DENIED", details=[info])).key == "permission_missing"
    assert refusal(answer(401, status="UNAUTHENTICATED")).key == "access_expired"
    assert refusal(answer(429, status="RESOURCE_EXHAUSTED")).key == "rate_limited"


def test_what_is_no_envelope_at_all_is_read_by_its_status() -> None:
    page = Answer(status=503, headers={}, body=b"<html>Error</html>")

    assert isinstance(refusal(page), TransientError)
    assert isinstance(refusal(Answer(status=404, headers={}, body=b"")), PermanentError)


def test_every_row_has_its_sentence() -> None:
    keys = {row.key for row in errors.TABLE.values()} | set(errors.REJECTIONS.values())

    assert keys | {"youtube_processing_failed"} <= set(SENTENCES)


@pytest.mark.parametrize("reason", ["copyright", "length", "duplicate", "somethingNew", ""])
def test_a_rejected_film_says_why(reason: str) -> None:
    assert errors.rejected(reason).key in SENTENCES
    assert errors.rejected(reason).reason == reason
