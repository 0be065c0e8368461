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
    [first] = islice(
        poll(conversation, account, cursor={}, since=since, watched=["1"], with_messages=False, now=NOW), 1
    )

    later = NOW + timedelta(minutes=5)
    rest = list(
        poll(conversation, account, cursor=first.cursor, since=since, watched=["1"], with_messages=False, now=later)
    )

    found = [each.message_id for page in (first, *rest) for each in page.incoming]
    assert found == ["13", "12", "11"]
    assert conversation.asked == ["", "13", "12"]
    # What came since it began is looked for the next time.
    assert rest[-1].cursor == {"mentions": {}, "conversations": {"1": NOW.isoformat()}}


class Letters:
    """Three direct messages, a page each, newest first; nobody mentions the account."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def mentions(self, *_args: object, **_more: object) -> Mapping[str, Any]:
        return {"data": []}

    def private_messages(self, _token: str, *, next_token: str = "", **_more: object) -> Mapping[str, Any]:
        self.asked.append(next_token)
        place = int(next_token or 0)
        number = (900 - place) << 50  # far enough apart for the overlap
        event = {
            "id": str(number),
            "text": "a",
            "sender_id": "9",
            "dm_conversation_id": "7-9",
            "created_at": NOW.isoformat(),
        }
        return {"data": [event], "meta": {"next_token": str(place + 1)} if place < 2 else {}}


def test_direct_messages_are_read_to_where_the_last_scan_began_even_when_it_was_stopped() -> None:
    letters: Any = Letters()
    account = Account(network_id="7", handle="shop", credentials=Credentials(access_token="token"))
    since = NOW - timedelta(days=1)

    def read(cursor: Mapping[str, Any], pages: int | None = None) -> list[Any]:
        return list(
            islice(poll(letters, account, cursor=cursor, since=since, watched=[], with_messages=True, now=NOW), pages)
        )

    [first] = read({}, 1)
    rest = read(first.cursor)
    again = read(rest[-1].cursor)

    found = [each.message_id for page in (first, *rest) for each in page.incoming]
    assert found == [str(each << 50) for each in (900, 899, 898)]
    assert letters.asked[:3] == ["", "1", "2"]
    assert rest[-1].cursor["private"] == {"newest": str(900 << 50)}
    assert [each.message_id for page in again for each in page.incoming] == [str(900 << 50)]  # the overlap
