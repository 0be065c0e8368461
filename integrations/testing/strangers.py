"""The network in memory as those who listen and answer meet it: strangers write, edit and delete there."""

import hashlib
import hmac
import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from integrations.contract import NOTHING, Account, Findings, Sighting
from integrations.engagement import (
    ANSWERS,
    Act,
    Arrived,
    Author,
    Change,
    ContentTerms,
    Delivered,
    Incoming,
    IncomingMessage,
    MessageKind,
    Page,
    ReplyLimits,
    Revisits,
    Sent,
    Target,
    WebhookRefused,
)
from integrations.errors import PermanentError
from integrations.fingerprints import fingerprint, judge
from integrations.insights import PostMeasures
from integrations.testing.network import MemoryNetwork
from integrations.testing.wire import from_json, to_json

POST = "memory-post-1"  # a post of the account that is always there to be commented on
SIGNATURE = "x-memory-signature"
SECRET = b"memory-secret"
HANDSHAKE_TOKEN = "memory-handshake"  # noqa: S105  # opens nothing
PRIVATE_WINDOW = timedelta(hours=24)
PRIVATE_REPLY_WINDOW = timedelta(days=7)
REPLY_MAX = 300
OVERLAP = 1  # events that a poll brings again

SAM = Author(network_id="stranger-1", name="Sam Stranger", handle="sam", permalink="https://memory.example/sam")

_ACTS = {
    MessageKind.COMMENT: frozenset(Act),
    MessageKind.MENTION: frozenset({Act.REPLY, Act.LIKE, Act.UNLIKE}),
    MessageKind.REVIEW: frozenset({Act.REPLY}),
    MessageKind.PRIVATE: frozenset({Act.REPLY, Act.BLOCK, Act.UNBLOCK}),
}


@dataclass(frozen=True, kw_only=True)
class _Event:
    """One thing that happened, and where a poll would meet it: under a thread, or (empty) on the account itself."""

    account_id: str
    source: str
    incoming: Incoming


@dataclass(kw_only=True)
class MemoryStrangers(MemoryNetwork):
    """What is written to its presences. ``messages`` is what stands there now, by id; ``liked`` which of it we like.

    Each event also waits to be sent: ``webhook()`` returns all that wait as one signed request. ``kept_back`` are ids
    that the network does not give out; ``subscribed`` the presences whose events it means to send; ``blocked`` who may
    not write to which presence.
    """

    has_webhooks: bool = True
    content_lease: timedelta | None = None
    revisits: Revisits | None = None
    page_size: int = 20
    messages: dict[str, IncomingMessage] = field(default_factory=dict)
    liked: set[str] = field(default_factory=set)
    kept_back: set[str] = field(default_factory=set)
    subscribed: set[str] = field(default_factory=set)
    blocked: set[tuple[str, str]] = field(default_factory=set)  # account, author

    _events: list[_Event] = field(default_factory=list)
    _waiting: list[dict[str, Any]] = field(default_factory=list)
    _homes: dict[str, str] = field(default_factory=dict)  # message id -> the account it was written to

    # what strangers do

    def write(
        self,
        account_id: str,
        text: str,
        *,
        at: datetime,
        kind: MessageKind = MessageKind.COMMENT,
        author: Author | None = SAM,
        thread_id: str = "",
        **more: Any,
    ) -> IncomingMessage:
        """Let somebody write to an account; a comment stands under POST unless ``thread_id`` says otherwise."""
        with self._lock:
            network_id = f"message-{next(self._numbers)}"
            defaults = {
                MessageKind.COMMENT: POST,
                MessageKind.PRIVATE: author.network_id if author else "somebody",
            }
            message = IncomingMessage(
                network_id=network_id,
                kind=kind,
                thread_id=thread_id or defaults.get(kind, network_id),
                author=author,
                text=text,
                written_at=at,
                permalink=f"https://memory.example/{account_id}/{network_id}",
                **more,
            )
            return self._stand(account_id, message, at=at)

    def write_as_account(self, account_id: str, text: str, *, at: datetime, **more: Any) -> IncomingMessage:
        """Let the organisation's people write on the network itself, without us."""
        own = Author(network_id=account_id, name=account_id.capitalize(), handle=account_id)
        return self.write(account_id, text, at=at, author=own, by_account=True, **more)

    def edit(self, network_id: str, text: str, *, at: datetime) -> IncomingMessage:
        """Let an author change their words."""
        with self._lock:
            message = replace(self.messages[network_id], text=text, edited_at=at)
            self.messages[network_id] = message
            self._tell(message, Change.EDITED, at=at)
            return message

    def delete(self, network_id: str, *, at: datetime) -> None:
        """Let an author take their words away."""
        with self._lock:
            message = self.messages.pop(network_id)
            self._tell(message, Change.DELETED, at=at, named_only=True)

    def end_access(self, person_id: str) -> None:
        """Let a person withdraw the app, which the network tells by an event."""
        with self._lock:
            self.withdraw_access()
            self._waiting.append({"key": f"event-{next(self._numbers)}", "account": person_id, "left": person_id})

    def tell_figures(self, account_id: str, post_id: str, **values: float) -> None:
        """Let the network tell by itself what a post has reached."""
        with self._lock:
            event = {"key": f"event-{next(self._numbers)}", "account": account_id, "figures": {post_id: values}}
            self._waiting.append(event)

    def webhook(self) -> Arrived:
        """Return all events that were not sent yet as one signed request."""
        with self._lock:
            waiting, self._waiting = self._waiting, []
        return signed({"events": waiting})

    def farewell(self, person_id: str) -> Arrived:
        """Return the signed notice that a person left the app or asks for erasure."""
        return signed({"person": person_id})

    # the contract

    @property
    def content_terms(self) -> ContentTerms:
        return ContentTerms(lease=self.content_lease, source="Memory has no terms", read_on="2026-11-22")

    @property
    def kinds_of_message(self) -> frozenset[MessageKind]:
        return frozenset(MessageKind)

    def acts(self, kind: MessageKind, *, by_account: bool = False) -> frozenset[Act]:
        if by_account:
            return frozenset() if kind is MessageKind.PRIVATE else frozenset({Act.DELETE})
        return _ACTS[kind]

    def reply_limits(self, kind: MessageKind, details: Mapping[str, str] = NOTHING) -> ReplyLimits:
        return ReplyLimits(text_max=REPLY_MAX, window=PRIVATE_WINDOW if kind is MessageKind.PRIVATE else None)

    def count_reply(self, text: str) -> int:
        return len(text)

    def answer_handshake(self, arrived: Arrived) -> tuple[str, str] | None:
        if "challenge" not in arrived.query:
            return None
        if not hmac.compare_digest(arrived.query.get("token", "").encode(), HANDSHAKE_TOKEN.encode()):
            raise WebhookRefused
        return "text/plain", arrived.query["challenge"]

    def read_webhook(self, arrived: Arrived) -> tuple[Delivered, ...]:
        return tuple(
            Delivered(
                account_id=event["account"], key=event["key"], payload=event, access_ended=str(event.get("left") or "")
            )
            for event in _verified(arrived)["events"]
        )

    def read_farewell(self, arrived: Arrived) -> str:
        return str(_verified(arrived)["person"])

    def read_event(self, payload: Mapping[str, Any], *, account_id: str) -> tuple[Incoming, ...]:
        return () if payload.get("left") or payload.get("figures") else (from_json(payload),)

    def read_figures(self, payload: Mapping[str, Any]) -> Mapping[str, PostMeasures]:
        return {post_id: PostMeasures(values=values) for post_id, values in (payload.get("figures") or {}).items()}

    def subscribe(self, account: Account, *, now: datetime) -> None:
        def subscribe() -> None:
            self._require(account.credentials)
            self.subscribed.add(account.network_id)

        self._call("subscribe", subscribe)

    def unsubscribe(self, account: Account, *, now: datetime) -> None:
        self._call("unsubscribe", lambda: self.subscribed.discard(account.network_id))

    def is_subscribed(self, account: Account, *, now: datetime) -> bool:
        def ask() -> bool:
            self._require(account.credentials)
            return account.network_id in self.subscribed

        return self._call("is_subscribed", ask)

    def poll(
        self, account: Account, *, cursor: Mapping[str, Any], since: datetime, watched: Sequence[str], now: datetime
    ) -> Iterator[Page]:
        reached = {source: cursor[source] - OVERLAP for source in ("", *watched) if source in cursor}
        sources = frozenset(("", *watched))
        while events := self._call("poll", lambda: self._next(account, reached, sources, since=since)):
            for number, event in events:
                reached[event.source] = number
            yield Page(incoming=tuple(event.incoming for _, event in events), cursor=dict(reached))

    def fetch_messages(
        self, account: Account, targets: Collection[Target], *, now: datetime
    ) -> Mapping[str, IncomingMessage | None]:
        def fetch() -> dict[str, IncomingMessage | None]:
            self._require(account.credentials)
            ids = [each.message_id for each in targets if each.message_id not in self.kept_back]
            return {each: self.messages.get(each) for each in ids}

        return self._call("fetch_messages", fetch)

    def reply(self, account: Account, target: Target, text: str, *, now: datetime) -> Sent:
        def reply() -> Sent:
            self._require(account.credentials)
            self._judge_reply(target, text, now=now)
            kind = MessageKind.PRIVATE if target.kind is MessageKind.PRIVATE else MessageKind.COMMENT
            ours = self.write_as_account(
                account.network_id, text, at=now, kind=kind, thread_id=target.thread_id, answers_id=target.message_id
            )
            return Sent(network_id=ours.network_id, permalink=ours.permalink, sent_at=now)

        return self._call("reply", reply)

    def find_reply(
        self,
        account: Account,
        target: Target,
        text: str,
        *,
        since: datetime,
        known: Collection[str] = (),
        now: datetime,
    ) -> Findings:
        def find() -> Findings:
            self._require(account.credentials)
            wanted = fingerprint(text, media_count=0)
            ours = [
                Sighting(
                    network_id=each.network_id,
                    permalink=each.permalink,
                    text=each.text,
                    published_at=each.written_at or now,
                    media_count=0,
                )
                for each in self._answers_to(target)
                if each.by_account
            ]
            return judge(
                ours,
                text=text,
                is_ours=lambda each: fingerprint(each.text, media_count=0) == wanted,
                since=since,
                known=known,
                covered=True,
            )

        return self._call("find_reply", find)

    def private_limits(self) -> ReplyLimits:
        return ReplyLimits(text_max=REPLY_MAX, window=PRIVATE_REPLY_WINDOW)

    def reply_privately(self, account: Account, target: Target, text: str, *, now: datetime) -> Sent:
        def reply() -> Sent:
            self._require(account.credentials)
            if target.message_id not in self.messages:
                raise PermanentError("post_gone", network=self.key, status=404)
            if any(each.by_account and each.kind is MessageKind.PRIVATE for each in self._answers_to(target)):
                raise PermanentError("answered_privately", network=self.key, status=400)
            ours = self.write_as_account(
                account.network_id,
                text,
                at=now,
                kind=MessageKind.PRIVATE,
                thread_id=target.author_id,
                answers_id=target.message_id,
            )
            return Sent(network_id=ours.network_id, sent_at=now)

        return self._call("reply", reply)

    def find_private_reply(
        self,
        account: Account,
        target: Target,
        text: str,
        *,
        since: datetime,
        known: Collection[str] = (),
        now: datetime,
    ) -> Findings:
        return self.find_reply(account, target, text, since=since, known=known, now=now)

    def act(self, account: Account, act: Act, target: Target, *, now: datetime) -> None:
        def do() -> None:
            self._require(account.credentials)
            message = self.messages.get(target.message_id)
            if message is None:
                if act is Act.DELETE:
                    return
                raise PermanentError("post_gone", network=self.key, status=404)
            if act not in self.acts(message.kind, by_account=message.by_account) or act in ANSWERS:
                raise PermanentError("act_not_offered", network=self.key, status=403)
            self._carry_out(act, message, at=now)

        self._call("act", do)

    # inside

    def _answers_to(self, target: Target) -> list[IncomingMessage]:
        return [each for each in self.messages.values() if each.answers_id == target.message_id]

    def _stand(self, account_id: str, message: IncomingMessage, *, at: datetime) -> IncomingMessage:
        self.messages[message.network_id] = message
        self._homes[message.network_id] = account_id
        self._tell(message, Change.WRITTEN, at=at)
        return message

    def _tell(self, message: IncomingMessage, change: Change, *, at: datetime, named_only: bool = False) -> None:
        incoming = Incoming(
            change=change,
            message_id=message.network_id,
            message=None if named_only else message,
            happened_at=at,
        )
        account_id = self._homes[message.network_id]
        source = message.thread_id if message.kind is MessageKind.COMMENT else ""
        self._events.append(_Event(account_id=account_id, source=source, incoming=incoming))
        key = f"event-{next(self._numbers)}"
        self._waiting.append({"key": key, "account": account_id, **to_json(incoming)})

    def _next(
        self, account: Account, reached: Mapping[str, int], sources: Collection[str], *, since: datetime
    ) -> list[tuple[int, _Event]]:
        """Return the next page of events and their numbers, which count from 1."""
        self._require(account.credentials)

        def is_new(number: int, event: _Event) -> bool:
            if event.account_id != account.network_id or event.source not in sources:
                return False
            if event.source in reached:
                return number > reached[event.source]
            return event.incoming.happened_at is None or event.incoming.happened_at >= since

        numbered = enumerate(self._events, start=1)
        return list(islice(((number, event) for number, event in numbered if is_new(number, event)), self.page_size))

    def _judge_reply(self, target: Target, text: str, *, now: datetime) -> None:
        if target.message_id not in self.messages:
            raise PermanentError("post_gone", network=self.key, status=404)
        if target.kind is MessageKind.PRIVATE:
            theirs = [
                each.written_at
                for each in self.messages.values()
                if each.thread_id == target.thread_id and not each.by_account and each.written_at
            ]
            if not theirs or now - max(theirs) > PRIVATE_WINDOW:
                raise PermanentError("reply_window_closed", network=self.key, status=403, parameters={"allowed": 24})
        if len(text) > REPLY_MAX:
            raise PermanentError("refused", network=self.key, status=400)

    def _carry_out(self, act: Act, message: IncomingMessage, *, at: datetime) -> None:
        if act is Act.DELETE:
            self.delete(message.network_id, at=at)
        elif act in {Act.HIDE, Act.SHOW}:
            changed = replace(message, is_hidden=act is Act.HIDE)
            if changed != message:
                self.messages[message.network_id] = changed
                self._tell(changed, Change.HIDDEN if act is Act.HIDE else Change.SHOWN, at=at, named_only=True)
        elif act in {Act.BLOCK, Act.UNBLOCK}:
            there = (self._homes[message.network_id], message.author.network_id if message.author else "")
            (self.blocked.add if act is Act.BLOCK else self.blocked.discard)(there)
        elif act is Act.LIKE:
            self.liked.add(message.network_id)
        else:
            self.liked.discard(message.network_id)


def signed(document: Mapping[str, Any]) -> Arrived:
    """Return a request as the network would send it."""
    body = json.dumps(document).encode()
    return Arrived(headers={SIGNATURE: _signature(body)}, body=body)


def _signature(body: bytes) -> str:
    return hmac.new(SECRET, body, hashlib.sha256).hexdigest()


def _verified(arrived: Arrived) -> Mapping[str, Any]:
    given = arrived.headers.get(SIGNATURE, "")
    if not hmac.compare_digest(given.encode(), _signature(arrived.body).encode()):
        raise WebhookRefused
    try:
        document = json.loads(arrived.body)
    except ValueError:
        raise WebhookRefused from None
    if not isinstance(document, dict):
        raise WebhookRefused
    return document
