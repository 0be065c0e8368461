"""What follows a post on a page: a first comment, written by the page itself."""

from datetime import datetime

from integrations.contract import Account, Composition, Form, Progress, Published
from integrations.fingerprints import CLOCK_SKEW, fingerprint
from integrations.networks._shared.meta.answers import next_cursor
from integrations.networks.facebook import messages
from integrations.networks.facebook.client import FacebookClient

FIRST_COMMENT = "first_comment"


def names(composition: Composition) -> tuple[str, ...]:
    """Return what is to be done once the post is out; a story takes no comment."""
    return (FIRST_COMMENT,) if composition.first_comment and composition.form is not Form.STORY else ()


def follow_up(
    client: FacebookClient, account: Account, composition: Composition, published: Published, *, now: datetime
) -> Progress:
    token, post_id = account.credentials.access_token, published.network_id
    answer = client.create_comment(token, post_id, composition.first_comment, now=now)
    return _kept(post_id, str(answer["id"]), str(answer.get("permalink_url") or ""))


def find_follow_up(
    client: FacebookClient,
    account: Account,
    composition: Composition,
    published: Published,
    *,
    since: datetime,
    now: datetime,
) -> Progress | None:
    """Look for it among what the page wrote under the post; the oldest with its words is it."""
    wanted, after = fingerprint(composition.first_comment, media_count=0), ""
    while True:
        listing = client.comments(
            account.credentials.access_token, published.network_id, since=since - CLOCK_SKEW, after=after, now=now
        )
        for node in listing.get("data") or ():
            found = messages.comment(node, thread_id=published.network_id, account_id=account.network_id)
            if found.by_account and fingerprint(found.text, media_count=0) == wanted:
                return _kept(published.network_id, found.network_id, found.permalink)
        after = next_cursor(listing)
        if not after:
            return None


def _kept(post_id: str, comment_id: str, permalink: str) -> Progress:
    return {"id": messages.comment_id(post_id, comment_id), "permalink": permalink}
