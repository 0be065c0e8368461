"""Reading what was written to an account since the last time.

The cursor holds, per list and per watched medium, the time of the newest thing seen, and is read from a little before
it. All lists come newest first, so it moves once a list has been read back to where it stood. Comments cannot be asked
for by time, and replies come inside the comment they answer: the newest fifty of a medium are read each time, with all
their replies; a reply to an older comment comes by webhook alone.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from integrations.contract import Account, Feature
from integrations.engagement import IncomingMessage, Page
from integrations.networks._shared.meta.answers import moment, next_cursor
from integrations.networks._shared.meta.polls import news_of, page_of
from integrations.networks.instagram import messages
from integrations.networks.instagram.client import InstagramClient
from integrations.networks.instagram.limits import POLL_OVERLAP
from integrations.networks.instagram.mapping import PAGE_ID

Fetch = Callable[[str], Mapping[str, Any]]  # the network's cursor of a page -> the page
Read = Callable[[Mapping[str, Any]], Iterable[IncomingMessage]]


def poll(
    client: InstagramClient,
    account: Account,
    *,
    cursor: Mapping[str, Any],
    since: datetime,
    watched: Sequence[str],
    now: datetime,
) -> Iterator[Page]:
    """Yield pages: pictures in which others tag the account, private messages, comments."""
    return _Poll(client=client, account=account, since=since, now=now, seen=_known(cursor, watched)).pages(watched)


@dataclass(kw_only=True)
class _Poll:
    client: InstagramClient
    account: Account
    since: datetime
    now: datetime
    seen: dict[str, str] = field(default_factory=dict)  # list or medium -> time of the newest thing seen

    def pages(self, watched: Sequence[str]) -> Iterator[Page]:
        token, account_id = self.account.credentials.access_token, self.account.network_id
        page_id = self.account.details.get(PAGE_ID, "")
        if Feature.ENGAGE in self.account.features:
            yield from self._newest_first(
                "tags",
                lambda after: self.client.tags(token, account_id, after=after, now=self.now),
                self._mention,
                time_of="timestamp",
            )
        if Feature.MESSAGES in self.account.features and page_id:
            yield from self._newest_first(
                "conversations",
                lambda after: self.client.conversations(token, page_id, after=after, now=self.now),
                self._conversation,
                time_of="updated_time",
            )
        if Feature.ENGAGE in self.account.features:
            for medium_id in watched:
                yield from self._comments(medium_id)

    def _from(self, name: str) -> datetime:
        seen = self.seen.get(name)
        return datetime.fromisoformat(seen) - POLL_OVERLAP if seen else self.since

    def _newest_first(self, name: str, fetch: Fetch, read: Read, *, time_of: str) -> Iterator[Page]:
        start, newest, after = self._from(name), "", ""
        while True:
            listing = fetch(after)
            nodes = [each for each in listing.get("data") or () if each.get(time_of)]
            news = [each for each in nodes if moment(each[time_of]) >= start]  # type: ignore[operator]
            newest = newest or max((_iso(each[time_of]) for each in news), default="")
            found = [message for each in news for message in read(each)]
            after = next_cursor(listing) if len(news) == len(nodes) else ""
            if not after and newest:
                self.seen[name] = max(newest, self.seen.get(name, ""))
            if news:
                yield self._page(found)
            if not after:
                return

    def _comments(self, medium_id: str) -> Iterator[Page]:
        start, newest, after = self._from(medium_id), "", ""
        while True:
            listing = self.client.comments(self.account.credentials.access_token, medium_id, after=after, now=self.now)
            nodes = [each for each in listing.get("data") or () if each.get("id")]
            found = [
                message
                for node in nodes
                for message in messages.comments(node, medium_id=medium_id, account=self.account)
                if message.written_at is None or message.written_at >= start
            ]
            newest = max((each.written_at.isoformat() for each in found if each.written_at), default=newest)
            after = next_cursor(listing) if nodes and messages.is_since(nodes[-1], start) else ""
            if not after and newest:
                self.seen[medium_id] = max(newest, self.seen.get(medium_id, ""))
            if found:
                yield self._page(found)
            if not after:
                return

    def _mention(self, node: Mapping[str, Any]) -> Iterator[IncomingMessage]:
        message = messages.mention(node, account=self.account)
        if not message.by_account:
            yield message

    def _conversation(self, node: Mapping[str, Any]) -> Iterator[IncomingMessage]:
        """Yield the new messages of a conversation, as far back as the poll reaches."""
        return news_of(
            node,
            account_id=self.account.network_id,
            start=self._from("conversations"),
            fetch=lambda after: self.client.conversation_messages(
                self.account.credentials.access_token, str(node["id"]), after=after, now=self.now
            ),
        )

    def _page(self, found: Iterable[IncomingMessage]) -> Page:
        return page_of(found, seen=self.seen, now=self.now)


def _known(cursor: Mapping[str, Any], watched: Sequence[str]) -> dict[str, str]:
    """Return what a former poll saw, without media that are watched no more."""
    lists = {"tags", "conversations", *watched}
    return {name: str(seen) for name, seen in cursor.items() if name in lists}


def _iso(value: object) -> str:
    found = moment(value)
    return found.isoformat() if found else ""
