"""Reading what was posted to an account since the last time: mentions, direct messages, conversations, quotes.

Every post read is paid, so nothing is read twice on purpose but what lies in the overlap, and a scan that was stopped
goes on where it stood. The cursor:

- ``mentions``: ``newest``, the latest id seen; while a scan is under way ``since`` and ``until``, the ids it lies
  between, and ``top``.
- ``private``: ``newest``; while a scan is under way ``top`` and the ``token`` of its next page.
- ``conversations``: when each was looked at, with the quotes of the post that began it.
- ``search``, while one is under way: ``of`` which conversations, when it ``began``, ``until`` which id it is to go.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from integrations.contract import Account
from integrations.engagement import Page
from integrations.networks.x import limits, messages, private
from integrations.networks.x.client import XClient

_FRESH = timedelta(seconds=15)  # X refuses a start_time that is not at least 10 s ago


def poll(
    client: XClient,
    account: Account,
    *,
    cursor: Mapping[str, Any],
    since: datetime,
    watched: Sequence[str],
    with_messages: bool,
    now: datetime,
) -> Iterator[Page]:
    """Yield pages, newest first within each scan."""
    looked = {each: str(at) for each, at in (cursor.get("conversations") or {}).items() if each in watched}
    polling = _Poll(
        client=client,
        account=account,
        since=since,
        now=now,
        watched=frozenset(watched),
        mentions=dict(cursor.get("mentions") or {}),
        private=dict(cursor.get("private") or {}),
        looked=looked,
        search=dict(cursor.get("search") or {}),
    )
    yield from polling.read_mentions()
    if with_messages:
        yield from polling.read_private()
    yield from polling.read_conversations()


@dataclass(kw_only=True)
class _Poll:
    client: XClient
    account: Account
    since: datetime
    now: datetime
    watched: frozenset[str]
    mentions: dict[str, str] = field(default_factory=dict)
    private: dict[str, str] = field(default_factory=dict)
    looked: dict[str, str] = field(default_factory=dict)
    search: dict[str, Any] = field(default_factory=dict)

    def read_mentions(self) -> Iterator[Page]:
        state = self.mentions
        if "until" not in state:
            if "newest" in state:
                state["since"] = earlier(state["newest"])
            elif self.since > self.now - _FRESH:
                return
        while True:
            answer = self.client.mentions(
                self.account.credentials.access_token,
                subject=self.account.network_id,
                since_id=state.get("since", ""),
                until_id=state.get("until", ""),
                since=self.since,
            )
            ids = [str(each["id"]) for each in answer.get("data") or () if each.get("id")]
            if ids:
                state["top"] = max(state.get("top", ""), *ids, key=_number)
                state["until"] = min(ids, key=_number)
            if not (answer.get("meta") or {}).get("next_token"):
                newest = max(state.get("top", ""), state.get("newest", ""), key=_number)
                state.clear()
                state.update({"newest": newest} if newest else {})
            if ids:
                yield self._page(answer)
            if "until" not in state:
                return

    def read_private(self) -> Iterator[Page]:
        """Read back to what was seen, or to ``since`` where nothing was."""
        state = self.private
        seen_up_to = int(earlier(state["newest"])) if "newest" in state else 0
        tokens = set[str]()
        while True:
            answer = self.client.private_messages(
                self.account.credentials.access_token,
                subject=self.account.network_id,
                next_token=state.get("token", ""),
            )
            events = [each for each in answer.get("data") or () if each.get("id")]
            state["top"] = max([state.get("top", ""), *(str(each["id"]) for each in events)], key=_number)
            token = str((answer.get("meta") or {}).get("next_token") or "")
            fresh = [each for each in events if int(each["id"]) > seen_up_to and self._is_recent(each)]
            if not token or token in tokens or len(fresh) < len(events):
                newest = max(state.get("top", ""), state.get("newest", ""), key=_number)
                state.clear()
                state.update({"newest": newest} if newest else {})
            else:
                tokens.add(token)
                state["token"] = token
            if fresh:
                yield self._private_page(answer, fresh)
            if "token" not in state:
                return

    def _is_recent(self, event: Mapping[str, Any]) -> bool:
        """Whether a first scan reaches that far back; those after it have their newest id to go by."""
        written = event.get("created_at")
        return "newest" in self.private or not written or datetime.fromisoformat(str(written)) >= self.since

    def _private_page(self, answer: Mapping[str, Any], events: Sequence[Mapping[str, Any]]) -> Page:
        beside, account_id = messages.around(answer.get("includes")), self.account.network_id
        found = (private.from_answer(each, around=beside, account_id=account_id) for each in events)
        return Page(incoming=tuple(private.incoming(each) for each in found if each), cursor=self._cursor())

    def read_conversations(self) -> Iterator[Page]:
        """Search some conversations at once, those looked at at about the same time together."""
        waiting = sorted(self.watched, key=lambda each: (self._from(each), each))
        for start in range(0, len(waiting), limits.CONVERSATIONS_A_QUERY):
            yield from self._search(waiting[start : start + limits.CONVERSATIONS_A_QUERY])

    def _from(self, conversation_id: str) -> datetime:
        looked = self.looked.get(conversation_id)
        since = datetime.fromisoformat(looked) - limits.POLL_OVERLAP if looked else self.since
        return max(since, self.now - limits.SEARCH_BACK + timedelta(minutes=1))

    def _search(self, conversations: Sequence[str]) -> Iterator[Page]:
        since = min(self._from(each) for each in conversations)
        if since > self.now - _FRESH:
            return
        query = " OR ".join(f"conversation_id:{each} OR quotes_of_tweet_id:{each}" for each in conversations)
        if self.search.get("of") != list(conversations):
            self.search = {"of": list(conversations), "began": self.now.astimezone(UTC).isoformat(), "until": ""}
        token, seen, until = "", set[str](), str(self.search["until"])
        while True:
            answer = self.client.search(
                self.account.credentials.access_token,
                query,
                subject=self.account.network_id,
                since=since,
                until_id=until,
                next_token=token,
            )
            token = str((answer.get("meta") or {}).get("next_token") or "")
            if not token or token in seen:
                self.looked.update(dict.fromkeys(conversations, self.search["began"]))
                self.search = {}
                yield self._page(answer)
                return
            seen.add(token)
            ids = [str(each["id"]) for each in answer.get("data") or () if each.get("id")]
            self.search["until"] = min([*ids, *filter(None, [self.search["until"]])], key=_number, default="")
            yield self._page(answer)

    def _page(self, answer: Mapping[str, Any]) -> Page:
        beside = messages.around(answer.get("includes"))
        found = [
            messages.message(each, around=beside, account_id=self.account.network_id, own_conversations=self.watched)
            for each in answer.get("data") or ()
            if each.get("id") and str(each["id"]) not in self.watched
        ]
        return Page(
            incoming=tuple(messages.incoming(each) for each in found if not messages.is_own_post(each)),
            cursor=self._cursor(),
        )

    def _cursor(self) -> Mapping[str, Any]:
        return {
            "mentions": dict(self.mentions),
            "conversations": dict(self.looked),
            **({"private": dict(self.private)} if self.private else {}),
            **({"search": dict(self.search)} if self.search else {}),
        }


def earlier(network_id: str) -> str:
    """Return an id as X would have given it a little earlier: ids hold their time, in milliseconds, above 22 bits."""
    moved = int(network_id) - (int(limits.POLL_OVERLAP.total_seconds() * 1000) << 22)
    return str(max(moved, 1))


def _number(network_id: str) -> int:
    return int(network_id or 0)
