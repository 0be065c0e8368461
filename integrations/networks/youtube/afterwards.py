"""A film that is out: its processing, what is still to be done about it, other words for it."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from integrations.contract import Account, Composition, Progress, Published, Verdict
from integrations.errors import PermanentError
from integrations.fingerprints import CLOCK_SKEW, normalised
from integrations.networks._shared.refusals import lost_answer
from integrations.networks.youtube import errors, limits, mapping
from integrations.networks.youtube.client import Json, YouTubeClient
from integrations.networks.youtube.errors import KEY

COVER, PLAYLIST, FIRST_COMMENT = "cover", "playlist", "first_comment"


class YouTubeAfterwards:
    """Needs the client that ``YouTubeProvider`` sets."""

    _client: YouTubeClient

    edits_posts = True
    deletes_posts = True

    def verdict(self, account: Account, network_id: str, *, now: datetime) -> Verdict:
        """Follow a film through its processing: people see it only when that has ended well."""
        found = self._client.videos(
            account.credentials.access_token, [network_id], part="snippet,status,processingDetails", now=now
        )
        if not found:
            return Verdict(refused=PermanentError("post_gone", network=KEY))
        video: Json = found[0]
        status = video.get("status") or {}
        match status.get("uploadStatus"):
            case "processed":
                return Verdict(published=mapping.published(video, judged=True))
            case "rejected":
                return Verdict(refused=errors.rejected(str(status.get("rejectionReason") or "")))
            case "failed":
                return Verdict(refused=errors.failed(str(status.get("failureReason") or "")))
            case "deleted":
                return Verdict(refused=PermanentError("post_gone", network=KEY))
        return Verdict(ask_after=_patience(video))

    def follow_ups(self, composition: Composition) -> tuple[str, ...]:
        wanted = {
            COVER: composition.cover is not None,
            PLAYLIST: bool(composition.options.get("playlist")),
            FIRST_COMMENT: bool(composition.first_comment),
        }
        return tuple(name for name, is_wanted in wanted.items() if is_wanted)

    def follow_up(
        self,
        account: Account,
        composition: Composition,
        name: str,
        published: Published,
        done: Progress,
        *,
        now: datetime,
    ) -> Progress:
        token, video_id = account.credentials.access_token, published.network_id
        match name:
            case "cover" if composition.cover is not None:
                self._client.set_thumbnail(token, video_id, composition.cover, now=now)
                return {"set": True}
            case "playlist":
                playlist = str(composition.options["playlist"])
                return _kept(self._client.insert_playlist_item(token, playlist, video_id, now=now))
            case "first_comment":
                text = composition.first_comment
                return _kept(self._client.insert_thread(token, account.network_id, video_id, text, now=now))
        raise LookupError(name)

    def find_follow_up(
        self,
        account: Account,
        composition: Composition,
        name: str,
        published: Published,
        done: Progress,
        *,
        since: datetime,
        now: datetime,
    ) -> Progress | None:
        token, video_id = account.credentials.access_token, published.network_id
        match name:
            case "cover":
                found = self._client.videos(token, [video_id], part="contentDetails", now=now)
                is_set = bool(found) and (found[0].get("contentDetails") or {}).get("hasCustomThumbnail") is True
                return {"set": True} if is_set else None
            case "playlist":
                playlist = str(composition.options["playlist"])
                page = self._client.playlist_items(token, playlist, video_id=video_id, now=now)
                return next((_kept(each) for each in page.get("items") or ()), None)
            case "first_comment":
                return self._find_comment(account, composition, video_id, since=since, now=now)
        raise LookupError(name)

    def edit_published(
        self, account: Account, composition: Composition, network_id: str, *, now: datetime
    ) -> Published:
        """Change title, description, tags and category; who may see it and for whom it was made stay as they are."""
        token = account.credentials.access_token
        found = self._client.videos(token, [network_id], part="snippet,status", now=now)
        if not found:
            raise PermanentError("post_gone", network=KEY)
        snippet = mapping.changed_snippet(found[0].get("snippet") or {}, composition)
        video = self._client.update_video(token, {"id": network_id, "snippet": snippet}, part="snippet", now=now)
        return replace(mapping.published({"id": network_id, **video}, form=composition.form), judged=True)

    def _find_comment(
        self, account: Account, composition: Composition, video_id: str, *, since: datetime, now: datetime
    ) -> Progress | None:
        page = self._client.threads(account.credentials.access_token, video_id=video_id, now=now)
        for thread in page.get("items") or ():
            snippet = ((thread.get("snippet") or {}).get("topLevelComment") or {}).get("snippet") or {}
            at = mapping.moment(snippet.get("publishedAt"))
            is_ours = (snippet.get("authorChannelId") or {}).get("value") == account.network_id
            text = str(snippet.get("textOriginal") or snippet.get("textDisplay") or "")
            is_recent = at is not None and at >= since - CLOCK_SKEW
            if is_ours and is_recent and normalised(text) == normalised(composition.first_comment):
                return _kept(thread)
        return None


def _kept(resource: Json) -> dict[str, Any]:
    if not resource.get("id"):
        raise lost_answer(KEY, status=200, once=True)
    return {"id": str(resource["id"])}


def _patience(video: Json) -> timedelta:
    """Wait about as long as YouTube says that it still needs."""
    progress = (video.get("processingDetails") or {}).get("processingProgress") or {}
    left = str(progress.get("timeLeftMs") or "")
    wait = timedelta(milliseconds=int(left)) if left.isdigit() else limits.PROCESSING_LOOK
    return min(max(wait, limits.PROCESSING_LOOK), limits.PROCESSING_LOOK_MAX)
