"""What a poll says of when things were so: later than what webhooks told before, not later than what they tell now."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from integrations.contract import Account, Credentials, Feature
from integrations.fingerprints import CLOCK_SKEW
from integrations.networks.facebook.polling import poll

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
YESTERDAY = NOW - timedelta(days=1)


class OneComment:
    """A page on which nothing stands but one comment."""

    def __init__(self, written_at: datetime) -> None:
        self.node = {"id": "7_2", "message": "as it is now", "created_time": written_at.isoformat(), "is_hidden": True}

    def comments(self, *_args: object, **_more: object) -> Mapping[str, Any]:
        return {"data": [self.node]}

    def visits(self, *_args: object, **_more: object) -> Mapping[str, Any]:
        return {"data": []}

    ratings = visits


def as_of(written_at: datetime) -> datetime | None:
    account = Account(
        network_id="1",
        handle="",
        credentials=Credentials(access_token="token"),
        features=frozenset({Feature.ENGAGE}),
    )
    client: Any = OneComment(written_at)
    [page] = poll(client, account, cursor={}, since=YESTERDAY, watched=["1_7"], now=NOW)
    [incoming] = page.incoming
    return incoming.happened_at


def test_a_comment_is_told_as_it_stands_now_edits_and_hides_included() -> None:
    assert as_of(NOW - timedelta(hours=3)) == NOW - CLOCK_SKEW


def test_what_was_just_written_is_told_as_of_then() -> None:
    assert as_of(NOW - timedelta(seconds=5)) == NOW - timedelta(seconds=5)
