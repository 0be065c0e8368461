"""Reading what was written to a page since the last time.

The cursor holds, per list and per watched post, the time of the newest thing seen, and is read from a little before it.
Comments come oldest first, so their cursor moves with each page. All other lists come newest first: theirs moves only
once the list has been read back to where it stood, so a poll that was stopped begins that list again.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from integrations.contract import Account, Feature
from integrations.engagement import IncomingMessage, Page
from integrations.networks._shared.meta.answers import moment, next_cursor
from integrations.networks._shared.meta.polls import news_of, page_of
from integrations.networks.facebook import messages
from integrations.networks.facebook.client import FacebookClient
from integrations.networks.facebook.limits import POLL_OVERLAP

Fetch = Callable[[str], Mapping[str, Any]]  # the network's cursor of a page -> the page
Read = Callable[[Mapping[str, Any]], Iterable[IncomingMessage]]


def poll(
    client: FacebookClient,
    account: Account,
    *,
    cursor: Mapping[str, Any],
    since: datetime,
    watched: Sequence[str],
    now: datetime,
) -> Iterator[Page]:
    """Yield pages: what names the page or stands on its wall, reviews, private messages, comments."""
    return _Poll(client=client, account=account, since=since, now=now, seen=_known(cursor, watched)).pages(watched)


@dataclass(kw_only=True)
class _Poll:
    client: FacebookClient
    account: Account
    since: datetime
    now: datetime
    seen: dict[str, str] = field(default_factory=dict)  # list or post -> time of the newest thing seen

    def pages(self, watched: Sequence[str]) -> Iterator[Page]:
        token, page_id = self.account.credentials.access_token, self.account.network_id
        if Feature.ENGAGE in self.account.features:
            for edge in ("tagged", "visitor_posts"):
                yield from self._newest_first(
                    edge,
                    lambda after, edge=edge: self.client.visits(  # type: ignore[misc]
                        token, page_id, edge=edge, after=after, now=self.now
                    ),
                    self._visit,
                )
            yield from self._newest_first(
                "ratings",
                lambda after: self.client.ratings(token, page_id, after=after, now=self.now),
                lambda node: [messages.review(node, account_id=page_id)],
            )
        if Feature.MESSAGES in self.account.features:
            yield from self._newest_first(
                "conversations",
                lambda after: self.client.conversations(token, page_id, after=after, now=self.now),
                self._conversation,
                time_of="updated_time",
            )
        if Feature.ENGAGE in self.account.features:
            for post_id in watched:
                yield from self._comments(post_id)

    def _from(self, name: str) -> datetime:
        seen = self.seen.get(name)
        return datetime.fromisoformat(seen) - POLL_OVERLAP if seen else self.since

    def _newest_first(self, name: str, fetch: Fetch, read: Read, *, time_of: str = "created_time") -> Iterator[Page]:
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

    def _comments(self, post_id: str) -> Iterator[Page]:
        start, after = self._from(post_id), ""
        while True:
            listing = self.client.comments(
                self.account.credentials.access_token, post_id, since=start, after=after, now=self.now
            )
            found = [
                messages.comment(each, thread_id=post_id, account_id=self.account.network_id)
                for each in listing.get("data") or ()
            ]
            newest = max((each.written_at.isoformat() for each in found if each.written_at), default="")
            if newest:
                self.seen[post_id] = max(newest, self.seen.get(post_id, ""))
                yield self._page(found)
            after = next_cursor(listing)
            if not after:
                return

    def _visit(self, node: Mapping[str, Any]) -> Iterator[IncomingMessage]:
        message = messages.visit(node, account_id=self.account.network_id)
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
    """Return what a former poll saw, without posts that are watched no more."""
    lists = {"tagged", "visitor_posts", "ratings", "conversations", *watched}
    return {name: str(seen) for name, seen in cursor.items() if name in lists}


def _iso(value: object) -> str:
    found = moment(value)
    return found.isoformat() if found else ""
