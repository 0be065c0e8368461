"""Reading reviews that were written or changed since the last time.

They come the last changed first, so the cursor moves only once the list has been read back to where it stood. That an
answer was written by hand does not change a review's time: on an older review it is noticed when somebody looks at it,
or when its lease is renewed. A review that was removed is listed no more, which is noticed then too.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from integrations.contract import Account
from integrations.engagement import Change, Incoming, Page
from integrations.networks.google_business import messages
from integrations.networks.google_business.client import BusinessClient
from integrations.networks.google_business.limits import POLL_OVERLAP
from integrations.networks.google_business.mapping import moment, next_page, profile_of


def poll(
    client: BusinessClient, account: Account, *, cursor: Mapping[str, Any], since: datetime, now: datetime
) -> Iterator[Page]:
    """Yield reviews with their answers, page by page."""
    seen = str(cursor.get("reviews") or "")
    start = datetime.fromisoformat(seen) - POLL_OVERLAP if seen else since
    newest, after = "", ""
    while True:
        listing = client.reviews(account.credentials.access_token, profile_of(account), page=after, now=now)
        nodes = [each for each in listing.get("reviews") or () if moment(each.get("updateTime"))]
        news = [each for each in nodes if moment(each["updateTime"]) >= start]  # type: ignore[operator]
        newest = newest or max((_iso(each["updateTime"]) for each in news), default="")
        after = next_page(listing) if len(news) == len(nodes) else ""
        if not after and newest:
            seen = max(newest, seen)
        if news:
            yield Page(incoming=_read(news, account, now=now), cursor={"reviews": seen} if seen else {})
        if not after:
            return


def _read(nodes: list[Mapping[str, Any]], account: Account, *, now: datetime) -> tuple[Incoming, ...]:
    return tuple(
        Incoming(change=Change.WRITTEN, message_id=each.network_id, message=each, happened_at=now)
        for node in nodes
        for each in messages.all_of(node)
    )


def _iso(value: object) -> str:
    found = moment(value)
    return found.isoformat() if found else ""
