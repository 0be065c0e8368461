"""Asking for messages as they are now.

Several comments under one post are read with its list, a hundred a call; what the list leaves out, and everything else,
is asked for by itself. Reviews have no node of their own: they come by polling.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from integrations.contract import Account
from integrations.engagement import IncomingMessage, MessageKind, Target
from integrations.errors import PermanentError
from integrations.fingerprints import CLOCK_SKEW
from integrations.networks._shared.meta import messenger
from integrations.networks._shared.meta.answers import next_cursor
from integrations.networks.facebook import messages
from integrations.networks.facebook.client import COMMENT_FIELDS, VISIT_FIELDS, FacebookClient

GONE = "post_gone"
#: From so many comments on, a post's list is read before any is asked for by itself.
_WORTH_A_LIST = 3


def fetch(
    client: FacebookClient, account: Account, targets: Collection[Target], *, now: datetime
) -> dict[str, IncomingMessage | None]:
    """Return messages by their ids, None for what is gone; never with more calls than there are messages and posts."""
    found: dict[str, IncomingMessage | None] = {}
    under: dict[str, list[Target]] = defaultdict(list)
    for target in targets:
        if target.kind is MessageKind.COMMENT:
            under[target.thread_id].append(target)
    for post_id, wanted in under.items():
        if len(wanted) >= _WORTH_A_LIST:
            found |= _listed(client, account, post_id, wanted, now=now)
    for target in targets:
        if target.message_id not in found and target.kind is not MessageKind.REVIEW:
            found[target.message_id] = _fetch(client, account, target, now=now)
    return found


def _listed(
    client: FacebookClient, account: Account, post_id: str, wanted: Sequence[Target], *, now: datetime
) -> Mapping[str, IncomingMessage]:
    """Return those of them that a post's list shows, read from the oldest of them on."""
    ids = {each.message_id for each in wanted}
    since = min((each.written_at for each in wanted if each.written_at), default=now) - CLOCK_SKEW
    found: dict[str, IncomingMessage] = {}
    after = ""
    for _ in wanted:  # more calls than that would be dearer than asking for each
        try:
            listing = client.comments(account.credentials.access_token, post_id, since=since, after=after, now=now)
        except PermanentError as error:
            if error.key != GONE:
                raise
            break
        page = (
            messages.comment(each, thread_id=post_id, account_id=account.network_id)
            for each in listing.get("data") or ()
        )
        found |= {each.network_id: each for each in page if each.network_id in ids}
        after = next_cursor(listing)
        if not after or len(found) == len(ids):
            break
    return found


def _fetch(client: FacebookClient, account: Account, target: Target, *, now: datetime) -> IncomingMessage | None:
    is_post = target.message_id == target.thread_id
    fields = VISIT_FIELDS if is_post else COMMENT_FIELDS
    if target.kind is MessageKind.PRIVATE:
        fields = messenger.MESSAGE_FIELDS
    try:
        node = client.node(account.credentials.access_token, target.message_id, fields=fields, now=now)
    except PermanentError as error:
        if error.key != GONE:
            raise
        return None
    if target.kind is MessageKind.PRIVATE:
        return messenger.private(node, person_id=target.thread_id, account_id=account.network_id)
    if is_post:
        return messages.visit(node, account_id=account.network_id)
    return messages.comment(node, thread_id=target.thread_id, account_id=account.network_id)
