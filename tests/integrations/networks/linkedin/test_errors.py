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
from integrations.networks.linkedin.errors import TABLE, TOKEN_TABLE, refusal, token_refusal
from integrations.sentences import SENTENCES
from lib.http import Answer

NOW = datetime(2026, 11, 28, 22, 30, tzinfo=UTC)
MIDNIGHT = datetime(2026, 11, 29, tzinfo=UTC)


def answered(status: int, body: Any) -> Answer:
    return Answer(status=status, headers={}, body=json.dumps(body).encode())


def refused(status: int, body: Any, *, once: bool = False, by_role: bool = True) -> ProviderError:
    return refusal(answered(status, body), once=once, by_role=by_role, now=NOW)


def test_every_row_has_its_sentence() -> None:
    assert {row.key for row in (*TABLE.values(), *TOKEN_TABLE.values())} <= SENTENCES.keys()


@pytest.mark.parametrize(
    ("status", "body", "error", "key", "reach"),
    [
        (400, {"code": "VERSION_MISSING"}, PermanentError, "linkedin_version", Reach.APP),
        (426, {"code": "NONEXISTENT_VERSION"}, PermanentError, "linkedin_version", Reach.APP),
        (
            401,
            {"serviceErrorCode": 65601, "code": "EXPIRED_ACCESS_TOKEN"},
            AuthorisationLost,
            "access_expired",
            Reach.GRANT,
        ),
        (401, {"serviceErrorCode": 401}, AuthorisationLost, "access_expired", Reach.GRANT),
        (401, {"code": "REVOKED_ACCESS_TOKEN"}, AuthorisationLost, "access_withdrawn", Reach.GRANT),
        (403, {"code": "ACCESS_DENIED"}, AuthorisationLost, "linkedin_role_lost", Reach.ACCOUNT),
        (404, {"code": "NOT_FOUND"}, PermanentError, "post_gone", Reach.POST),
        (400, {"code": "MEDIA_ASSET_PROCESSING_FAILED"}, PermanentError, "media_refused", Reach.POST),
        (400, {"code": "FIELD_LENGTH_TOO_LONG"}, PermanentError, "refused", Reach.POST),
        (503, "no JSON object", TransientError, "unavailable", Reach.POST),
        (400, {"code": "A_NEW_CODE"}, PermanentError, "unrecognised", Reach.POST),
    ],
)
def test_codes_are_told_apart(status: int, body: Any, error: type[ProviderError], key: str, reach: Reach) -> None:
    found = refused(status, body)

    assert (type(found), found.key, found.reach) == (error, key, reach)


def test_a_comment_that_may_not_be_written_says_nothing_of_the_account() -> None:
    found = refused(403, {"code": "ACCESS_DENIED"}, by_role=False)

    assert (type(found), found.key) == (PermanentError, "linkedin_not_allowed")


def test_a_duplicate_names_the_earlier_post() -> None:
    found = refused(422, {"code": "DUPLICATE_POST", "message": "Content is a duplicate of urn:li:share:123"}, once=True)
    other = refused(422, {"code": "UNPROCESSABLE_ENTITY", "message": "Content is a duplicate of urn:li:share:123"})
    plain = refused(422, {"code": "UNPROCESSABLE_ENTITY", "message": "See urn:li:share:123"})

    assert isinstance(found, PermanentError)
    assert (found.look_first, found.same_as) == (True, "urn:li:share:123")
    assert isinstance(other, PermanentError)
    assert other.same_as == "urn:li:share:123"
    assert isinstance(plain, PermanentError)
    assert (plain.look_first, plain.same_as) == (False, "")


def test_daily_allowances_wait_until_midnight_others_a_minute() -> None:
    words = "Resource level throttle {} DAY limit for calls to this resource is reached."
    app = refused(429, {"code": "TOO_MANY_REQUESTS", "message": words.format("APPLICATION")}, once=True)
    member = refused(429, {"message": words.format("MEMBER")})
    comments = refused(429, {"message": "Comment create throttled: creation rate limit exceeded for member"})
    other = refused(429, {})

    assert all(isinstance(each, RateLimited) for each in (app, member, comments, other))
    assert [each.reach for each in (app, member)] == [Reach.APP, Reach.GRANT]
    assert [each.reset_at for each in (app, member, comments, other) if isinstance(each, RateLimited)] == [
        MIDNIGHT,
        MIDNIGHT,
        NOW + timedelta(minutes=1),
        NOW + timedelta(minutes=1),
    ]


def test_what_is_not_ready_or_in_conflict_was_surely_not_published() -> None:
    for status, body in ((400, {"code": "MEDIA_ASSET_WAITING_UPLOAD"}), (409, {"code": "CONFLICT"})):
        assert isinstance(refused(status, body, once=True), TransientError)
    for status in (500, 502, 503, 504):
        assert isinstance(refused(status, {}, once=True), OutcomeUnknown)


def test_a_dead_refresh_token_ends_the_grant_and_wrong_keys_are_the_operators() -> None:
    dead = token_refusal(answered(400, {"error": "invalid_request"}), now=NOW)
    keys = token_refusal(answered(401, {"error": "invalid_client"}), now=NOW)

    assert (type(dead), dead.key) == (AuthorisationLost, "access_lost")
    assert (type(keys), keys.reach) == (PermanentError, Reach.APP)
