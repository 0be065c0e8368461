"""What follows a post on Instagram: a first comment, then the end of comments where the author wants none.

Instagram may write a comment and answer with an error all the same, so a look reads what stands under the post.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from integrations.contract import Account, Composition, Form, Progress, Published
from integrations.fingerprints import CLOCK_SKEW, fingerprint
from integrations.networks._shared.meta.answers import next_cursor
from integrations.networks.instagram import messages
from integrations.networks.instagram.client import InstagramClient

FIRST_COMMENT = "first_comment"
COMMENTS_OFF = "comments_off"


def names(composition: Composition) -> tuple[str, ...]:
    """Return the follow-ups in order; a story has none."""
    if composition.form is Form.STORY:
        return ()
    comment = [FIRST_COMMENT] if composition.first_comment else []
    closing = [COMMENTS_OFF] if composition.options.get("comments") is False else []
    return (*comment, *closing)


def follow_up(
    client: InstagramClient,
    account: Account,
    composition: Composition,
    name: str,
    published: Published,
    *,
    now: datetime,
) -> Progress:
    """Do one of them."""
    token = account.credentials.access_token
    if name == COMMENTS_OFF:
        client.close_comments(token, published.network_id, now=now)
        return {"closed": True}
    return {"id": client.create_comment(token, published.network_id, composition.first_comment, now=now)}


def find_follow_up(
    client: InstagramClient,
    account: Account,
    composition: Composition,
    name: str,
    published: Published,
    *,
    since: datetime,
    now: datetime,
) -> Progress | None:
    """Look for it; the oldest of several with its words is it, since whatever came later came by another hand."""
    token = account.credentials.access_token
    if name == COMMENTS_OFF:
        medium = client.medium(token, published.network_id, fields="is_comment_enabled", now=now)
        return {"closed": True} if medium.get("is_comment_enabled") is False else None
    wanted = fingerprint(composition.first_comment, media_count=0)
    found = [
        node
        for node in _top_comments(client, account, published.network_id, since=since - CLOCK_SKEW, now=now)
        if messages.is_own(node, account) and fingerprint(str(node.get("text") or ""), media_count=0) == wanted
    ]
    return {"id": str(found[-1]["id"])} if found else None


def _top_comments(
    client: InstagramClient, account: Account, medium_id: str, *, since: datetime, now: datetime
) -> list[Mapping[str, Any]]:
    """Return the comments on top that were written since then, newest first."""
    found: list[Mapping[str, Any]] = []
    after = ""
    while True:
        listing = client.comments(account.credentials.access_token, medium_id, after=after, now=now)
        nodes = [each for each in listing.get("data") or () if each.get("id")]
        news = [each for each in nodes if messages.is_since(each, since)]
        found += news
        after = next_cursor(listing) if len(news) == len(nodes) else ""
        if not after:
            return found
