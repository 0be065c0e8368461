"""Asking a channel for what was written under its films since the last time, with four calls a turn.

What does not fit into a turn comes with the next. The newest hundred threads of all films, whoever uploaded them and
how, come with every turn: in them new comments, edits, more answers and vanished comments show. Answers to older
comments show only where a film's threads are gone through, one film a turn, each at most every six hours. What YouTube
holds back for review is asked for once an hour, and how a film is called when it is met, then once a week.

The cursor: ``newest`` (when the latest thread was written), ``threads`` (of those last seen: how many answers, and
under which film), ``held_at``, ``looked`` (films, and when each was gone through), ``films`` (and when each was asked
how it is called), and while a scan of many pages is under way ``scan``: its ``token``, ``top`` (what ``newest``
becomes) and ``until``.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from integrations.contract import Account
from integrations.engagement import Change, Incoming, IncomingMessage, MessageKind, Page, Target
from integrations.errors import PermanentError
from integrations.networks.youtube import limits, messages
from integrations.networks.youtube.client import Json, YouTubeClient
from integrations.networks.youtube.looking import HELD, look_up, subjects_of, with_subject
from integrations.networks.youtube.mapping import moment


def poll(
    client: YouTubeClient,
    account: Account,
    *,
    cursor: Mapping[str, Any],
    since: datetime,
    watched: Sequence[str],
    now: datetime,
) -> Iterator[Page]:
    """Yield pages, newest first within each scan."""
    polling = _Poll(
        client=client,
        account=account,
        since=since,
        now=now,
        watched=tuple(watched),
        newest=moment(cursor.get("newest")),
        threads={each: list(found) for each, found in (cursor.get("threads") or {}).items()},
        held_at=moment(cursor.get("held_at")),
        looked={each: str(at) for each, at in (cursor.get("looked") or {}).items() if each in watched},
        films={each: str(at) for each, at in (cursor.get("films") or {}).items()},
        scan=dict(cursor.get("scan") or {}),
    )
    yield from polling.read_threads()
    yield from polling.read_held()
    yield from polling.read_older()


@dataclass(kw_only=True)
class _Poll:
    client: YouTubeClient
    account: Account
    since: datetime
    now: datetime
    watched: Sequence[str]
    newest: datetime | None = None
    threads: dict[str, list[Any]] = field(default_factory=dict)
    held_at: datetime | None = None
    looked: dict[str, str] = field(default_factory=dict)
    films: dict[str, str] = field(default_factory=dict)
    scan: dict[str, str] = field(default_factory=dict)
    left: int = limits.POLL_UNITS  # calls that this turn may still make

    def read_threads(self) -> Iterator[Page]:
        """Go back from the newest thread to those of the last time; a scan that was stopped goes on where it stood."""
        until = moment(self.scan.get("until")) or self._from()
        token, seen = self.scan.get("token", ""), set[str]()
        while True:
            try:
                answer = self._page_of(token)
            except PermanentError as error:
                if not token or error.reason != "invalidPageToken":
                    raise
                token, self.scan = "", {}  # YouTube no longer knows the place: begin at the top
                continue
            items = [each for each in answer.get("items") or () if each.get("id")]
            found = [each for thread in items for each in self._of_thread(thread, keep=not token)]
            if not token:
                found_gone = list(self._vanished(items))
                self.scan = {"top": _latest(items, self.newest), "until": until.isoformat(), "token": ""}
            else:
                found_gone = []
            token = str(answer.get("nextPageToken") or "")
            is_over = not token or token in seen or any(_written(each) < until for each in items)
            seen.add(token)
            self.scan["token"] = token
            if is_over:
                self.newest, self.scan = moment(self.scan["top"]), {}
            fresh = [each for each in found if (each.edited_at or each.written_at or self.now) >= until]
            yield self._page([*map(messages.incoming, self._under_films(fresh)), *found_gone])
            if is_over or not self.left:
                return

    def read_held(self) -> Iterator[Page]:
        """What YouTube or the channel's people hold back: agents are who reviews it."""
        if not self.left or (self.held_at is not None and self.now - self.held_at < limits.HELD_EVERY):
            return
        answer = self._call(status=HELD[0])
        self.held_at = self.now
        found = [
            each
            for thread in answer.get("items") or ()
            for each in messages.of_thread(thread, account_id=self.account.network_id, held=True)
            if (each.written_at or self.now) >= self.since
        ]
        if found:
            yield self._page([messages.incoming(each) for each in self._under_films(found)])

    def read_older(self) -> Iterator[Page]:
        """Go through the threads of one film, that whose turn is longest ago."""
        due = [each for each in self.watched if self._is_due(each)]
        if not due or not self.left:
            return
        video_id = min(due, key=lambda each: self.looked.get(each, ""))
        self.looked[video_id] = self.now.astimezone(UTC).isoformat()
        self.left -= 1
        try:
            answer = self.client.threads(self.account.credentials.access_token, video_id=video_id, now=self.now)
        except PermanentError as error:
            if error.key not in {"post_gone", "youtube_no_comments"}:
                raise
            return
        items = [each for each in answer.get("items") or () if each.get("id") and str(each["id"]) not in self.threads]
        found = [each for thread in items for each in self._of_thread(thread, keep=False)]
        fresh = [each for each in found if (each.edited_at or each.written_at or self.now) >= self.since]
        yield self._page([messages.incoming(each) for each in self._under_films(fresh)])

    # inside

    def _from(self) -> datetime:
        return max(self.newest - limits.POLL_OVERLAP, self.since) if self.newest else self.since

    def _is_due(self, video_id: str) -> bool:
        looked = moment(self.looked.get(video_id))
        return looked is None or self.now - looked >= limits.OLDER_EVERY

    def _page_of(self, token: str) -> Json:
        return self._call(page_token=token)

    def _call(self, *, page_token: str = "", status: str = "") -> Json:
        self.left -= 1
        return self.client.threads(
            self.account.credentials.access_token,
            channel_id=self.account.network_id,
            page_token=page_token,
            status=status,
            now=self.now,
        )

    def _of_thread(self, thread: Json, *, keep: bool) -> Iterator[IncomingMessage]:
        """Yield a thread's comments; its answers are fetched where more are there than came with it or before."""
        yield from messages.of_thread(thread, account_id=self.account.network_id)
        came = len((thread.get("replies") or {}).get("comments") or ())
        thread_id, facts = str(thread["id"]), _facts(thread)
        before = self.threads.get(thread_id, [0])[0]
        if facts[0] > came and facts[0] != before:
            if not self.left:
                facts[0] = before  # no room any more: the next turn still finds that there are more
            else:
                yield from self._replies(thread_id, str(facts[1]))
        if keep:
            self.threads[thread_id] = facts

    def _replies(self, thread_id: str, video_id: str) -> Iterator[IncomingMessage]:
        token, seen = "", set[str]()
        while True:
            self.left = max(self.left - 1, 0)
            answer = self.client.replies(
                self.account.credentials.access_token, thread_id, page_token=token, now=self.now
            )
            for each in answer.get("items") or ():
                yield messages.message(each, account_id=self.account.network_id, video_id=video_id)
            token = str(answer.get("nextPageToken") or "")
            if not token or token in seen:
                return
            seen.add(token)

    def _under_films(self, found: Sequence[IncomingMessage]) -> Sequence[IncomingMessage]:
        """Say how the films are called that messages stand under, where that is not known or was asked long ago."""
        here = {each.thread_id for each in found if each.subject is not None}
        wanted = [each for each in sorted(here) if self._is_due_to_be_named(each)][: limits.LOOKUP_MAX]
        if not wanted or not self.left:
            return found
        self.left -= 1
        subjects = subjects_of(self.client, self.account.credentials.access_token, wanted, now=self.now)
        at = self.now.astimezone(UTC).isoformat()
        latest = sorted(self.films | dict.fromkeys(wanted, at), key=lambda each: self.films.get(each, at))
        self.films = {each: at if each in wanted else self.films[each] for each in latest[-limits.FILMS_NAMED :]}
        return [with_subject(each, subjects) for each in found]

    def _is_due_to_be_named(self, video_id: str) -> bool:
        asked = moment(self.films.get(video_id))
        return asked is None or self.now - asked >= limits.NAMED_EVERY

    def _vanished(self, items: Sequence[Json]) -> Iterator[Incoming]:
        """Say what became of threads that were among the newest the last time and should be still; forget the rest."""
        here = {str(each["id"]) for each in items}
        oldest = min((_written(each) for each in items), default=self.since)
        away = {each: facts for each, facts in self.threads.items() if each not in here}
        lost = {each: facts for each, facts in away.items() if (moment(facts[2]) or self.now) >= oldest}
        for each in away.keys() - lost.keys():
            del self.threads[each]
        if not lost or self.left < limits.LOOKUP_CALLS:
            return
        targets = [
            Target(message_id=each, kind=MessageKind.COMMENT, thread_id=str(facts[1])) for each, facts in lost.items()
        ][: limits.LOOKUP_MAX]
        self.left -= limits.LOOKUP_CALLS
        found = look_up(self.client, self.account, targets, now=self.now)
        for target in targets:  # what was not learnt is left to the next look at what is here
            del self.threads[target.message_id]
        for message_id, message in found.items():
            if message is None:
                yield Incoming(change=Change.DELETED, message_id=message_id)
            elif message.is_hidden:
                yield Incoming(change=Change.HIDDEN, message_id=message_id, message=message)

    def _page(self, found: Sequence[Incoming]) -> Page:
        cursor: dict[str, Any] = {
            "threads": dict(self.threads),
            "looked": dict(self.looked),
            "films": dict(self.films),
        }
        if self.newest is not None:
            cursor["newest"] = self.newest.isoformat()
        if self.held_at is not None:
            cursor["held_at"] = self.held_at.astimezone(UTC).isoformat()
        if self.scan:
            cursor["scan"] = dict(self.scan)
        return Page(incoming=tuple(found), cursor=cursor)


def _facts(thread: Json) -> list[Any]:
    snippet = thread.get("snippet") or {}
    return [_count(thread), str(snippet.get("videoId") or ""), _written(thread).isoformat()]


def _count(thread: Json) -> int:
    return int((thread.get("snippet") or {}).get("totalReplyCount") or 0)


def _written(thread: Json) -> datetime:
    top = ((thread.get("snippet") or {}).get("topLevelComment") or {}).get("snippet") or {}
    return moment(top.get("publishedAt")) or datetime.min.replace(tzinfo=UTC) + timedelta(days=1)


def _latest(items: Sequence[Json], before: datetime | None) -> str:
    times = [_written(each) for each in items] + ([before] if before else [])
    return max(times).isoformat() if times else ""
