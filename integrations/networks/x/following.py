"""What follows a post on X: the parts of a thread, each a reply to the one before it, and a first comment.

Each is one more post, with its own look after a lost answer: among the account's newest posts, by its words and by
what it answers.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from integrations.contract import Account, Composition, Form, Progress, Published
from integrations.errors import PermanentError
from integrations.fingerprints import CLOCK_SKEW, fingerprint
from integrations.networks._shared.refusals import lost_answer
from integrations.networks.x import limits, mapping, messages
from integrations.networks.x.client import XClient
from integrations.networks.x.errors import KEY

FIRST_COMMENT = "first_comment"
_PART = "part."
_NAMES_IN_FRONT = re.compile(r"^(?:@\w+\s+)+")
_FRESH = timedelta(seconds=15)  # X refuses a start_time that is not at least 10 s ago


def names(composition: Composition) -> tuple[str, ...]:
    """Return the follow-ups in order: a thread is told to its end before anything is said about it."""
    parts = composition.parts if composition.form is Form.THREAD else ()
    comment = [FIRST_COMMENT] if composition.first_comment else []
    return (*(f"{_PART}{place}" for place in range(len(parts))), *comment)


def follow_up(
    client: XClient, account: Account, composition: Composition, name: str, *, published: Published, done: Progress
) -> Progress:
    """Write one of them."""
    body = {"text": _words(composition, name), "reply": {"in_reply_to_tweet_id": _answered(name, published, done)}}
    data = client.create_post(account.credentials.access_token, body, subject=account.network_id)
    network_id = str(data.get("id") or "")
    if not network_id:
        raise lost_answer(KEY, status=201, once=True)
    return _kept(account, network_id)


def find_follow_up(
    client: XClient,
    account: Account,
    composition: Composition,
    name: str,
    *,
    published: Published,
    done: Progress,
    since: datetime,
    now: datetime,
) -> Progress | None:
    """Look for it; the oldest of several with its words is it, since whatever came later came by another hand."""
    answered, wanted = _answered(name, published, done), words_of(_words(composition, name))
    found = [
        post
        for post in newest_posts(client, account, since=since - CLOCK_SKEW, now=now)
        if messages.replied_to(post) == answered and words_of(mapping.as_written(post)) == wanted
    ]
    return _kept(account, mapping.versions(found[-1])[0]) if found else None


def newest_posts(client: XClient, account: Account, *, since: datetime, now: datetime) -> Iterator[Mapping[str, Any]]:
    """Yield all that the account has posted since, newest first, page by page."""
    token, seen = "", set[str]()
    while True:
        page = client.posts_since(
            account.credentials.access_token,
            subject=account.network_id,
            since=min(since, now - _FRESH),
            count=limits.POSTS_A_PAGE,
            next_token=token,
        )
        yield from page.get("data") or ()
        token = str((page.get("meta") or {}).get("next_token") or "")
        if not token or token in seen:
            return
        seen.add(token)


def words_of(text: str) -> str:
    """Return what a text is recognised by: X puts the names of those who are answered in front of it by itself."""
    return fingerprint(mapping.comparable(_NAMES_IN_FRONT.sub("", text)), media_count=0)


def _words(composition: Composition, name: str) -> str:
    if name == FIRST_COMMENT:
        return composition.first_comment
    return composition.parts[int(name.removeprefix(_PART))]


def _answered(name: str, published: Published, done: Progress) -> str:
    """Return the post that this one hangs on. Raises PermanentError when the part before it never came out."""
    place = int(name.removeprefix(_PART)) if name.startswith(_PART) else 0
    if place == 0:
        return published.network_id
    before = done.get(f"{_PART}{place - 1}") or {}
    if not before.get("id"):
        raise PermanentError("x_thread_broken", network=KEY)
    return str(before["id"])


def _kept(account: Account, network_id: str) -> Progress:
    return {"id": network_id, "permalink": mapping.permalink(account.handle, network_id)}
