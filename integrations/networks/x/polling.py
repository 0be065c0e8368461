"""Reading what was posted to an account since the last time: its mentions, then the conversations that it began.

Every post read is paid, so nothing is read twice on purpose but what lies in the overlap, and a scan of mentions that
was stopped goes on where it stood. The cursor: ``mentions`` with ``newest`` (the latest id seen), and while a scan is
under way ``since`` and ``until`` (the ids it lies between) and ``top``; ``conversations``: when each was looked at; and
``search``, while one is under way: ``of`` which conversations, when it ``began``, ``until`` which id it is still to go.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from integrations.contract import Account
from integrations.engagement import Page
from integrations.networks.x import limits, messages
from integrations.networks.x.client import XClient

_FRESH = timedelta(seconds=15)  # X refuses a start_time that is not at least 10 s ago


def poll(
    client: XClient,
    account: Account,
    *,
    cursor: Mapping[str, Any],
    since: datetime,
    watched: Sequence[str],
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
        looked=looked,
        search=dict(cursor.get("search") or {}),
    )
    yield from polling.read_mentions()
    yield from polling.read_conversations()


@dataclass(kw_only=True)
class _Poll:
    client: XClient
    account: Account
    since: datetime
    now: datetime
    watched: frozenset[str]
    mentions: dict[str, str] = field(default_factory=dict)
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
        query = " OR ".join(f"conversation_id:{each}" for each in conversations)
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
            incoming=tuple(messages.incoming(each) for each in found),
            cursor={
                "mentions": dict(self.mentions),
                "conversations": dict(self.looked),
                **({"search": dict(self.search)} if self.search else {}),
            },
        )


def earlier(network_id: str) -> str:
    """Return an id as X would have given it a little earlier: ids hold their time, in milliseconds, above 22 bits."""
    moved = int(network_id) - (int(limits.POLL_OVERLAP.total_seconds() * 1000) << 22)
    return str(max(moved, 1))


def _number(network_id: str) -> int:
    return int(network_id or 0)
