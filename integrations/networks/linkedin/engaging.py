"""What LinkedIn offers to those who listen and answer: the second half of the provider."""

from collections.abc import Collection, Iterator, Mapping, Sequence
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
from integrations.networks.linkedin import limits, messages, webhooks
from integrations.networks.linkedin.client import LinkedInClient
from integrations.networks.linkedin.errors import KEY
from integrations.networks.linkedin.mapping import moment
from integrations.networks.linkedin.polling import poll

GONE = "post_gone"
_OFFERED = frozenset({Act.REPLY, Act.LIKE, Act.UNLIKE})


class LinkedInEngagement:
    """Needs what ``LinkedInProvider`` sets: the client, the keys, where we are told, and what the app may do.

    All is done as the page: every call that writes names it as the actor.
    """

    _client: LinkedInClient
    _keys: AppKeys
    _application_id: str
    _webhook_address: str
    _is_developing: bool
    _deletes_comments: bool

    content_terms = limits.CONTENT_TERMS
    tells_names = False
    kinds_of_message = frozenset({MessageKind.COMMENT, MessageKind.MENTION})

    @property
    def has_webhooks(self) -> bool:
        return bool(self._application_id) and not self._is_developing

    def acts(self, kind: MessageKind, *, by_account: bool = False) -> frozenset[Act]:
        if by_account:
            return frozenset({Act.DELETE})
        if kind is MessageKind.COMMENT and self._deletes_comments:
            return _OFFERED | {Act.DELETE}
        return _OFFERED

    def reply_limits(self, kind: MessageKind, details: Mapping[str, str] = NOTHING) -> ReplyLimits:
        return ReplyLimits(text_max=limits.COMMENT_MAX)

    def count_reply(self, text: str) -> int:
        return len(text)

    # webhooks

    def answer_handshake(self, arrived: Arrived) -> tuple[str, str] | None:
        return webhooks.answer_challenge(arrived, secret=self._keys.client_secret)

    def read_webhook(self, arrived: Arrived) -> tuple[Delivered, ...]:
        return webhooks.read(arrived, secret=self._keys.client_secret)

    def read_farewell(self, arrived: Arrived) -> str:
        raise WebhookRefused

    def read_event(self, payload: Mapping[str, Any], *, account_id: str) -> tuple[Incoming, ...]:
        return webhooks.read_event(payload, account_id=account_id)

    def subscribe(self, account: Account, *, now: datetime) -> None:
        """Have LinkedIn tell our address, which must stand in the app's own page there."""
        try:
            self._client.subscribe(
                account.credentials.access_token, self._subscription(account), address=self._webhook_address, now=now
            )
        except PermanentError as error:
            if error.status != 400:
                raise
            raise PermanentError("webhook_refused", network=KEY, status=400, detail=error.detail) from None

    def unsubscribe(self, account: Account, *, now: datetime) -> None:
        try:
            self._client.unsubscribe(account.credentials.access_token, self._subscription(account), now=now)
        except PermanentError as error:
            if error.key != GONE:
                raise

    def is_subscribed(self, account: Account, *, now: datetime) -> bool:
        found = self._client.subscription(account.credentials.access_token, self._subscription(account), now=now)
        if found is None or found.get("webhook") != self._webhook_address:
            return False
        ends_at = moment(found.get("expiresAt"))
        return ends_at is None or ends_at > now

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
            counts_several=not self._is_developing,
            now=now,
        )

    def fetch_messages(
        self, account: Account, targets: Collection[Target], *, now: datetime
    ) -> Mapping[str, IncomingMessage | None]:
        """Return each as it is now, one call each. What was told without its post learns whose it is."""
        found: dict[str, IncomingMessage | None] = {}
        posts: dict[str, str] = {}
        for target in targets:
            try:
                found[target.message_id] = self._fetch(account, target, posts, now=now)
            except PermanentError as error:
                if error.key != GONE:
                    raise
                found[target.message_id] = None
        return found

    def _fetch(self, account: Account, target: Target, posts: dict[str, str], *, now: datetime) -> IncomingMessage:
        token = account.credentials.access_token
        if not messages.is_comment(target.message_id):
            return messages.post(self._client.post(token, target.message_id, now=now), account_id=account.network_id)
        node = self._comment(account, target.message_id, now=now)
        thread_id = target.thread_id
        if thread_id.startswith("urn:li:activity:"):
            if thread_id not in posts:
                posts[thread_id] = str(self._client.post(token, thread_id, now=now).get("id") or thread_id)
            thread_id = posts[thread_id]
        return messages.comment(node, thread_id=thread_id, account_id=account.network_id, kind=target.kind)

    # acting

    def reply(self, account: Account, target: Target, text: str, *, now: datetime) -> Sent:
        """Comment on a post that names the page, or answer a comment.

        There are two levels only: an answer to an answer stands under the same comment. Which one that is the comment
        itself is asked first; a trouble with that is surely no answer sent.
        """
        on, body = target.message_id, {"actor": account.network_id, "object": target.message_id}
        if messages.is_comment(target.message_id):
            node = self._comment(account, target.message_id, now=now)
            on = str(node.get("parentComment") or target.message_id)
            body |= {"object": str(node.get("object") or messages.named(on).activity), "parentComment": on}
        return self._write(account, on, {**body, "message": {"text": text}}, now=now)

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
        on = target.message_id
        try:
            if messages.is_comment(on):
                on = str(self._comment(account, on, now=now).get("parentComment") or on)
            return self._find_comment(account, on, text, since=since, known=known, now=now)
        except PermanentError as error:
            if error.key != GONE:
                raise
            return Findings()  # what was to be answered is gone, and with it what answered it

    def act(self, account: Account, act: Act, target: Target, *, now: datetime) -> None:
        token, actor = account.credentials.access_token, account.network_id
        offered = self.acts(target.kind, by_account=target.author_id == account.network_id)
        if act is Act.REPLY or act not in offered:
            raise PermanentError("act_not_offered", network=KEY)
        if act is Act.LIKE:
            self._client.react(token, target.message_id, actor=actor, now=now)
        elif act is Act.UNLIKE:
            self._unlike(account, target, now=now)
        else:
            name = messages.named(target.message_id)
            try:
                self._client.delete_comment(token, name.activity, name.number, actor=actor, now=now)
            except PermanentError as error:
                if error.key != GONE:
                    raise

    # inside

    def _subscription(self, account: Account) -> Mapping[str, str]:
        """Return the key of what one member of ours has LinkedIn tell about a page."""
        member_id = account.person_id or account.details.get("member", "")
        return {
            "developerApplication": f"urn:li:developerApplication:{self._application_id}",
            "user": f"urn:li:person:{member_id}",
            "entity": account.network_id,
        }

    def _unlike(self, account: Account, target: Target, *, now: datetime) -> None:
        """LinkedIn says 404 of a like that is not there and of a message that is not: the message is looked for."""
        token = account.credentials.access_token
        try:
            self._client.unreact(token, target.message_id, actor=account.network_id, now=now)
        except PermanentError as error:
            if error.key != GONE:
                raise
            if messages.is_comment(target.message_id):
                self._comment(account, target.message_id, now=now)
            else:
                self._client.post(token, target.message_id, now=now)

    def _write(self, account: Account, on: str, body: Mapping[str, Any], *, now: datetime) -> Sent:
        """Write a comment with one call. OutcomeUnknown when its answer does not name it."""
        created = self._client.create_comment(account.credentials.access_token, on, body, now=now)
        told = {**created.body, "id": created.body.get("id") or created.key}
        if not told["id"] or not (told.get("commentUrn") or told.get("$URN") or told.get("object")):
            raise lost_answer(KEY, status=201, once=True)
        message = messages.comment(told, thread_id="", account_id=account.network_id)
        return Sent(network_id=message.network_id, permalink=message.permalink, sent_at=message.written_at)

    def _comment(self, account: Account, urn: str, *, now: datetime) -> Mapping[str, Any]:
        name = messages.named(urn)
        return self._client.comment(account.credentials.access_token, name.activity, name.number, now=now)

    def _find_comment(
        self,
        account: Account,
        on: str,
        text: str,
        *,
        since: datetime,
        known: Collection[str] = (),
        now: datetime,
    ) -> Findings:
        """Look for the page's own words directly under a post or a comment."""
        wanted = fingerprint(text, media_count=0)
        found = [
            messages.comment(each, thread_id=on, account_id=account.network_id)
            for each in self._client.comments(account.credentials.access_token, on, now=now)
        ]
        own = [
            Sighting(
                network_id=each.network_id,
                permalink=each.permalink,
                text=each.text,
                published_at=each.written_at or now,
                media_count=0,
            )
            for each in found
            if each.by_account and (each.written_at or now) >= since - CLOCK_SKEW
        ]
        return judge(
            own,
            text=text,
            is_ours=lambda each: fingerprint(each.text, media_count=0) == wanted,
            since=since,
            known=known,
            covered=True,
        )
