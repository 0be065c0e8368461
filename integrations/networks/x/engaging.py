"""What X offers to those who listen and answer: the second half of the provider."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import islice
from typing import Any

from integrations.contract import NOTHING, Account, AppKeys, Feature, Findings, Sighting
from integrations.engagement import (
    Act,
    Arrived,
    Delivered,
    Incoming,
    IncomingMessage,
    MessageKind,
    Page,
    ReplyLimits,
    Sent,
    Target,
    WebhookRefused,
)
from integrations.errors import PermanentError
from integrations.fingerprints import CLOCK_SKEW, judge
from integrations.networks._shared.refusals import lost_answer
from integrations.networks.x import limits, mapping, messages, private, subscribing, webhooks
from integrations.networks.x.app_client import XAppClient
from integrations.networks.x.client import XClient
from integrations.networks.x.errors import KEY
from integrations.networks.x.following import words_of
from integrations.networks.x.polling import poll
from integrations.networks.x.text import weighted_length

GONE = "post_gone"
_REPLY_AND_HIDE = frozenset({Act.REPLY, Act.HIDE, Act.SHOW})
_LIKES = frozenset({Act.LIKE, Act.UNLIKE})


class XEngagement:
    """Needs what ``XProvider`` sets: both clients, the app's consumer keys, where we are told, and the contract."""

    _client: XClient
    _app: XAppClient
    _consumer: AppKeys
    _webhook_address: str
    _enterprise: bool
    _messages: bool

    content_terms = limits.CONTENT_TERMS

    @property
    def kinds_of_message(self) -> frozenset[MessageKind]:
        public = frozenset({MessageKind.COMMENT, MessageKind.MENTION})
        return public | {MessageKind.PRIVATE} if self._messages else public

    @property
    def has_webhooks(self) -> bool:
        return bool(self._consumer.client_id and self._consumer.client_secret)

    def acts(self, kind: MessageKind, *, by_account: bool = False) -> frozenset[Act]:
        if kind is MessageKind.PRIVATE:  # deleting one leaves it with the other side
            return frozenset() if by_account else frozenset({Act.REPLY})
        if by_account:
            return frozenset({Act.DELETE})
        offered = _REPLY_AND_HIDE if kind is MessageKind.COMMENT else frozenset({Act.REPLY})
        return offered | _LIKES if self._enterprise else offered

    def reply_limits(self, kind: MessageKind, details: Mapping[str, str] = NOTHING) -> ReplyLimits:
        if kind is MessageKind.PRIVATE:
            return ReplyLimits(text_max=limits.PRIVATE_TEXT_MAX)
        return ReplyLimits(text_max=limits.limits_for(details).text_max)

    def count_reply(self, text: str) -> int:
        return weighted_length(text)

    # webhooks

    def answer_handshake(self, arrived: Arrived) -> tuple[str, str] | None:
        return webhooks.answer_challenge(arrived, secret=self._consumer.client_secret)

    def read_webhook(self, arrived: Arrived) -> tuple[Delivered, ...]:
        return webhooks.read(arrived, secret=self._consumer.client_secret)

    def read_farewell(self, arrived: Arrived) -> str:
        raise WebhookRefused

    def read_event(self, payload: Mapping[str, Any], *, account_id: str) -> tuple[Incoming, ...]:
        return webhooks.read_event(payload, account_id=account_id)

    def subscribe(self, account: Account, *, now: datetime) -> None:
        events = subscribing.events_of(account, messages=self._messages)
        subscribing.subscribe(self._app, account, address=self._webhook_address, events=events)

    def unsubscribe(self, account: Account, *, now: datetime) -> None:
        subscribing.unsubscribe(self._app, account)

    def is_subscribed(self, account: Account, *, now: datetime) -> bool:
        events = subscribing.events_of(account, messages=self._messages)
        return subscribing.is_subscribed(self._app, account, address=self._webhook_address, events=events)

    # polling

    def poll(
        self, account: Account, *, cursor: Mapping[str, Any], since: datetime, watched: Sequence[str], now: datetime
    ) -> Iterator[Page]:
        return poll(
            self._client,
            account,
            cursor=cursor,
            since=since,
            watched=watched,
            with_messages=self._messages and Feature.MESSAGES in account.features,
            now=now,
        )

    def fetch_messages(
        self, account: Account, targets: Collection[Target], *, now: datetime
    ) -> Mapping[str, IncomingMessage | None]:
        """Look posts up, a hundred per call. What X names among its ``errors`` is deleted, protected or withheld.

        An edit makes a new post, and the old id leads to the old words: newer versions are looked up by their own.
        Direct messages are left to polling: X would answer fifteen in as many minutes, one by one.
        """
        found: dict[str, IncomingMessage | None] = {}
        waiting = {each.message_id: each for each in targets if each.kind is not MessageKind.PRIVATE}
        looked = set[str]()
        while waiting:
            some = dict(islice(waiting.items(), limits.LOOKUP_MAX))
            looked |= some.keys()
            waiting |= self._look_up(account, some, found)
            waiting = {key: target for key, target in waiting.items() if key not in looked}
        return found

    def _look_up(
        self, account: Account, asked: Mapping[str, Target], found: dict[str, IncomingMessage | None]
    ) -> dict[str, Target]:
        """Write what these posts say now into ``found``; return those of which a newer version stands, by its id."""
        answer = self._client.posts(account.credentials.access_token, list(asked), subject=account.network_id)
        beside, edited = messages.around(answer.get("includes")), dict[str, Target]()
        for error in answer.get("errors") or ():
            if target := asked.get(str(error.get("resource_id") or error.get("value") or "")):
                found[target.message_id] = None
        for post in answer.get("data") or ():
            latest = mapping.versions(post)[-1]
            target = asked.get(str(post["id"])) or asked.get(mapping.versions(post)[0])
            if target is None:
                continue
            if latest != str(post["id"]) and latest not in asked:
                edited[latest] = target
                continue
            message = messages.message(post, around=beside, account_id=account.network_id)
            found[target.message_id] = replace(
                message, network_id=target.message_id, kind=target.kind, thread_id=target.thread_id
            )
        return edited

    # acting

    def reply(self, account: Account, target: Target, text: str, *, now: datetime) -> Sent:
        """Answer a post. Apps without an Enterprise contract may answer only who mentioned the account."""
        if target.kind is MessageKind.PRIVATE:
            return self._write(account, target.thread_id, text)
        body = {"text": text, "reply": {"in_reply_to_tweet_id": target.message_id}}
        data = self._client.create_post(account.credentials.access_token, body, subject=account.network_id)
        network_id = str(data.get("id") or "")
        if not network_id:
            raise lost_answer(KEY, status=201, once=True)
        return Sent(network_id=network_id, permalink=mapping.permalink(account.handle, network_id))

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
        if target.kind is MessageKind.PRIVATE:
            return self._find_written(account, target.thread_id, text, since=since, known=known)
        timeline = self._client.posts_since(
            account.credentials.access_token,
            subject=account.network_id,
            since=since - CLOCK_SKEW,
            count=limits.LOOK_BACK_POSTS,
        )
        answers = [each for each in timeline.get("data") or () if messages.replied_to(each) == target.message_id]
        wanted = words_of(text)

        def is_ours(sighting: Sighting) -> bool:
            return words_of(sighting.text) == wanted

        return judge(
            mapping.sightings({"data": answers}, handle=account.handle),
            text=text,
            is_ours=is_ours,
            since=since,
            known=known,
            covered=not (timeline.get("meta") or {}).get("next_token"),
        )

    def act(self, account: Account, act: Act, target: Target, *, now: datetime) -> None:
        token, subject = account.credentials.access_token, account.network_id
        offered = self.acts(target.kind, by_account=target.author_id == account.network_id)
        if act is Act.REPLY or act not in offered:
            raise PermanentError("act_not_offered", network=KEY)
        if act in {Act.HIDE, Act.SHOW}:
            self._client.set_hidden(token, target.message_id, hidden=act is Act.HIDE, subject=subject)
        elif act in _LIKES:
            self._client.set_liked(token, target.message_id, liked=act is Act.LIKE, subject=subject)
        else:
            self._delete(token, target.message_id, subject=subject)

    def _delete(self, token: str, network_id: str, *, subject: str) -> None:
        try:
            self._client.delete_post(token, network_id, subject=subject)
        except PermanentError as error:
            if error.key != GONE:
                raise

    def _write(self, account: Account, person_id: str, text: str) -> Sent:
        token, subject = account.credentials.access_token, account.network_id
        data = self._client.send_message(token, person_id, text, subject=subject)
        network_id = str(data.get("dm_event_id") or "")
        if not network_id:
            raise lost_answer(KEY, status=201, once=True)
        return Sent(network_id=network_id)

    def _find_written(
        self, account: Account, person_id: str, text: str, *, since: datetime, known: Collection[str]
    ) -> Findings:
        token, subject = account.credentials.access_token, account.network_id
        answer = self._client.private_messages_with(token, person_id, subject=subject)
        wanted = words_of(text)
        found = list(private.sightings(answer, account_id=account.network_id))
        reaches_back = not (answer.get("meta") or {}).get("next_token")
        return judge(
            found,
            text=text,
            is_ours=lambda sighting: words_of(sighting.text) == wanted,
            since=since,
            known=known,
            covered=reaches_back or any(each.published_at < since for each in found),
        )
