"""What a poll of any of Meta's networks reads alike: private conversations, and messages as a page of news."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from integrations.engagement import Change, Incoming, IncomingMessage, Page
from integrations.fingerprints import CLOCK_SKEW
from integrations.networks._shared.meta.answers import next_cursor
from integrations.networks._shared.meta.messenger import other_person, private


def news_of(
    conversation: Mapping[str, Any],
    *,
    account_id: str,
    start: datetime,
    fetch: Callable[[str], Mapping[str, Any]],
) -> Iterator[IncomingMessage]:
    """Yield a conversation's messages back to `start`; `fetch` gets the list behind a cursor."""
    person_id = other_person(conversation, account_id=account_id)
    listing: Mapping[str, Any] = conversation.get("messages") or {}
    while person_id:
        found = [private(each, person_id=person_id, account_id=account_id) for each in listing.get("data") or ()]
        news = [each for each in found if each.written_at is None or each.written_at >= start]
        yield from news
        after = next_cursor(listing)
        if not after or len(news) < len(found):
            return
        listing = fetch(after)


def page_of(found: Iterable[IncomingMessage], *, seen: Mapping[str, str], now: datetime) -> Page:
    """Return messages as they stand now: edits, hides and shows that no webhook told of are among them.

    Meta's clock, by which webhooks are told, is not ours: what they tell of the last moments is not undone by this.
    """
    as_of = now - CLOCK_SKEW
    return Page(
        incoming=tuple(
            Incoming(
                change=Change.WRITTEN,
                message_id=each.network_id,
                message=each,
                happened_at=max(each.written_at or as_of, as_of),
            )
            for each in found
        ),
        cursor=dict(seen),
    )
