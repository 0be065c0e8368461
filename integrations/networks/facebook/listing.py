"""Which pages a person can give: those they ticked, and those that a business portfolio lets them speak for."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from functools import partial
from typing import Any

from integrations.contract import Credentials, Presence
from integrations.networks._shared.meta.answers import next_cursor
from integrations.networks.facebook import mapping
from integrations.networks.facebook.client import FacebookClient

_EDGES = ("owned_pages", "client_pages")


def presences(
    client: FacebookClient, credentials: Credentials, *, with_portfolios: bool, now: datetime
) -> Iterator[Presence]:
    """Yield each page once, though it may be ticked and in a portfolio, or in several."""
    seen: set[str] = set()
    for page in _pages(client, credentials.access_token, with_portfolios=with_portfolios, now=now):
        presence = mapping.listed(page, granted=credentials.scopes)
        if presence.network_id not in seen:
            seen.add(presence.network_id)
            yield presence


def every(fetch: Callable[[str], Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    """Yield all rows of a listing, page by page, as the caller goes on."""
    after = ""
    while True:
        listing = fetch(after)
        yield from listing.get("data") or ()
        after = next_cursor(listing)
        if not after:
            return


def _pages(client: FacebookClient, token: str, *, with_portfolios: bool, now: datetime) -> Iterator[Mapping[str, Any]]:
    yield from every(lambda after: client.pages(token, after=after, now=now))
    if not with_portfolios:
        return
    for business in every(lambda after: client.businesses(token, after=after, now=now)):
        for edge in _EDGES:
            fetch = partial(_portfolio, client, token, str(business["id"]), edge=edge, now=now)
            # Those without a token are the portfolio's, and not this person's to speak for.
            yield from (page for page in every(fetch) if page.get("access_token"))


def _portfolio(
    client: FacebookClient, token: str, business_id: str, after: str, *, edge: str, now: datetime
) -> Mapping[str, Any]:
    return client.business_pages(token, business_id, edge=edge, after=after, now=now)
