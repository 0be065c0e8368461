"""Reading what was written to a page since the last time: notifications, then the comments of posts that changed.

One call tells what happened to the page, one for twenty posts how many comments each has; only posts whose number
changed are read, and of their comments only those whose number of replies did. An app in development has no call for
several posts and reads each. Edits change no number, deletions are told to administrators only, and a notification may
be lost: so every few hours each post is read again whether or not it has news, one in each poll, and at once one that
has fewer comments than before; what stands there is told (``Standing``).

The cursor: ``notified``, the time up to which notifications were read; ``elsewhere``, posts of others that name the
page; ``posts``: for each watched one ``looked``, ``whole`` (when it was last read with all answers), ``total``, when
that last changed (``moved``), and ``replies`` by the number of the comment they stand under.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from integrations.contract import Account
from integrations.engagement import Change, Incoming, IncomingMessage, MessageKind, Page, Standing
from integrations.errors import PermanentError
from integrations.fingerprints import CLOCK_SKEW
from integrations.networks.linkedin import limits, messages
from integrations.networks.linkedin.client import LinkedInClient

ELSEWHERE_MAX = 200
_PAGE = 100  # messages that go out together


def poll(
    client: LinkedInClient,
    account: Account,
    *,
    cursor: Mapping[str, Any],
    since: datetime,
    watched: Sequence[str],
    counts_several: bool,
    now: datetime,
) -> Iterator[Page]:
    """Yield pages: what happened to the page, then comments post by post."""
    seen = cursor.get("posts") or {}
    polling = _Poll(
        client=client,
        account=account,
        since=since,
        now=now,
        watched=watched,
        counts_several=counts_several,
        notified=str(cursor.get("notified") or ""),
        elsewhere=list(cursor.get("elsewhere") or ()),
        posts={urn: dict(seen[urn]) for urn in watched if urn in seen},
    )
    yield from polling.read_notifications()
    yield from polling.read_comments()
    yield polling.last_page()


@dataclass(kw_only=True)
class _Poll:
    client: LinkedInClient
    account: Account
    since: datetime
    now: datetime
    watched: Sequence[str]
    counts_several: bool
    notified: str
    elsewhere: list[str]
    posts: dict[str, dict[str, Any]] = field(default_factory=dict)
    again: set[str] = field(default_factory=set)  # posts to be read whole, whatever their numbers say

    @property
    def _token(self) -> str:
        return self.account.credentials.access_token

    # what happened to the page

    def read_notifications(self) -> Iterator[Page]:
        """Only an administrator's access is told of them; comments of watched posts are read from their lists."""
        if not self.account.details.get("administrator"):
            return
        since = datetime.fromisoformat(self.notified) - limits.POLL_OVERLAP if self.notified else self.since
        since = max(since, self.now - limits.NOTIFICATIONS_BACK)
        if since > self.now:
            return
        found: list[Incoming] = []
        for each in self.client.notifications(
            self._token, self.account.network_id, actions=messages.ACTIONS, since=since, now=self.now
        ):
            incoming = self._told(each)
            if incoming is not None:
                found.append(incoming)
        self.notified = self.now.isoformat()
        found.reverse()  # they come newest first
        yield from self._pages(found)

    def _told(self, notification: Mapping[str, Any]) -> Incoming | None:
        try:
            incoming = messages.told(notification, account_id=self.account.network_id)
        except (KeyError, TypeError, ValueError, AttributeError):
            return None
        message = incoming.message if incoming else None
        if message is not None and message.kind is MessageKind.MENTION and message.network_id not in self.elsewhere:
            self.elsewhere = [*self.elsewhere, message.network_id][-ELSEWHERE_MAX:]
        is_listed = message is not None and message.kind is MessageKind.COMMENT and message.thread_id in self.watched
        return None if is_listed and incoming is not None and incoming.change is Change.WRITTEN else incoming

    # comments

    def read_comments(self) -> Iterator[Page]:
        self.again.update(self._due_again())
        for start in range(0, len(self.watched), limits.POSTS_A_SUMMARY):
            some = self.watched[start : start + limits.POSTS_A_SUMMARY]
            totals = self.client.comment_counts(self._token, some, now=self.now) if self.counts_several else None
            for urn in some:
                has_moved = totals is None or self._has_moved(urn, totals.get(urn))
                if has_moved or urn in self.again:
                    yield from self._read_post(urn, again=urn in self.again)

    def _due_again(self) -> Sequence[str]:
        """Return the posts to be read whatever their numbers say: those read whole longest ago."""
        before = (self.now - limits.READ_AGAIN_AFTER).isoformat()
        waiting = [urn for urn, state in self.posts.items() if state.get("looked") and state.get("whole", "") < before]
        return sorted(waiting, key=lambda urn: str(self.posts[urn].get("whole", "")))[: limits.READ_AGAIN_A_POLL]

    def _has_moved(self, urn: str, total: int | None) -> bool:
        """Whether a post is worth reading: it has other comments than before, or had a moment ago."""
        if total is None:
            return False  # gone, or not to be seen
        state = self.posts.get(urn)
        if state is None:
            self.posts[urn] = {"total": total, "moved": self.now.isoformat()}
            return total > 0
        if total < state.get("total", 0):
            self.again.add(urn)
        if state.get("total") != total:
            state.update(total=total, moved=self.now.isoformat())
        return self.now - datetime.fromisoformat(state["moved"]) <= limits.POLL_OVERLAP

    def _read_post(self, urn: str, *, again: bool) -> Iterator[Page]:
        state = self.posts.setdefault(urn, {"moved": self.now.isoformat()})
        looked = state.get("looked")
        start = datetime.fromisoformat(looked) - limits.POLL_OVERLAP if looked else self.since
        fresh = self.now - datetime.fromisoformat(state["moved"]) <= limits.POLL_OVERLAP
        former: Mapping[str, int] = state.get("replies") or {}
        replies: dict[str, int] = {}
        found: list[IncomingMessage] = []
        under: dict[str, list[str]] = {"": []}
        try:
            for node in self.client.comments(self._token, urn, now=self.now):
                message = self._comment(node, urn)
                found.append(message)
                under[""].append(message.network_id)
                number = messages.named(message.network_id).number
                count = int((node.get("commentsSummary") or {}).get("aggregatedTotalComments") or 0)
                if count:
                    replies[number] = count
                is_read_again = again and len(under) <= limits.ANSWERS_READ_AGAIN
                if count and (fresh or is_read_again or former.get(number) != count):
                    answers = self.client.comments(self._token, message.network_id, now=self.now)
                    below = [self._comment(each, urn) for each in answers]
                    found += below
                    under[message.network_id] = [each.network_id for each in below]
        except PermanentError as error:
            if error.key != "post_gone":
                raise
            under = {} if found else {"": []}  # gone in mid-reading: the list was not read to its end
        state.update(looked=self.now.isoformat(), replies=replies)
        if again or not looked:
            state["whole"] = self.now.isoformat()
        recent = [each for each in found if (each.edited_at or each.written_at or start) >= start]
        yield from self._pages([self._incoming(each) for each in self._ours(recent, urn)])
        if again and under:
            standing = Standing(thread_id=urn, under={place: frozenset(ids) for place, ids in under.items()})
            yield Page(incoming=(), cursor=self._cursor(), standing=(standing,))

    def _comment(self, node: Mapping[str, Any], urn: str) -> IncomingMessage:
        kind = MessageKind.MENTION if urn in self.elsewhere else MessageKind.COMMENT
        return messages.comment(node, thread_id=urn, account_id=self.account.network_id, kind=kind)

    def _ours(self, found: Sequence[IncomingMessage], urn: str) -> Iterable[IncomingMessage]:
        """Of what stands under somebody else's post only the page's words and what answers them concern it."""
        if urn not in self.elsewhere:
            return found
        own = {each.network_id for each in found if each.by_account}
        return [each for each in found if each.by_account or each.answers_id in own]

    def _incoming(self, message: IncomingMessage) -> Incoming:
        """LinkedIn gives each as it stands now; what webhooks told of the last moments is not undone by it."""
        as_of = self.now - CLOCK_SKEW
        return Incoming(
            change=Change.EDITED if message.edited_at else Change.WRITTEN,
            message_id=message.network_id,
            message=message,
            happened_at=max(message.edited_at or message.written_at or as_of, as_of),
        )

    def last_page(self) -> Page:
        """How far everything was read, whether or not it brought anything."""
        return Page(incoming=(), cursor=self._cursor())

    def _pages(self, found: Sequence[Incoming]) -> Iterator[Page]:
        for start in range(0, len(found), _PAGE):
            yield Page(incoming=tuple(found[start : start + _PAGE]), cursor=self._cursor())

    def _cursor(self) -> Mapping[str, Any]:
        return {
            "notified": self.notified,
            "elsewhere": list(self.elsewhere),
            "posts": {urn: dict(state) for urn, state in self.posts.items()},
        }
