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
from integrations.networks.facebook.errors import refusal
from lib.http import Answer

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def answered(code: int, subcode: int | None = None, *, status: int = 400, **more: Any) -> Answer:
    error = {"message": "m", "type": "OAuthException", "code": code, "fbtrace_id": "A", **more}
    if subcode is not None:
        error["error_subcode"] = subcode
    return Answer(status=status, headers={}, body=json.dumps({"error": error}).encode())


CODES: list[tuple[tuple[int, int | None], type[ProviderError], str, Reach]] = [
    ((190, 463), AuthorisationLost, "access_lost", Reach.GRANT),
    ((190, 458), AuthorisationLost, "access_lost", Reach.GRANT),
    ((190, None), AuthorisationLost, "access_lost", Reach.GRANT),
    ((190, 492), AuthorisationLost, "facebook_role_lost", Reach.ACCOUNT),
    ((102, None), AuthorisationLost, "access_lost", Reach.GRANT),
    ((10, None), AuthorisationLost, "permission_missing", Reach.ACCOUNT),
    ((200, 1), AuthorisationLost, "permission_missing", Reach.ACCOUNT),
    ((299, None), AuthorisationLost, "permission_missing", Reach.ACCOUNT),
    ((3, None), PermanentError, "app_misconfigured", Reach.APP),
    ((4, None), RateLimited, "rate_limited", Reach.APP),
    ((17, None), RateLimited, "rate_limited", Reach.GRANT),
    ((32, None), RateLimited, "rate_limited", Reach.ACCOUNT),
    ((80_001, None), RateLimited, "rate_limited", Reach.ACCOUNT),
    ((200, 1_390_008), RateLimited, "rate_limited", Reach.ACCOUNT),
    ((100, None), PermanentError, "refused", Reach.POST),
    ((100, 33), PermanentError, "post_gone", Reach.POST),
    ((506, None), PermanentError, "facebook_duplicate", Reach.POST),
    ((324, 2_069_019), PermanentError, "media_refused", Reach.POST),
    ((1, 1_366_046), PermanentError, "media_refused", Reach.POST),
    ((368, 1_404_078), PermanentError, "facebook_identity_check", Reach.ACCOUNT),
    ((368, None), PermanentError, "account_restricted", Reach.ACCOUNT),
    ((2, None), TransientError, "unavailable", Reach.POST),
    ((10, 2_018_278), PermanentError, "reply_window_closed", Reach.POST),
    ((551, 1_545_041), PermanentError, "facebook_person_unavailable", Reach.POST),
    ((551, None), PermanentError, "facebook_person_unavailable", Reach.POST),
    ((2200, None), PermanentError, "webhook_refused", Reach.APP),
]


@pytest.mark.parametrize(("pair", "kind", "key", "reach"), CODES)
def test_each_refusal_is_typed(pair: tuple[int, int | None], kind: type[ProviderError], key: str, reach: Reach) -> None:
    error = refusal(answered(*pair), once=False, now=NOON)

    assert (type(error), error.key, error.reach) == (kind, key, reach)


@pytest.mark.parametrize(
    "answer",
    [
        answered(1),
        answered(2, status=500),
        answered(9999, is_transient=True),
        Answer(status=502, headers={}, body=b"<html>"),
        answered(9999, 8888),
    ],
)
def test_a_disturbance_or_an_unknown_code_leaves_a_commit_unknown(answer: Answer) -> None:
    assert isinstance(refusal(answer, once=True, now=NOON), OutcomeUnknown)


def test_an_unknown_code_before_the_commit_is_final(caplog: pytest.LogCaptureFixture) -> None:
    error = refusal(answered(9999, 8888, error_user_msg="Dear Alice"), once=False, now=NOON)

    assert isinstance(error, PermanentError)
    assert error.detail == "Dear Alice"
    assert "9999/8888" in caplog.text
    assert "Alice" not in caplog.text


def test_a_throttled_page_says_until_when() -> None:
    usage = {"102": [{"type": "pages", "call_count": 100, "estimated_time_to_regain_access": 12}]}
    answer = Answer(
        status=400,
        headers={"X-Business-Use-Case-Usage": json.dumps(usage)},
        body=json.dumps({"error": {"code": 80_001, "is_transient": True}}).encode(),
    )

    error = refusal(answer, once=True, now=NOON)

    assert isinstance(error, RateLimited)
    assert error.reset_at == NOON + timedelta(minutes=12)
