"""What Business Profile offers to those who listen and answer: the second half of the provider."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any

from integrations.contract import NOTHING, Account, Findings, Published
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
from integrations.fingerprints import CLOCK_SKEW, normalised
from integrations.networks.google_business import limits, messages, webhooks
from integrations.networks.google_business.client import BusinessClient
from integrations.networks.google_business.errors import KEY
from integrations.networks.google_business.mapping import account_of, moment, profile_of
from integrations.networks.google_business.polling import poll
from integrations.networks.google_business.webhooks import PushVerifier

ACTS: Mapping[bool, frozenset[Act]] = MappingProxyType({False: frozenset({Act.REPLY}), True: frozenset({Act.DELETE})})
GONE = "post_gone"


class BusinessEngagement:
    """Needs what ``GoogleBusinessProvider`` sets: the client, and how pushes are verified."""

    _client: BusinessClient
    _pushes: PushVerifier
    _topic: str

    content_terms = limits.CONTENT_TERMS
    revisits = limits.REVISITS
    kinds_of_message = frozenset({MessageKind.REVIEW})
    has_webhooks: bool

    def acts(self, kind: MessageKind, *, by_account: bool = False) -> frozenset[Act]:
        return ACTS[by_account] if kind is MessageKind.REVIEW else frozenset()

    def reply_limits(self, kind: MessageKind, details: Mapping[str, str] = NOTHING) -> ReplyLimits:
        return ReplyLimits(text_max=limits.REPLY_MAX_BYTES)

    def count_reply(self, text: str) -> int:
        """Google counts bytes."""
        return len(text.encode())

    # being told

    def answer_handshake(self, arrived: Arrived) -> tuple[str, str] | None:
        return None  # Pub/Sub has none

    def read_webhook(self, arrived: Arrived) -> tuple[Delivered, ...]:
        """Check Google's signature on the token, then read the message. May fetch Google's certificates."""
        self._pushes.verify(arrived)
        return webhooks.read(arrived)

    def read_farewell(self, arrived: Arrived) -> str:
        raise WebhookRefused  # Google tells nobody that a person left: a refresh finds out

    def read_event(self, payload: Mapping[str, Any], *, account_id: str) -> tuple[Incoming, ...]:
        return webhooks.read_event(payload)

    def subscribe(self, account: Account, *, now: datetime) -> None:
        """Name our topic in the account's setting, keeping the kinds that were asked for already on it."""
        token, name = account.credentials.access_token, account_of(account)
        types = self._told_of(account, now=now) | webhooks.TELLS
        self._client.change_notification_setting(token, name, topic=self._topic, types=types, now=now)

    def unsubscribe(self, account: Account, *, now: datetime) -> None:
        """Take our topic away where this is the account's only profile: the setting is of all of them together."""
        token, name = account.credentials.access_token, account_of(account)
        if not self._told_of(account, now=now):
            return
        listing = self._client.locations(token, name, size=2, now=now)
        others = {str(each.get("name")) for each in listing.get("locations") or ()} - {
            f"locations/{account.network_id}"
        }
        if not others:
            self._client.change_notification_setting(token, name, topic="", types=(), now=now)

    def is_subscribed(self, account: Account, *, now: datetime) -> bool:
        return self._told_of(account, now=now) >= webhooks.TELLS

    # polling

    def poll(
        self, account: Account, *, cursor: Mapping[str, Any], since: datetime, watched: Sequence[str], now: datetime
    ) -> Iterator[Page]:
        return poll(self._client, account, cursor=cursor, since=since, now=now)

    def fetch_messages(
        self, account: Account, targets: Collection[Target], *, now: datetime
    ) -> Mapping[str, IncomingMessage | None]:
        """Return reviews and answers as they are now, one call a review.

        An answer that another replaced is gone, and the other comes with it, as does one that was written by hand.
        """
        found: dict[str, IncomingMessage | None] = {each.message_id: None for each in targets}
        for review_id in dict.fromkeys(messages.review_id_of(each.message_id) for each in targets):
            found |= {each.network_id: each for each in self._messages_of(account, review_id, now=now)}
        return found

    # acting

    def reply(self, account: Account, target: Target, text: str, *, now: datetime) -> Sent:
        """Answer a review, or change the answer: there is one. Google judges it afterwards."""
        answer = self._client.write_reply(
            account.credentials.access_token,
            profile_of(account),
            messages.review_id_of(target.message_id),
            text,
            now=now,
        )
        at = moment(answer["updateTime"])
        return Sent(network_id=messages.reply_id(messages.review_id_of(target.message_id), at), sent_at=at)

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
        """Look whether the answer in the review is the one that was sent: there can be no other of ours."""
        found = self._messages_of(account, messages.review_id_of(target.message_id), now=now)
        for each in found:
            is_ours = each.by_account and normalised(each.text) == normalised(text)
            in_time = each.written_at is None or each.written_at >= since - CLOCK_SKEW
            if is_ours and in_time and each.network_id not in known:
                return Findings(published=Published(network_id=each.network_id, permalink=each.permalink))
        return Findings()

    def act(self, account: Account, act: Act, target: Target, *, now: datetime) -> None:
        if act is not Act.DELETE or not messages.is_reply(target.message_id):
            raise PermanentError("act_not_offered", network=KEY)
        review_id = messages.review_id_of(target.message_id)
        there = {each.network_id for each in self._messages_of(account, review_id, now=now)}
        if target.message_id not in there:
            return  # gone, or replaced by another answer: that one is not ours to take away here
        try:
            self._client.delete_reply(account.credentials.access_token, profile_of(account), review_id, now=now)
        except PermanentError as error:
            if error.key != GONE:
                raise

    # inside

    def _messages_of(self, account: Account, review_id: str, *, now: datetime) -> list[IncomingMessage]:
        """Return a review and its answer; nothing where it is gone.

        A profile that is gone or moved says the same of its reviews: before a review counts as gone the profile's are
        listed, so that an access that ended is an error and not the end of every message.
        """
        token, profile = account.credentials.access_token, profile_of(account)
        try:
            node = self._client.review(token, profile, review_id, now=now)
        except PermanentError as error:
            if error.key != GONE:
                raise
            self._client.reviews(token, profile, page="", now=now)
            return []
        return messages.all_of(node)

    def _told_of(self, account: Account, *, now: datetime) -> frozenset[str]:
        """Return the kinds of which Google tells on our topic; on another's, none."""
        token = account.credentials.access_token
        setting = self._client.notification_setting(token, account_of(account), now=now)
        if not self._topic or setting.get("pubsubTopic") != self._topic:
            return frozenset()
        return frozenset(str(each) for each in setting.get("notificationTypes") or ())
