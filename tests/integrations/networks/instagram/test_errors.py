import json
from datetime import UTC, datetime

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
from integrations.networks._shared.meta.errors import refusal
from integrations.networks.instagram.errors import KEY, TABLE, container_error, upload_error
from integrations.sentences import SENTENCES
from lib.http import Answer

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def refused(code: int, subcode: int | None = None, *, once: bool = False) -> ProviderError:
    error = {"message": "m", "code": code} | ({"error_subcode": subcode} if subcode else {})
    answer = Answer(status=400, headers={}, body=json.dumps({"error": error}).encode())
    return refusal(answer, network=KEY, table=TABLE, once=once, now=NOON)


@pytest.mark.parametrize(
    ("pair", "kind", "key", "reach"),
    [
        ((190, 492), AuthorisationLost, "instagram_role_lost", Reach.ACCOUNT),
        ((190, 463), AuthorisationLost, "access_lost", Reach.GRANT),
        ((10, None), AuthorisationLost, "permission_missing", Reach.ACCOUNT),
        ((10, 2_018_278), PermanentError, "reply_window_closed", Reach.POST),
        ((80_002, None), RateLimited, "rate_limited", Reach.ACCOUNT),
        ((9, 2_207_042), RateLimited, "rate_limited", Reach.ACCOUNT),
        ((4, None), RateLimited, "rate_limited", Reach.APP),
        ((4, 2_207_051), PermanentError, "account_restricted", Reach.ACCOUNT),
        ((25, 2_207_050), PermanentError, "account_restricted", Reach.ACCOUNT),
        ((24, 2_207_006), PermanentError, "post_gone", Reach.POST),
        ((100, 33), PermanentError, "post_gone", Reach.POST),
        ((100, 2_207_028), PermanentError, "refused", Reach.POST),
        ((36_004, 2_207_010), PermanentError, "instagram_caption_refused", Reach.POST),
        ((36_001, 2_207_005), PermanentError, "instagram_picture_refused", Reach.POST),
        ((9004, 2_207_052), PermanentError, "instagram_not_fetched", Reach.POST),
        ((352, 2_207_026), PermanentError, "film_refused", Reach.POST),
        ((-2, 2_207_003), TransientError, "instagram_not_fetched", Reach.POST),
        ((-1, 2_207_001), TransientError, "unavailable", Reach.POST),
        ((100, 2_018_001), PermanentError, "instagram_person_unavailable", Reach.POST),
        ((12_345, None), PermanentError, "unrecognised", Reach.POST),
    ],
)
def test_each_refusal_is_typed(pair: tuple[int, int | None], kind: type[ProviderError], key: str, reach: Reach) -> None:
    error = refused(*pair)

    assert (type(error), error.key, error.reach) == (kind, key, reach)


def test_a_container_that_is_there_no_more_may_be_published_already() -> None:
    error = refused(24, 2_207_008, once=True)

    assert isinstance(error, PermanentError)
    assert error.look_first


def test_what_was_not_ready_was_surely_not_published() -> None:
    assert isinstance(refused(9007, 2_207_027, once=True), RateLimited)
    assert isinstance(refused(-1, 2_207_053, once=True), OutcomeUnknown)
    assert isinstance(refused(12_345, once=True), OutcomeUnknown)


@pytest.mark.parametrize(
    ("status", "kind", "key"),
    [
        ("Error: Media upload has failed with error code 2207026", PermanentError, "film_refused"),
        ("Error: Media upload has failed with error code 2207003", TransientError, "instagram_not_fetched"),
        ("Error: Media upload has failed with error code 2207077", PermanentError, "instagram_not_fetched"),
        ("Error: Media upload has failed with error code 2207082", TransientError, "unavailable"),
        ("Error: Media upload has failed with error code 2209999", PermanentError, "unrecognised"),
        ("Error", PermanentError, "unrecognised"),
    ],
)
def test_a_container_s_words_hold_the_reason(status: str, kind: type[ProviderError], key: str) -> None:
    error = container_error({"id": "1", "status_code": "ERROR", "status": status})

    assert (type(error), error.key) == (kind, key)


def test_the_upload_host_says_whether_bytes_may_be_sent_again() -> None:
    again = {"debug_info": {"retriable": True, "type": "ProcessingFailedError", "message": "m"}}

    assert isinstance(upload_error(again, status=400), TransientError)
    assert isinstance(upload_error(None, status=503), TransientError)
    assert isinstance(upload_error({"debug_info": {"retriable": False}}, status=400), PermanentError)
    assert isinstance(upload_error([], status=400), PermanentError)


def test_every_key_of_the_table_has_a_sentence() -> None:
    assert {each.key for each in TABLE.values()} <= SENTENCES.keys()
