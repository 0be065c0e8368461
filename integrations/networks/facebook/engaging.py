"""What Facebook offers to those who listen and answer: the second half of the provider."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial
from types import MappingProxyType
from typing import Any

from integrations.contract import NOTHING, Account, AppKeys, Feature, Findings, Sighting
from integrations.engagement import (
    ANSWERS,
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
)
from integrations.errors import PermanentError
from integrations.fingerprints import CLOCK_SKEW, fingerprint, judge
from integrations.networks._shared.meta import messenger, notices
from integrations.networks._shared.meta.answers import moment, next_cursor
from integrations.networks._shared.meta.talking import MetaConversations, sighting
from integrations.networks.facebook import fetching, limits, messages, webhooks
from integrations.networks.facebook.client import FacebookClient
from integrations.networks.facebook.errors import KEY
from integrations.networks.facebook.polling import poll

_BLOCKS = frozenset({Act.BLOCK, Act.UNBLOCK})
ACTS: Mapping[MessageKind, frozenset[Act]] = MappingProxyType(
    {
        MessageKind.COMMENT: frozenset(Act),
        MessageKind.MENTION: frozenset({Act.REPLY, Act.LIKE, Act.UNLIKE, *_BLOCKS}),
        MessageKind.REVIEW: frozenset({Act.REPLY, *_BLOCKS}),
        MessageKind.PRIVATE: frozenset({Act.REPLY, *_BLOCKS}),
    }
)
# What we ask to be told of, per feature.
TOLD: Mapping[Feature, frozenset[str]] = MappingProxyType(
    {
        Feature.ENGAGE: frozenset({"feed", "mention", "ratings"}),
        Feature.MESSAGES: frozenset({"messages", "message_echoes", "message_edits"}),
    }
)
EVERYTHING = frozenset().union(*TOLD.values())


class FacebookEngagement(MetaConversations):
    """Needs what ``FacebookProvider`` sets: the client, the keys, where we are told, and what Meta approved."""

    _client: FacebookClient
    _keys: AppKeys
    _webhook_address: str
    _verify_token: str
    _human_agent: bool

    content_terms = limits.CONTENT_TERMS
    kinds_of_message = frozenset(MessageKind)
    has_webhooks = True
    message_max = limits.MESSAGE_MAX
    revisits = limits.REVISITS

    def acts(self, kind: MessageKind, *, by_account: bool = False) -> frozenset[Act]:
        if by_account:
            return frozenset() if kind is MessageKind.PRIVATE else frozenset({Act.DELETE})
        return ACTS[kind]

    def reply_limits(self, kind: MessageKind, details: Mapping[str, str] = NOTHING) -> ReplyLimits:
        if kind is not MessageKind.PRIVATE:
            return ReplyLimits(text_max=limits.COMMENT_MAX)
        window = messenger.HUMAN_AGENT_WINDOW if self._human_agent else messenger.MESSAGE_WINDOW
        return ReplyLimits(text_max=limits.MESSAGE_MAX, window=window)

    def count_reply(self, text: str) -> int:
        return len(text)

    # webhooks

    def answer_handshake(self, arrived: Arrived) -> tuple[str, str] | None:
        return notices.answer_handshake(arrived, verify_token=self._verify_token)

    def read_webhook(self, arrived: Arrived) -> tuple[Delivered, ...]:
        return webhooks.read(arrived, secret=self._keys.client_secret)

    def read_farewell(self, arrived: Arrived) -> str:
        return notices.read_farewell(arrived, secret=self._keys.client_secret)

    def read_event(self, payload: Mapping[str, Any], *, account_id: str) -> tuple[Incoming, ...]:
        return webhooks.read_event(payload, account_id=account_id)

    def subscribe(self, account: Account, *, now: datetime) -> None:
        """Give Meta our address where it has another, then add what we want to what is told of the page already."""
        if self._verify_token and not self._app_is_told(now=now):
            self._client.subscribe_app(
                address=self._webhook_address, verify_token=self._verify_token, fields=EVERYTHING, now=now
            )
        token, page_id = account.credentials.access_token, account.network_id
        told = self._client.subscribed_fields(token, page_id, now=now)
        if not _wanted(account) <= told:
            self._client.subscribe_page(token, page_id, fields=told | _wanted(account), now=now)

    def unsubscribe(self, account: Account, *, now: datetime) -> None:
        self._client.drop_subscribed_fields(
            account.credentials.access_token, account.network_id, fields=EVERYTHING, now=now
        )

    def is_subscribed(self, account: Account, *, now: datetime) -> bool:
        if self._verify_token and not self._app_is_told(now=now):
            return False
        told = self._client.subscribed_fields(account.credentials.access_token, account.network_id, now=now)
        return _wanted(account) <= told

    # polling

    def poll(
        self, account: Account, *, cursor: Mapping[str, Any], since: datetime, watched: Sequence[str], now: datetime
    ) -> Iterator[Page]:
        return poll(self._client, account, cursor=cursor, since=since, watched=watched, now=now)

    def fetch_messages(
        self, account: Account, targets: Collection[Target], *, now: datetime
    ) -> Mapping[str, IncomingMessage | None]:
        """Return each message as it is now.

        Meta says of what it does not show us the same as of what is gone. Before anything counts as gone the page
        itself is read, so that an access that ended is an error and not the end of every message.
        """
        found = fetching.fetch(self._client, account, targets, now=now)
        if None in found.values():
            self._client.page(account.credentials.access_token, account.network_id, now=now)
        return found

    # acting

    def reply(self, account: Account, target: Target, text: str, *, now: datetime) -> Sent:
        token = account.credentials.access_token
        if target.kind is MessageKind.PRIVATE:
            form = messenger.form(target, text, human_agent=self._human_agent, now=now)
            sent_id = self._client.send_message(token, account.network_id, form=form, now=now)
            return Sent(network_id=sent_id, sent_at=now)
        answer = self._client.create_comment(token, target.message_id, text, now=now)
        return Sent(
            network_id=messages.comment_id(target.thread_id, str(answer["id"])),
            permalink=str(answer.get("permalink_url") or ""),
            sent_at=moment(answer.get("created_time")),
        )

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
        look = self._own_messages if target.kind is MessageKind.PRIVATE else self._own_comments
        wanted = fingerprint(text, media_count=0)
        return judge(
            look(account, target, since=since - CLOCK_SKEW, now=now),
            text=text,
            is_ours=lambda each: fingerprint(each.text, media_count=0) == wanted,
            since=since,
            known=known,
            covered=True,
        )

    def act(self, account: Account, act: Act, target: Target, *, now: datetime) -> None:
        token = account.credentials.access_token
        calls: Mapping[Act, Callable[..., None]] = {
            Act.HIDE: partial(self._client.set_hidden, hidden=True),
            Act.SHOW: partial(self._client.set_hidden, hidden=False),
            Act.LIKE: partial(self._client.set_liked, liked=True),
            Act.UNLIKE: partial(self._client.set_liked, liked=False),
            Act.DELETE: self._client.delete_comment,
        }
        if act in ANSWERS or act not in self.acts(target.kind, by_account=target.author_id == account.network_id):
            raise PermanentError("act_not_offered", network=KEY)
        if act in _BLOCKS:
            self._block(account, target, blocked=act is Act.BLOCK, now=now)
            return
        try:
            calls[act](token, target.message_id, now=now)
        except PermanentError as error:
            if act is not Act.DELETE or error.key != fetching.GONE:
                raise

    # inside

    def _speaks_as(self, account: Account) -> str:
        return account.network_id

    def _block(self, account: Account, target: Target, *, blocked: bool, now: datetime) -> None:
        is_known = bool(target.author_id) and self._client.set_blocked(
            account.credentials.access_token,
            account.network_id,
            target.author_id,
            writes_privately=target.kind is MessageKind.PRIVATE,
            blocked=blocked,
            now=now,
        )
        if not is_known:
            raise PermanentError("author_not_found", network=KEY)

    def _app_is_told(self, *, now: datetime) -> bool:
        return self._client.is_app_told(address=self._webhook_address, fields=EVERYTHING, now=now)

    def _own_comments(self, account: Account, target: Target, *, since: datetime, now: datetime) -> Iterator[Sighting]:
        """Yield what the page wrote under the post: a reply to a reply lands under the comment on top."""
        after = ""
        while True:
            listing = self._client.comments(
                account.credentials.access_token, target.thread_id, since=since, after=after, now=now
            )
            for node in listing.get("data") or ():
                message = messages.comment(node, thread_id=target.thread_id, account_id=account.network_id)
                if message.by_account:
                    yield sighting(message, now=now)
            after = next_cursor(listing)
            if not after:
                return


def _wanted(account: Account) -> frozenset[str]:
    return frozenset().union(*(TOLD.get(each, frozenset()) for each in account.features))
