"""Looking things up by their ids: comments as they are now, and the films that they stand under."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from integrations.contract import Account
from integrations.engagement import IncomingMessage, Subject, Target
from integrations.networks.youtube import limits, messages
from integrations.networks.youtube.client import YouTubeClient
from integrations.networks.youtube.mapping import moment, permalink

#: What only the channel's people see: held for review by rule or by hand, and what YouTube takes for spam.
HELD = ("heldForReview", "likelySpam")


def fetch(
    client: YouTubeClient, account: Account, targets: Sequence[Target], *, now: datetime
) -> Mapping[str, IncomingMessage | None]:
    """Return comments as they are now, with the films that they stand under."""
    found = look_up(client, account, targets, now=now)
    films = {each.thread_id for each in found.values() if each is not None and each.subject is not None}
    subjects = subjects_of(client, account.credentials.access_token, films, now=now)
    return {each: message and with_subject(message, subjects) for each, message in found.items()}


def look_up(
    client: YouTubeClient, account: Account, targets: Sequence[Target], *, now: datetime
) -> Mapping[str, IncomingMessage | None]:
    """Look comments up, fifty a call.

    A comment that nobody sees any more may be held back rather than gone: it is looked for in the lists of those. An
    answer that is held stands in no list: one that was hidden when it was last seen is left out.
    """
    token, account_id = account.credentials.access_token, account.network_id
    asked = {each.message_id: each for each in targets}
    found: dict[str, IncomingMessage | None] = {}
    ids = list(asked)
    for start in range(0, len(ids), limits.LOOKUP_MAX):
        for comment in client.comments(token, ids[start : start + limits.LOOKUP_MAX], now=now):
            if (target := asked.get(str(comment.get("id")))) is not None:
                found[target.message_id] = messages.message(comment, account_id=account_id, video_id=target.thread_id)
    missing = [each for each in asked.values() if each.message_id not in found]
    if missing:
        held = _Held.of(client, account, now=now)
        found |= {each.message_id: held.find(each) for each in missing if held.knows(each)}
    return found


def subjects_of(client: YouTubeClient, token: str, video_ids: Collection[str], *, now: datetime) -> dict[str, Subject]:
    """Return films as what is commented on, with their titles, at most fifty; those that are gone are left out."""
    wanted = sorted(each for each in video_ids if each)[: limits.LOOKUP_MAX]
    if not wanted:
        return {}
    found = client.videos(token, wanted, part="snippet", now=now)
    return {str(each["id"]): _subject(str(each["id"]), each.get("snippet") or {}) for each in found if each.get("id")}


def with_subject(message: IncomingMessage, subjects: Mapping[str, Subject]) -> IncomingMessage:
    subject = subjects.get(message.thread_id)
    return replace(message, subject=subject) if subject is not None else message


def _subject(video_id: str, snippet: Mapping[str, object]) -> Subject:
    return Subject(
        network_id=video_id,
        text=str(snippet.get("title") or ""),
        permalink=permalink(video_id),
        published_at=moment(snippet.get("publishedAt")),
    )


@dataclass(frozen=True, kw_only=True)
class _Held:
    """The newest comments of a channel that are held back, and since when all of them are among these."""

    messages: Mapping[str, IncomingMessage]
    whole_since: datetime | None  # None: these are all

    @classmethod
    def of(cls, client: YouTubeClient, account: Account, *, now: datetime) -> "_Held":
        found: dict[str, IncomingMessage] = {}
        whole_since: datetime | None = None
        for status in HELD:
            page = client.threads(
                account.credentials.access_token, channel_id=account.network_id, status=status, now=now
            )
            some = [
                each
                for thread in page.get("items") or ()
                for each in messages.of_thread(thread, account_id=account.network_id, held=True)
            ]
            found |= {each.network_id: each for each in some}
            if page.get("nextPageToken"):
                whole_since = _later(whole_since, min(_times(some), default=now))
        return cls(messages=found, whole_since=whole_since)

    def find(self, target: Target) -> IncomingMessage | None:
        return self.messages.get(target.message_id)

    def knows(self, target: Target) -> bool:
        """Whether these lists tell what became of a comment."""
        if target.message_id in self.messages:
            return True
        if messages.top_of(target.message_id) != target.message_id:
            return not target.is_hidden
        if self.whole_since is None:
            return True
        return target.written_at is not None and target.written_at > self.whole_since


def _times(found: Iterable[IncomingMessage]) -> list[datetime]:
    return [each.written_at for each in found if each.written_at is not None]


def _later(one: datetime | None, other: datetime) -> datetime:
    return max(one, other) if one is not None else other
