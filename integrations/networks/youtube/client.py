"""YouTube's Data API v3, its uploads and its Analytics, one method per endpoint. Returns JSON, raises our errors."""

from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from integrations.contract import Media, UsageReport, UsageSink, ignore_usage
from integrations.errors import ProviderError, RateLimited, Reach
from integrations.networks._shared.refusals import body_of, lost_answer, send
from integrations.networks.youtube import errors
from integrations.networks.youtube.errors import KEY
from integrations.networks.youtube.limits import (
    LOOK_BACK_VIDEOS,
    LOOKUP_MAX,
    THREADS_A_PAGE,
    UNITS,
    UPLOADS,
)
from lib.http import Answer, Client, Span
from lib.http.client import Stream

Json = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Stand:
    """Where an upload stands: ``received`` bytes; ``video`` once it is complete; ``gone`` when its session is."""

    received: int = 0
    video: Json | None = None
    gone: bool = False


@dataclass(frozen=True, kw_only=True)
class YouTubeClient:
    """Calls on behalf of whoever's token is given. ``limits`` are the units of each budget, for what refusals tell."""

    http: Client
    api_url: str
    upload_url: str
    analytics_url: str
    app_id: str
    limits: Mapping[str, int] = field(default_factory=dict)
    usage: UsageSink = ignore_usage

    # channels

    # https://developers.google.com/youtube/v3/docs/channels/list
    def my_channel(self, token: str, *, now: datetime) -> Json | None:
        """Return the channel that this token speaks for; None where the person has none: then ``items`` is missing."""
        params = {"part": "id,snippet,contentDetails,statistics,status", "mine": "true"}
        return next(iter(self._list("channels", token, params, now=now).get("items") or ()), None)

    # https://developers.google.com/youtube/v3/docs/videoCategories/list
    def categories(self, token: str, *, region: str, now: datetime) -> Sequence[Json]:
        params = {"part": "snippet", "regionCode": region}
        return list(self._list("videoCategories", token, params, now=now).get("items") or ())

    # https://developers.google.com/youtube/v3/docs/playlists/list
    def playlists(self, token: str, *, page_token: str = "", now: datetime) -> Json:
        params = {"part": "snippet", "mine": "true", "maxResults": "50"}
        return self._list("playlists", token, _paged(params, page_token), now=now)

    # uploads

    # https://developers.google.com/youtube/v3/guides/using_resumable_upload_protocol
    def begin_upload(self, token: str, body: Json, media: Media, *, notify: bool, now: datetime) -> str:
        """Return the address of a fresh session; whoever has it may go on with the upload."""
        params = {
            "uploadType": "resumable",
            "part": ",".join(body),
            "notifySubscribers": "true" if notify else "false",
        }
        answer = self._send(
            "POST",
            f"{self.upload_url}/youtube/v3/videos",
            token,
            now=now,
            bucket=UPLOADS,
            params=params,
            document=body,
            headers={"X-Upload-Content-Length": str(media.size_bytes), "X-Upload-Content-Type": media.content_type},
        )
        session = str(answer.headers.get("location") or "")
        if not session:
            raise lost_answer(KEY, status=answer.status, once=False)
        return session

    def send_part(
        self, token: str, session: str, media: Media, *, first: int, size_bytes: int, once: bool, now: datetime
    ) -> Stand:
        """Send bytes from ``first`` on. ``once``: the last of them, which make the film."""
        last = first + size_bytes - 1
        with closing(media.open(first)) as source:
            headers = {
                "Content-Type": media.content_type,
                "Content-Range": f"bytes {first}-{last}/{media.size_bytes}",
            }
            return self._put(token, session, headers, Span(source, size_bytes), once=once, now=now)

    def upload_stand(self, token: str, session: str, media: Media, *, now: datetime) -> Stand:
        """Ask where an upload stands. It costs nothing and may be asked at any time."""
        headers = {"Content-Type": media.content_type, "Content-Range": f"bytes */{media.size_bytes}"}
        return self._put(token, session, headers, None, once=False, now=now)

    # films

    # https://developers.google.com/youtube/v3/docs/videos/list
    def videos(self, token: str, ids: Sequence[str], *, part: str, now: datetime) -> Sequence[Json]:
        """Return those of up to fifty films that are still there."""
        params = {"part": part, "id": ",".join(ids), "maxResults": str(LOOKUP_MAX)}
        return list(self._list("videos", token, params, now=now).get("items") or ())

    # https://developers.google.com/youtube/v3/docs/videos/update
    def update_video(self, token: str, body: Json, *, part: str, now: datetime) -> Json:
        """Replace the parts that are named, each as a whole."""
        return self._json("PUT", "videos", token, {"part": part}, document=body, now=now)

    # https://developers.google.com/youtube/v3/docs/videos/delete
    def delete_video(self, token: str, video_id: str, *, now: datetime) -> None:
        self._call("DELETE", "videos", token, {"id": video_id}, now=now)

    # https://developers.google.com/youtube/v3/docs/playlistItems/list
    def playlist_items(self, token: str, playlist_id: str, *, video_id: str = "", now: datetime) -> Json:
        """Return one page of a playlist, of the uploads the newest first; or where one film stands in it."""
        params = {
            "part": "snippet,contentDetails,status",
            "playlistId": playlist_id,
            "maxResults": str(LOOK_BACK_VIDEOS),
        }
        return self._list("playlistItems", token, params | ({"videoId": video_id} if video_id else {}), now=now)

    # https://developers.google.com/youtube/v3/docs/playlistItems/insert
    def insert_playlist_item(self, token: str, playlist_id: str, video_id: str, *, now: datetime) -> Json:
        resource = {"kind": "youtube#video", "videoId": video_id}
        document = {"snippet": {"playlistId": playlist_id, "resourceId": resource}}
        return self._json("POST", "playlistItems", token, {"part": "snippet"}, document=document, once=True, now=now)

    # https://developers.google.com/youtube/v3/docs/thumbnails/set
    def set_thumbnail(self, token: str, video_id: str, cover: Media, *, now: datetime) -> None:
        with closing(cover.open()) as source:
            self._send(
                "POST",
                f"{self.upload_url}/youtube/v3/thumbnails/set",
                token,
                now=now,
                params={"videoId": video_id, "uploadType": "media"},
                headers={"Content-Type": cover.content_type},
                stream=Span(source, cover.size_bytes),
                once=True,
            )

    # comments

    # https://developers.google.com/youtube/v3/docs/commentThreads/list
    def threads(
        self,
        token: str,
        *,
        channel_id: str = "",
        video_id: str = "",
        status: str = "",
        page_token: str = "",
        now: datetime,
    ) -> Json:
        """Return one page of threads, newest first: of all films of a channel, or of one film.

        ``status`` (heldForReview, likelySpam) asks for what only the channel's people see.
        """
        params = {
            "part": "snippet,replies",
            "maxResults": str(THREADS_A_PAGE),
            "order": "time",
            "textFormat": "plainText",
        }
        params |= {"videoId": video_id} if video_id else {"allThreadsRelatedToChannelId": channel_id}
        params |= {"moderationStatus": status} if status else {}
        return self._list("commentThreads", token, _paged(params, page_token), now=now)

    # https://developers.google.com/youtube/v3/docs/comments/list
    def replies(self, token: str, thread_id: str, *, page_token: str = "", now: datetime) -> Json:
        params = {
            "part": "snippet",
            "parentId": thread_id,
            "maxResults": str(THREADS_A_PAGE),
            "textFormat": "plainText",
        }
        return self._list("comments", token, _paged(params, page_token), now=now)

    # https://developers.google.com/youtube/v3/docs/comments/list
    def comments(self, token: str, ids: Sequence[str], *, now: datetime) -> Sequence[Json]:
        """Return those of up to fifty comments that everybody can see."""
        params = {"part": "snippet", "id": ",".join(ids), "maxResults": str(THREADS_A_PAGE), "textFormat": "plainText"}
        return list(self._list("comments", token, params, now=now).get("items") or ())

    # https://developers.google.com/youtube/v3/docs/comments/insert
    def insert_reply(self, token: str, thread_id: str, text: str, *, now: datetime) -> Json:
        document = {"snippet": {"parentId": thread_id, "textOriginal": text}}
        return self._json("POST", "comments", token, {"part": "snippet"}, document=document, once=True, now=now)

    # https://developers.google.com/youtube/v3/docs/commentThreads/insert
    def insert_thread(self, token: str, channel_id: str, video_id: str, text: str, *, now: datetime) -> Json:
        comment = {"snippet": {"textOriginal": text}}
        document = {"snippet": {"channelId": channel_id, "videoId": video_id, "topLevelComment": comment}}
        return self._json("POST", "commentThreads", token, {"part": "snippet"}, document=document, once=True, now=now)

    # https://developers.google.com/youtube/v3/docs/comments/setModerationStatus
    def set_moderation(self, token: str, comment_id: str, status: str, *, now: datetime) -> None:
        """Hold back, publish or reject somebody's comment under a film of the channel."""
        params = {"id": comment_id, "moderationStatus": status}
        self._call("POST", "comments/setModerationStatus", token, params, now=now)

    # https://developers.google.com/youtube/v3/docs/comments/delete
    def delete_comment(self, token: str, comment_id: str, *, now: datetime) -> None:
        self._call("DELETE", "comments", token, {"id": comment_id}, now=now)

    # figures

    # https://developers.google.com/youtube/analytics/reference/reports/query
    def report(
        self,
        token: str,
        metrics: Sequence[str],
        *,
        since: date,
        until: date,
        now: datetime,
        **more: str,
    ) -> Json:
        """Return a table: ``columnHeaders`` and ``rows``, which is missing when there is nothing."""
        params = {
            "ids": "channel==MINE",
            "startDate": since.isoformat(),
            "endDate": until.isoformat(),
            "metrics": ",".join(metrics),
            **more,
        }
        answer = self._send("GET", f"{self.analytics_url}/v2/reports", token, now=now, params=params)
        return _object(answer, once=False)

    # inside

    def _list(self, path: str, token: str, params: Mapping[str, str], *, now: datetime) -> Json:
        return self._json("GET", path, token, params, now=now)

    def _json(
        self,
        method: str,
        path: str,
        token: str,
        params: Mapping[str, str],
        *,
        now: datetime,
        document: object = None,
        once: bool = False,
    ) -> Json:
        answer = self._call(method, path, token, params, now=now, document=document, once=once)
        return _object(answer, once=once)

    def _call(
        self,
        method: str,
        path: str,
        token: str,
        params: Mapping[str, str],
        *,
        now: datetime,
        document: object = None,
        once: bool = False,
    ) -> Answer:
        address = f"{self.api_url}/youtube/v3/{path}"
        return self._send(method, address, token, now=now, params=params, document=document, once=once)

    def _put(
        self, token: str, session: str, headers: Mapping[str, str], body: Stream | None, *, once: bool, now: datetime
    ) -> Stand:
        answer = self._answer("PUT", session, token, headers=headers, stream=body, once=once)
        if answer.status == 308:
            return Stand(received=_received(answer.headers.get("range")))
        if answer.status in {404, 410}:
            return Stand(gone=True)
        if answer.ok:
            return Stand(video=_object(answer, once=once))
        raise self._refusal(answer, UPLOADS, once=once, now=now)

    def _send(
        self,
        method: str,
        address: str,
        token: str,
        *,
        now: datetime,
        bucket: str = UNITS,
        headers: Mapping[str, str] | None = None,
        params: Mapping[str, str] | None = None,
        document: object = None,
        stream: Stream | None = None,
        once: bool = False,
    ) -> Answer:
        answer = self._answer(
            method, address, token, headers=headers, params=params, document=document, stream=stream, once=once
        )
        if answer.ok:
            return answer
        raise self._refusal(answer, bucket, once=once, now=now)

    def _answer(self, method: str, address: str, token: str, **how: Any) -> Answer:
        headers = {"Authorization": f"Bearer {token}", **(how.pop("headers") or {})}
        return send(self.http, method, address, network=KEY, headers=headers, **how)

    def _refusal(self, answer: Answer, bucket: str, *, once: bool, now: datetime) -> ProviderError:
        """YouTube says nothing of its allowances but that one is used up: then the count is put right."""
        error = errors.refusal(answer, once=once, now=now)
        if isinstance(error, RateLimited) and error.key == "youtube_quota" and bucket in self.limits:
            limit = self.limits[bucket]
            self.usage(
                UsageReport(
                    network=KEY,
                    budget=bucket,
                    reach=Reach.APP,
                    subject=self.app_id,
                    used=limit,
                    limit=limit,
                    reset_at=error.reset_at,
                )
            )
        return error


def _paged(params: Mapping[str, str], page_token: str) -> Mapping[str, str]:
    return {**params, "pageToken": page_token} if page_token else params


def _object(answer: Answer, *, once: bool) -> Json:
    body = body_of(answer)
    if not isinstance(body, dict):
        raise lost_answer(KEY, status=answer.status, once=once)
    return body


def _received(header: str | None) -> int:
    """``bytes=0-524287`` -> 524288; without a header nothing is there."""
    last = (header or "").rpartition("-")[2]
    return int(last) + 1 if last.isdigit() else 0
