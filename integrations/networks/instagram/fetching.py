"""Asking for messages as they are now.

Several comments under one medium are read with its list, fifty a call; what the list leaves out, and everything else,
is asked for by itself. Meta says of what it does not show us the same as of what is gone.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime

from integrations.contract import Account
from integrations.engagement import IncomingMessage, MessageKind, Target
from integrations.errors import PermanentError
from integrations.networks._shared.meta import messenger
from integrations.networks._shared.meta.answers import next_cursor
from integrations.networks.instagram import messages
from integrations.networks.instagram.client import COMMENT_FIELDS, InstagramClient

GONE = "post_gone"
#: From so many comments on, a medium's list is read before any is asked for by itself.
_WORTH_A_LIST = 3


def fetch(
    client: InstagramClient, account: Account, targets: Collection[Target], *, now: datetime
) -> dict[str, IncomingMessage | None]:
    """Return messages by their ids, None for what is gone; never with more calls than there are messages and media."""
    found: dict[str, IncomingMessage | None] = {}
    under: dict[str, list[Target]] = defaultdict(list)
    for target in targets:
        if target.kind is MessageKind.COMMENT:
            under[target.thread_id].append(target)
    for medium_id, wanted in under.items():
        if len(wanted) >= _WORTH_A_LIST:
            found |= _listed(client, account, medium_id, wanted, now=now)
    for target in targets:
        if target.message_id not in found:
            found[target.message_id] = _fetch(client, account, target, now=now)
    return found


def _listed(
    client: InstagramClient, account: Account, medium_id: str, wanted: Sequence[Target], *, now: datetime
) -> Mapping[str, IncomingMessage]:
    """Return those of them that a medium's list shows, read back to the oldest of them."""
    ids = {each.message_id for each in wanted}
    found: dict[str, IncomingMessage] = {}
    for page in _pages(client, account, medium_id, wanted, now=now):
        found |= {each.network_id: each for each in page if each.network_id in ids}
        if len(found) == len(ids):
            break
    return found


def _pages(
    client: InstagramClient, account: Account, medium_id: str, wanted: Sequence[Target], *, now: datetime
) -> Iterator[list[IncomingMessage]]:
    since = min((each.written_at for each in wanted if each.written_at), default=now)
    after = ""
    for _ in wanted:  # more calls than that would be dearer than asking for each
        try:
            listing = client.comments(account.credentials.access_token, medium_id, after=after, now=now)
        except PermanentError as error:
            if error.key != GONE:
                raise
            return
        nodes = [each for each in listing.get("data") or () if each.get("id")]
        yield [each for node in nodes for each in messages.comments(node, medium_id=medium_id, account=account)]
        after = next_cursor(listing) if nodes and messages.is_since(nodes[-1], since) else ""
        if not after:
            return


def _fetch(client: InstagramClient, account: Account, target: Target, *, now: datetime) -> IncomingMessage | None:
    try:
        return _as_it_is(client, account, target, now=now)
    except PermanentError as error:
        if error.key != GONE:
            raise
        return None


def _as_it_is(client: InstagramClient, account: Account, target: Target, *, now: datetime) -> IncomingMessage | None:
    token, account_id = account.credentials.access_token, account.network_id
    match target.kind:
        case MessageKind.PRIVATE:
            node = client.node(token, target.message_id, fields=messenger.MESSAGE_FIELDS, now=now)
            return messenger.private(node, person_id=target.thread_id, account_id=account_id)
        case MessageKind.MENTION if target.message_id == target.thread_id:
            return _mention(client, account, target, now=now)
        case MessageKind.MENTION:
            node = client.mentioned_comment(token, account_id, target.message_id, now=now)
            if not node:
                return None
            return messages.mention_in_comment(node, medium_id=target.thread_id, account=account)
        case _:
            node = client.node(token, target.message_id, fields=COMMENT_FIELDS, now=now)
            return messages.comment(node, medium_id=target.thread_id, account=account)


def _mention(client: InstagramClient, account: Account, target: Target, *, now: datetime) -> IncomingMessage | None:
    """Read the medium by its caption's mention; where only its picture names the account, among the newest tags."""
    token = account.credentials.access_token
    try:
        node = client.mentioned_medium(token, account.network_id, target.message_id, now=now)
    except PermanentError as error:
        if error.key != GONE:
            raise
        listing = client.tags(token, account.network_id, after="", now=now)
        node = next((each for each in listing.get("data") or () if str(each.get("id")) == target.message_id), {})
    return messages.mention(node, account=account) if node.get("id") else None
