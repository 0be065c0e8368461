"""What Instagram offers to those who listen and answer: the second half of the provider."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
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
from integrations.insights import PostMeasures
from integrations.networks._shared.meta import messenger, notices
from integrations.networks._shared.meta.answers import next_cursor
from integrations.networks._shared.meta.talking import MetaConversations, sighting
from integrations.networks.instagram import fetching, limits, messages, webhooks
from integrations.networks.instagram.client import ANSWER_FIELDS, InstagramClient
from integrations.networks.instagram.errors import KEY
from integrations.networks.instagram.mapping import PAGE_ID
from integrations.networks.instagram.polling import poll

ACTS: Mapping[MessageKind, frozenset[Act]] = MappingProxyType(
    {
        MessageKind.COMMENT: frozenset({Act.REPLY, Act.REPLY_PRIVATELY, Act.HIDE, Act.SHOW, Act.DELETE}),
        MessageKind.MENTION: frozenset({Act.REPLY}),
        MessageKind.PRIVATE: frozenset({Act.REPLY}),
    }
)
# What the app asks to be told of, per feature.
TOLD: Mapping[Feature, frozenset[str]] = MappingProxyType(
    {
        Feature.ENGAGE: frozenset({"comments", "mentions"}),
        Feature.MESSAGES: frozenset({"messages"}),
        Feature.INSIGHTS: frozenset({webhooks.STORIES}),
    }
)
EVERYTHING = frozenset().union(*TOLD.values())
# A page's field that nobody needs: any subscription of the linked page installs the app for its account, and this one
# is told apart from those that Facebook's own events hang on.
PAGE_FIELD = frozenset({"name"})


class ToldBy(StrEnum):
    """Which subscription brings an account's events: Meta's pages and what people meet contradict one another."""

    PAGE = "page"
    ACCOUNT = "account"


class InstagramEngagement(MetaConversations):
    """Needs what ``InstagramProvider`` sets: the client, the keys, where we are told, and what Meta approved."""

    _client: InstagramClient
    _keys: AppKeys
    _webhook_address: str
    _verify_token: str
    _human_agent: bool
    _told_by: ToldBy

    content_terms = limits.CONTENT_TERMS
    kinds_of_message = frozenset(ACTS)
    has_webhooks = True
    message_max = limits.MESSAGE_MAX
    revisits = limits.REVISITS

    def acts(self, kind: MessageKind, *, by_account: bool = False) -> frozenset[Act]:
        if by_account:
            return frozenset({Act.DELETE}) if kind is MessageKind.COMMENT else frozenset()
        return ACTS.get(kind, frozenset())

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

    def read_figures(self, payload: Mapping[str, Any]) -> Mapping[str, PostMeasures]:
        return webhooks.read_figures(payload)

    def subscribe(self, account: Account, *, now: datetime) -> None:
        """Give Meta our address where it has another, then add the account to what it tells us of."""
        if self._verify_token and not self._is_app_told(now=now):
            self._client.subscribe_app(
                address=self._webhook_address, verify_token=self._verify_token, fields=EVERYTHING, now=now
            )
        token, owner = account.credentials.access_token, self._owner(account)
        told, wanted = self._client.subscribed_fields(token, owner, now=now), self._wanted(account)
        if not wanted <= told:
            self._client.subscribe_page(token, owner, fields=told | wanted, now=now)

    def unsubscribe(self, account: Account, *, now: datetime) -> None:
        own = PAGE_FIELD if self._told_by is ToldBy.PAGE else EVERYTHING
        self._client.drop_subscribed_fields(account.credentials.access_token, self._owner(account), fields=own, now=now)

    def is_subscribed(self, account: Account, *, now: datetime) -> bool:
        if self._verify_token and not self._is_app_told(now=now):
            return False
        told = self._client.subscribed_fields(account.credentials.access_token, self._owner(account), now=now)
        return self._wanted(account) <= told

    # polling

    def poll(
        self, account: Account, *, cursor: Mapping[str, Any], since: datetime, watched: Sequence[str], now: datetime
    ) -> Iterator[Page]:
        return poll(self._client, account, cursor=cursor, since=since, watched=watched, now=now)

    def fetch_messages(
        self, account: Account, targets: Collection[Target], *, now: datetime
    ) -> Mapping[str, IncomingMessage | None]:
        """Return each message as it is now.

        Before anything counts as gone the account itself is read, so that an access that ended is an error and not the
        end of every message.
        """
        found = fetching.fetch(self._client, account, targets, now=now)
        if None in found.values():
            self._client.account(account.credentials.access_token, account.network_id, now=now)
        return found

    # acting

    def reply(self, account: Account, target: Target, text: str, *, now: datetime) -> Sent:
        token = account.credentials.access_token
        match target.kind:
            case MessageKind.PRIVATE:
                form = messenger.form(target, text, human_agent=self._human_agent, now=now)
                sent_id = self._client.send_message(token, self._speaks_as(account), form=form, now=now)
            case MessageKind.MENTION:
                form = {"media_id": target.thread_id, "message": text}
                if target.message_id != target.thread_id:
                    form["comment_id"] = target.message_id
                sent_id = self._client.answer_mention(token, account.network_id, form=form, now=now)
            case _:
                sent_id = self._client.reply(token, target.message_id, text, now=now)
        return Sent(network_id=sent_id, sent_at=now)

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
        looks = {
            MessageKind.PRIVATE: self._own_messages,
            MessageKind.MENTION: self._own_answers,
        }
        look = looks.get(target.kind, self._own_replies)
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
        if act in ANSWERS or act not in self.acts(target.kind, by_account=target.author_id == account.network_id):
            raise PermanentError("act_not_offered", network=KEY)
        try:
            if act is Act.DELETE:
                self._client.delete_comment(token, target.message_id, now=now)
            else:
                self._client.set_hidden(token, target.message_id, hidden=act is Act.HIDE, now=now)
        except PermanentError as error:
            if act is not Act.DELETE or error.key != fetching.GONE:
                raise

    # inside

    def _is_app_told(self, *, now: datetime) -> bool:
        return self._client.is_app_told(address=self._webhook_address, fields=EVERYTHING, now=now)

    def _speaks_as(self, account: Account) -> str:
        """Return the page the account hangs on, which connecting keeps with it."""
        page_id = account.details.get(PAGE_ID, "")
        if not page_id:
            raise PermanentError("presence_gone", network=KEY)
        return page_id

    def _owner(self, account: Account) -> str:
        return self._speaks_as(account) if self._told_by is ToldBy.PAGE else account.network_id

    def _wanted(self, account: Account) -> frozenset[str]:
        if self._told_by is ToldBy.PAGE:
            return PAGE_FIELD
        return frozenset().union(*(TOLD.get(each, frozenset()) for each in account.features))

    def _own_replies(self, account: Account, target: Target, *, since: datetime, now: datetime) -> Iterator[Sighting]:
        """Yield what the account wrote under the comment; a reply to a reply stands under the comment on top."""
        token = account.credentials.access_token
        node = self._client.node(token, target.message_id, fields="id,parent_id", now=now)
        top, after = str(node.get("parent_id") or target.message_id), ""
        while True:
            listing = self._client.replies(token, top, after=after, now=now)
            nodes = [each for each in listing.get("data") or () if each.get("id")]
            for reply in nodes:
                if messages.is_own(reply, account) and messages.is_since(reply, since):
                    yield sighting(messages.comment(reply, medium_id=target.thread_id, account=account), now=now)
            after = next_cursor(listing) if nodes and messages.is_since(nodes[-1], since) else ""
            if not after:
                return

    def _own_answers(self, account: Account, target: Target, *, since: datetime, now: datetime) -> Iterator[Sighting]:
        """Yield what the account wrote where it was named, which Meta shows with the mention."""
        token, account_id = account.credentials.access_token, account.network_id
        if target.message_id == target.thread_id:
            edge = f"comments.limit({limits.COMMENTS_A_PAGE}){{{ANSWER_FIELDS}}}"
            medium = self._client.mentioned_medium(token, account_id, target.thread_id, fields=f"id,{edge}", now=now)
            listing = medium.get("comments")
        else:
            edge = f"replies.limit({limits.REPLIES_A_COMMENT}){{{ANSWER_FIELDS}}}"
            comment = self._client.mentioned_comment(token, account_id, target.message_id, fields=f"id,{edge}", now=now)
            listing = comment.get("replies")
        for node in (listing or {}).get("data") or ():
            if messages.is_own(node, account) and messages.is_since(node, since):
                yield sighting(messages.comment(node, medium_id=target.thread_id, account=account), now=now)
