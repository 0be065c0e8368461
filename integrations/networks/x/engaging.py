"""What X offers to those who listen and answer: the second half of the provider."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from integrations.contract import NOTHING, Account, AppKeys, Findings, Sighting
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
from integrations.fingerprints import CLOCK_SKEW, fingerprint, judge
from integrations.networks._shared.refusals import lost_answer
from integrations.networks.x import limits, mapping, messages, subscribing, webhooks
from integrations.networks.x.app_client import XAppClient
from integrations.networks.x.client import XClient
from integrations.networks.x.errors import KEY
from integrations.networks.x.polling import poll
from integrations.networks.x.text import weighted_length

GONE = "post_gone"
_REPLY_AND_HIDE = frozenset({Act.REPLY, Act.HIDE, Act.SHOW})
_LIKES = frozenset({Act.LIKE, Act.UNLIKE})
_NAMES_IN_FRONT = re.compile(r"^(?:@\w+\s+)+")


class XEngagement:
    """Needs what ``XProvider`` sets: both clients, the app's consumer keys, where we are told, and the contract."""

    _client: XClient
    _app: XAppClient
    _consumer: AppKeys
    _webhook_address: str
    _enterprise: bool

    content_terms = limits.CONTENT_TERMS
    kinds_of_message = frozenset({MessageKind.COMMENT, MessageKind.MENTION})

    @property
    def has_webhooks(self) -> bool:
        return bool(self._consumer.client_id and self._consumer.client_secret)

    def acts(self, kind: MessageKind, *, by_account: bool = False) -> frozenset[Act]:
        if by_account:
            return frozenset({Act.DELETE})
        offered = _REPLY_AND_HIDE if kind is MessageKind.COMMENT else frozenset({Act.REPLY})
        return offered | _LIKES if self._enterprise else offered

    def reply_limits(self, kind: MessageKind, details: Mapping[str, str] = NOTHING) -> ReplyLimits:
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
        subscribing.subscribe(self._app, account, address=self._webhook_address)

    def unsubscribe(self, account: Account, *, now: datetime) -> None:
        subscribing.unsubscribe(self._app, account)

    def is_subscribed(self, account: Account, *, now: datetime) -> bool:
        return subscribing.is_subscribed(self._app, account, address=self._webhook_address)

    # polling

    def poll(
        self, account: Account, *, cursor: Mapping[str, Any], since: datetime, watched: Sequence[str], now: datetime
    ) -> Iterator[Page]:
        return poll(self._client, account, cursor=cursor, since=since, watched=watched, now=now)

    def fetch_messages(
        self, account: Account, targets: Collection[Target], *, now: datetime
    ) -> Mapping[str, IncomingMessage | None]:
        """Look posts up, a hundred per call. What X names among its ``errors`` is deleted, protected or withheld."""
        found: dict[str, IncomingMessage | None] = {}
        everything = list(targets)
        for start in range(0, len(everything), limits.LOOKUP_MAX):
            some = everything[start : start + limits.LOOKUP_MAX]
            answer = self._client.posts(
                account.credentials.access_token, [each.message_id for each in some], subject=account.network_id
            )
            beside, asked = messages.around(answer.get("includes")), {each.message_id: each for each in some}
            for error in answer.get("errors") or ():
                if (gone := str(error.get("resource_id") or error.get("value") or "")) in asked:
                    found[gone] = None
            for post in answer.get("data") or ():
                message = messages.message(post, around=beside, account_id=account.network_id)
                if target := asked.get(str(post["id"])) or asked.get(message.network_id):
                    found[target.message_id] = replace(
                        message, network_id=target.message_id, kind=target.kind, thread_id=target.thread_id
                    )
        return found

    # acting

    def reply(self, account: Account, target: Target, text: str, *, now: datetime) -> Sent:
        """Answer a post. Apps without an Enterprise contract may answer only who mentioned the account."""
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
        timeline = self._client.posts_since(
            account.credentials.access_token,
            subject=account.network_id,
            since=since - CLOCK_SKEW,
            count=limits.LOOK_BACK_POSTS,
        )
        answers = [each for each in timeline.get("data") or () if messages.replied_to(each) == target.message_id]
        wanted = _fingerprint(text)

        def is_ours(sighting: Sighting) -> bool:
            return _fingerprint(sighting.text) == wanted

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


def _fingerprint(text: str) -> str:
    """X puts the names of those who are answered in front of a text by itself."""
    return fingerprint(mapping.comparable(_NAMES_IN_FRONT.sub("", text)), media_count=0)
