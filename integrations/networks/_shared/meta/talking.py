"""What both of Meta's networks do alike about private messages: finding ours again, and answering a comment in private.

A comment takes one private answer within seven days, from Facebook as from Instagram. The person's next words then come
as a conversation of its own, since an answer names the comment and no person.
Source: developers.facebook.com, "Private Replies" of Messenger and of Instagram Messaging, 2026-04, read 2026-11-28.
"""

from collections.abc import Collection, Iterator
from datetime import datetime
from typing import ClassVar

from integrations.contract import Account, Findings, Sighting
from integrations.engagement import IncomingMessage, ReplyLimits, Sent, Target
from integrations.fingerprints import CLOCK_SKEW, fingerprint, judge
from integrations.networks._shared.meta import messenger
from integrations.networks._shared.meta.answers import moment, next_cursor
from integrations.networks._shared.meta.graph import GraphClient
from integrations.networks._shared.meta.polls import news_of


class MetaConversations:
    """Needs the client, the longest message, and as which page an account speaks."""

    _client: GraphClient

    message_max: ClassVar[int]

    def _speaks_as(self, account: Account) -> str:
        raise NotImplementedError

    def private_limits(self) -> ReplyLimits:
        return ReplyLimits(text_max=self.message_max, window=messenger.PRIVATE_REPLY_WINDOW)

    def reply_privately(self, account: Account, target: Target, text: str, *, now: datetime) -> Sent:
        form = messenger.private_reply(target, text)
        sent_id = self._client.send_message(
            account.credentials.access_token, self._speaks_as(account), form=form, now=now
        )
        return Sent(network_id=sent_id, sent_at=now)

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
        """Look through the conversations that moved since then: which one it began nobody knows before its answer."""
        wanted = fingerprint(text, media_count=0)
        return judge(
            self._sent_since(account, since - CLOCK_SKEW, now=now),
            text=text,
            is_ours=lambda each: fingerprint(each.text, media_count=0) == wanted,
            since=since,
            known=known,
            covered=True,
        )

    def _own_messages(self, account: Account, target: Target, *, since: datetime, now: datetime) -> Iterator[Sighting]:
        """Yield what the account wrote in the conversation, which Meta gives with its latest messages."""
        listing = self._client.conversations(
            account.credentials.access_token, self._speaks_as(account), person_id=target.thread_id, now=now
        )
        for conversation in listing.get("data") or ():
            for node in (conversation.get("messages") or {}).get("data") or ():
                message = messenger.private(node, person_id=target.thread_id, account_id=account.network_id)
                if message.by_account and (message.written_at or since) >= since:
                    yield sighting(message, now=now)

    def _sent_since(self, account: Account, since: datetime, *, now: datetime) -> Iterator[Sighting]:
        token, after = account.credentials.access_token, ""
        while True:
            listing = self._client.conversations(token, self._speaks_as(account), after=after, now=now)
            for conversation in listing.get("data") or ():
                if (moment(conversation.get("updated_time")) or now) < since:
                    return
                thread_id = str(conversation["id"])
                for message in news_of(
                    conversation,
                    account_id=account.network_id,
                    start=since,
                    fetch=lambda page, thread_id=thread_id: self._client.conversation_messages(  # type: ignore[misc]
                        token, thread_id, after=page, now=now
                    ),
                ):
                    if message.by_account:
                        yield sighting(message, now=now)
            after = next_cursor(listing)
            if not after:
                return


def sighting(message: IncomingMessage, *, now: datetime) -> Sighting:
    """Return a message of ours as what a look finds."""
    return Sighting(
        network_id=message.network_id,
        permalink=message.permalink,
        text=message.text,
        published_at=message.written_at or now,
        media_count=0,
    )
