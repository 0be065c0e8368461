"""What YouTube offers to those who listen and answer: the second half of the provider."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from integrations.contract import NOTHING, Account, Findings, Sighting
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
from integrations.fingerprints import fingerprint, judge
from integrations.networks._shared.refusals import lost_answer
from integrations.networks.youtube import limits, messages, webhooks
from integrations.networks.youtube.client import YouTubeClient
from integrations.networks.youtube.errors import KEY
from integrations.networks.youtube.looking import fetch
from integrations.networks.youtube.polling import poll
from lib.http import Client

GONE = "post_gone"
_OFFERED = frozenset({Act.REPLY, Act.HIDE, Act.SHOW, Act.DELETE})
# Held back can be shown again; rejected is YouTube's way of taking away what somebody else wrote.
_MODERATION = {Act.HIDE: "heldForReview", Act.SHOW: "published", Act.DELETE: "rejected"}


class YouTubeEngagement:
    """Needs what ``YouTubeProvider`` sets: the client, the hub and what it is told of us."""

    _client: YouTubeClient
    _http: Client
    _hub_url: str
    _webhook_address: str
    _webhook_secret: str

    content_terms = limits.CONTENT_TERMS
    revisits = limits.REVISITS
    kinds_of_message = frozenset({MessageKind.COMMENT})
    tells_messages = False  # the hub tells of films alone
    confirmation_lasts = timedelta(seconds=webhooks.LEASE_SECONDS)

    @property
    def has_webhooks(self) -> bool:
        return bool(self._hub_url and self._webhook_secret)

    def acts(self, kind: MessageKind, *, by_account: bool = False) -> frozenset[Act]:
        return frozenset({Act.DELETE}) if by_account else _OFFERED

    def reply_limits(self, kind: MessageKind, details: Mapping[str, str] = NOTHING) -> ReplyLimits:
        return limits.REPLIES[MessageKind.COMMENT]

    def count_reply(self, text: str) -> int:
        return len(text)

    # webhooks: of films only, YouTube tells nothing of comments

    def answer_handshake(self, arrived: Arrived) -> tuple[str, str] | None:
        return webhooks.answer_challenge(arrived, secret=self._webhook_secret)

    def confirmed_account(self, arrived: Arrived) -> str:
        return webhooks.confirmed_channel(arrived, secret=self._webhook_secret)

    def read_webhook(self, arrived: Arrived) -> tuple[Delivered, ...]:
        return webhooks.read(arrived, secret=self._webhook_secret)

    def read_farewell(self, arrived: Arrived) -> str:
        raise WebhookRefused

    def read_event(self, payload: Mapping[str, Any], *, account_id: str) -> tuple[Incoming, ...]:
        """A film is no message; that there is one, its event keeps."""
        return webhooks.read_event(payload)

    def subscribe(self, account: Account, *, now: datetime) -> None:
        self._ask_hub(account, "subscribe", now=now)

    def unsubscribe(self, account: Account, *, now: datetime) -> None:
        self._ask_hub(account, "unsubscribe", now=now)

    def is_subscribed(self, account: Account, *, now: datetime) -> bool:
        """Nobody can ask the hub. A subscription lives five days and is asked for anew at every daily look."""
        return False

    def _ask_hub(self, account: Account, mode: str, *, now: datetime) -> None:
        webhooks.ask_hub(
            self._http,
            self._hub_url,
            account.network_id,
            mode=mode,
            address=self._webhook_address,
            secret=self._webhook_secret,
        )

    # polling

    def poll(
        self, account: Account, *, cursor: Mapping[str, Any], since: datetime, watched: Sequence[str], now: datetime
    ) -> Iterator[Page]:
        return poll(self._client, account, cursor=cursor, since=since, watched=watched, now=now)

    def fetch_messages(
        self, account: Account, targets: Collection[Target], *, now: datetime
    ) -> Mapping[str, IncomingMessage | None]:
        return fetch(self._client, account, list(targets), now=now)

    # acting

    def reply(self, account: Account, target: Target, text: str, *, now: datetime) -> Sent:
        """Answer under the comment that begins the thread: there is one level only."""
        top = messages.top_of(target.message_id)
        comment = self._client.insert_reply(account.credentials.access_token, top, text, now=now)
        if not comment.get("id"):
            raise lost_answer(KEY, status=200, once=True)
        said = messages.message(comment, account_id=account.network_id, video_id=target.thread_id)
        return Sent(network_id=said.network_id, permalink=said.permalink, sent_at=said.written_at)

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
        """Go through the answers to a comment, whose order YouTube does not promise."""
        found, covered = self._answers(account, target, now=now)
        wanted = fingerprint(text, media_count=0)

        def is_ours(sighting: Sighting) -> bool:
            return fingerprint(sighting.text, media_count=0) == wanted

        return judge(found, text=text, is_ours=is_ours, since=since, known=known, covered=covered)

    def _answers(self, account: Account, target: Target, *, now: datetime) -> tuple[list[Sighting], bool]:
        top, page_token, found = messages.top_of(target.message_id), "", list[Sighting]()
        for _page in range(limits.LOOK_BACK_PAGES):
            answer = self._client.replies(account.credentials.access_token, top, page_token=page_token, now=now)
            for each in answer.get("items") or ():
                said = messages.message(each, account_id=account.network_id, video_id=target.thread_id)
                if said.by_account and said.written_at is not None:
                    found.append(
                        Sighting(
                            network_id=said.network_id,
                            permalink=said.permalink,
                            text=said.text,
                            published_at=said.written_at,
                            media_count=0,
                        )
                    )
            page_token = str(answer.get("nextPageToken") or "")
            if not page_token:
                return found, True
        return found, False

    def act(self, account: Account, act: Act, target: Target, *, now: datetime) -> None:
        token, own = account.credentials.access_token, target.author_id == account.network_id
        if act is Act.REPLY or act not in self.acts(target.kind, by_account=own):
            raise PermanentError("act_not_offered", network=KEY)
        try:
            if own:
                self._client.delete_comment(token, target.message_id, now=now)
            else:
                self._client.set_moderation(token, target.message_id, _MODERATION[act], now=now)
        except PermanentError as error:
            if act is not Act.DELETE or error.key != GONE:
                raise
