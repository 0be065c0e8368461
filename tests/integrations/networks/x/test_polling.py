"""A search that is stopped goes on where it stood: every post read is paid."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

from integrations.contract import Account, Credentials
from integrations.networks.x.polling import poll

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)


class Conversation:
    """One on which three posts stand, a page each; nobody mentions the account."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def mentions(self, *_args: object, **_more: object) -> Mapping[str, Any]:
        return {"data": []}

    def search(
        self, _token: str, _query: str, *, until_id: str = "", next_token: str, **_more: object
    ) -> Mapping[str, Any]:
        self.asked.append(next_token or until_id)
        before = int(next_token or until_id or 14)
        meta = {"next_token": str(before - 1)} if before > 12 else {}
        post = {
            "id": str(before - 1),
            "conversation_id": "1",
            "author_id": "9",
            "text": "a",
            "created_at": NOW.isoformat(),
        }
        return {"data": [post], "meta": meta}


def test_a_long_search_that_was_stopped_reads_no_page_twice_and_leaves_no_gap() -> None:
    conversation: Any = Conversation()
    account = Account(network_id="7", handle="shop", credentials=Credentials(access_token="token"))
    since = NOW - timedelta(days=1)
    [first] = islice(poll(conversation, account, cursor={}, since=since, watched=["1"], now=NOW), 1)

    later = NOW + timedelta(minutes=5)
    rest = list(poll(conversation, account, cursor=first.cursor, since=since, watched=["1"], now=later))

    found = [each.message_id for page in (first, *rest) for each in page.incoming]
    assert found == ["13", "12", "11"]
    assert conversation.asked == ["", "13", "12"]
    # What came since it began is looked for the next time.
    assert rest[-1].cursor == {"mentions": {}, "conversations": {"1": NOW.isoformat()}}
