"""Meta's Graph API for Pages, one method per endpoint beside those of ``_shared/meta/graph.py``."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from json import dumps
from typing import Any

from integrations.networks._shared.meta.graph import GraphClient
from integrations.networks._shared.refusals import body_of, lost_answer, send
from integrations.networks.facebook import errors
from integrations.networks.facebook.errors import KEY
from integrations.networks.facebook.limits import ACCOUNTS_A_PAGE, MESSAGES_A_PAGE, POSTS_A_PAGE
from lib.http import Multipart
from lib.http.client import Stream

PAGE_FIELDS = "id,name,username,link,picture{url}"
POST_FIELDS = (
    "id,message,created_time,permalink_url,attachments{media_type,target{id},subattachments{media_type,target{id}}}"
)
VIDEO_FIELDS = "id,permalink_url,post_id,published,status"
COMMENT_FIELDS = "id,message,created_time,from{id,name},parent{id},attachment,is_hidden,permalink_url"
VISIT_FIELDS = "id,message,created_time,from{id,name},is_hidden,permalink_url"
RATING_FIELDS = (
    "created_time,recommendation_type,review_text,has_review,has_rating,rating,reviewer{id,name},open_graph_story{id}"
)


class FacebookClient(GraphClient):
    """Calls on behalf of whoever's token is given."""

    network = KEY
    refusals = errors.TABLE
    app_budget = "facebook.app"
    account_budget = "facebook.page"
    webhook_object = "page"
    platform = "MESSENGER"

    # https://developers.facebook.com/docs/graph-api/reference/user/accounts/
    def pages(self, token: str, *, after: str, now: datetime) -> Mapping[str, Any]:
        """Return one page of the pages a person ticked, each with a token of its own."""
        fields = {"fields": f"{PAGE_FIELDS},access_token,tasks", "limit": str(ACCOUNTS_A_PAGE)}
        return self._call("GET", "/me/accounts", token, fields=fields | ({"after": after} if after else {}), now=now)

    # https://developers.facebook.com/docs/graph-api/reference/user/businesses/
    def businesses(self, token: str, *, after: str, now: datetime) -> Mapping[str, Any]:
        return self._listing(token, "/me/businesses", {"fields": "id,name"}, after=after, now=now)

    # https://developers.facebook.com/docs/graph-api/reference/business/owned_pages/ and .../client_pages/
    def business_pages(
        self, token: str, business_id: str, *, edge: str, after: str, now: datetime
    ) -> Mapping[str, Any]:
        """Return one page of what a portfolio owns or looks after, with tokens where the person has a task."""
        fields = {"fields": f"{PAGE_FIELDS},access_token,tasks"}
        return self._listing(token, f"/{business_id}/{edge}", fields, after=after, now=now)

    # https://developers.facebook.com/docs/graph-api/reference/page/
    def page(self, token: str, page_id: str, *, now: datetime) -> Mapping[str, Any]:
        return self._call("GET", f"/{page_id}", token, fields={"fields": PAGE_FIELDS}, now=now)

    # https://developers.facebook.com/docs/graph-api/reference/page/photos/#Creating
    def create_unpublished_photo(self, token: str, page_id: str, *, photo: Multipart, now: datetime) -> str:
        """Upload a photo that nobody sees until a post takes it up. Return its id."""
        answer = self._call("POST", f"/{page_id}/photos", token, stream=photo, content_type=photo.content_type, now=now)
        return self._id(answer, once=False)

    # https://developers.facebook.com/docs/graph-api/reference/page/feed/#publish
    def create_post(self, token: str, page_id: str, *, form: Mapping[str, str], now: datetime) -> Mapping[str, Any]:
        answer = self._call("POST", f"/{page_id}/feed", token, fields=form, once=True, now=now)
        self._id(answer, once=True)
        return answer

    # https://developers.facebook.com/docs/graph-api/guides/upload
    def open_upload(self, token: str, *, size_bytes: int, content_type: str, now: datetime) -> str:
        """Begin a session of the Resumable Upload API; return its id."""
        form = {"file_name": "film", "file_length": str(size_bytes), "file_type": content_type}
        answer = self._call("POST", f"/{self._keys.client_id}/uploads", token, fields=form, now=now)
        return self._id(answer, once=False)

    def upload_offset(self, token: str, upload_id: str, *, now: datetime) -> int:
        """Return how many bytes of a session are there."""
        return int(self._call("GET", f"/{upload_id}", token, fields={}, now=now).get("file_offset") or 0)

    def upload(self, token: str, upload_id: str, *, body: Stream, offset: int, now: datetime) -> str:
        """Send all bytes from an offset on; return the handle of the whole."""
        headers = {"Authorization": f"OAuth {token}", "file_offset": str(offset)}
        proof = {"appsecret_proof": self.proof_for(token)}
        answer = self._send_bytes(f"{self._base}/{upload_id}", headers, body, params=proof, now=now)
        if not answer.get("h"):
            raise lost_answer(KEY, status=200, once=False)
        return str(answer["h"])

    # https://developers.facebook.com/docs/video-api/guides/publishing
    def create_unpublished_video(self, token: str, page_id: str, *, handle: str, now: datetime) -> str:
        """Make a film of what was uploaded, which nobody sees until it is published. Return its id."""
        form = {"fbuploader_video_file_chunk": handle, "published": "false"}
        return self._id(self._call("POST", f"/{page_id}/videos", token, fields=form, now=now), once=False)

    # https://developers.facebook.com/docs/graph-api/reference/video/
    def video(self, token: str, video_id: str, *, now: datetime) -> Mapping[str, Any]:
        return self._call("GET", f"/{video_id}", token, fields={"fields": VIDEO_FIELDS}, now=now)

    def publish_video(self, token: str, video_id: str, *, form: Mapping[str, str], now: datetime) -> None:
        self._call("POST", f"/{video_id}", token, fields={"published": "true", **form}, once=True, now=now)

    # https://developers.facebook.com/docs/graph-api/reference/video/thumbnails/
    def set_cover(self, token: str, video_id: str, *, cover: Multipart, now: datetime) -> None:
        self._call("POST", f"/{video_id}/thumbnails", token, stream=cover, content_type=cover.content_type, now=now)

    # https://developers.facebook.com/docs/video-api/guides/reels-publishing and .../page-stories-api
    def begin_film(self, token: str, page_id: str, *, edge: str, now: datetime) -> tuple[str, str]:
        """Begin a reel (``video_reels``) or a story (``video_stories``); return its id and where its bytes go."""
        answer = self._call("POST", f"/{page_id}/{edge}", token, fields={"upload_phase": "start"}, now=now)
        if not answer.get("video_id") or not answer.get("upload_url"):
            raise lost_answer(KEY, status=200, once=False)
        return str(answer["video_id"]), str(answer["upload_url"])

    def send_film(self, token: str, address: str, *, body: Stream, offset: int, size_bytes: int, now: datetime) -> None:
        """Send all bytes from an offset on."""
        headers = {"Authorization": f"OAuth {token}", "offset": str(offset), "file_size": str(size_bytes)}
        self._send_bytes(address, headers, body, now=now)

    def finish_film(
        self, token: str, page_id: str, *, edge: str, form: Mapping[str, str], now: datetime
    ) -> Mapping[str, Any]:
        form = {"upload_phase": "finish", "video_state": "PUBLISHED", **form}
        return self._call("POST", f"/{page_id}/{edge}", token, fields=form, once=True, now=now)

    # https://developers.facebook.com/docs/page-stories-api
    def create_photo_story(self, token: str, page_id: str, *, photo_id: str, now: datetime) -> Mapping[str, Any]:
        return self._call("POST", f"/{page_id}/photo_stories", token, fields={"photo_id": photo_id}, once=True, now=now)

    def stories(self, token: str, page_id: str, *, since: datetime, after: str, now: datetime) -> Mapping[str, Any]:
        fields = {"since": str(int(since.timestamp()))}
        return self._listing(token, f"/{page_id}/stories", fields, after=after, now=now)

    # https://developers.facebook.com/docs/graph-api/reference/page-post/#Updating
    def edit_post(self, token: str, post_id: str, text: str, *, now: datetime) -> None:
        """Change a post's words: those of this app only. Doing it again changes nothing."""
        self._call("POST", f"/{post_id}", token, fields={"message": text}, now=now)

    # https://developers.facebook.com/docs/graph-api/reference/insights
    def insights(
        self, token: str, node_id: str, metrics: Sequence[str], *, now: datetime, **more: str
    ) -> Mapping[str, Any]:
        fields = {"metric": ",".join(metrics), **more}
        return self._call("GET", f"/{node_id}/insights", token, fields=fields, now=now)

    # https://developers.facebook.com/docs/graph-api/reference/page-post/
    def post(self, token: str, post_id: str, *, now: datetime) -> Mapping[str, Any]:
        return self._call("GET", f"/{post_id}", token, fields={"fields": "id,permalink_url"}, now=now)

    # https://developers.facebook.com/docs/graph-api/reference/page/published_posts/
    def published_posts(self, token: str, page_id: str, *, after: str, now: datetime) -> Mapping[str, Any]:
        fields = {"fields": POST_FIELDS, "limit": str(POSTS_A_PAGE)} | ({"after": after} if after else {})
        return self._call("GET", f"/{page_id}/published_posts", token, fields=fields, now=now)

    # https://developers.facebook.com/docs/graph-api/reference/page-post/#Deleting
    def delete_post(self, token: str, post_id: str, *, now: datetime) -> None:
        self._call("DELETE", f"/{post_id}", token, fields={}, now=now)

    # https://developers.facebook.com/docs/graph-api/reference/object/comments/
    def comments(self, token: str, object_id: str, *, since: datetime, after: str, now: datetime) -> Mapping[str, Any]:
        """Return one page of all that stands under an object, replies too, oldest first, written since then."""
        fields = {
            "fields": COMMENT_FIELDS,
            "filter": "stream",
            "order": "chronological",
            "since": str(int(since.timestamp())),
        }
        return self._listing(token, f"/{object_id}/comments", fields, after=after, now=now)

    # https://developers.facebook.com/docs/graph-api/reference/page/tagged/ and .../page/visitor_posts/
    def visits(self, token: str, page_id: str, *, edge: str, after: str, now: datetime) -> Mapping[str, Any]:
        """Return one page of what others wrote that names the page (``tagged``) or on its wall (``visitor_posts``)."""
        return self._listing(token, f"/{page_id}/{edge}", {"fields": VISIT_FIELDS}, after=after, now=now)

    # https://developers.facebook.com/docs/graph-api/reference/page/ratings/
    def ratings(self, token: str, page_id: str, *, after: str, now: datetime) -> Mapping[str, Any]:
        return self._listing(token, f"/{page_id}/ratings", {"fields": RATING_FIELDS}, after=after, now=now)

    # https://developers.facebook.com/docs/graph-api/reference/object/comments/#publish
    def create_comment(self, token: str, object_id: str, text: str, *, now: datetime) -> Mapping[str, Any]:
        """Write under a post or answer a comment. The edge makes it an answer: without it the comment is *edited*."""
        form = {"message": text, "fields": "id,permalink_url,created_time"}
        answer = self._call("POST", f"/{object_id}/comments", token, fields=form, once=True, now=now)
        self._id(answer, once=True)
        return answer

    # https://developers.facebook.com/docs/graph-api/reference/comment/#updating
    def set_hidden(self, token: str, comment_id: str, *, hidden: bool, now: datetime) -> None:
        self._call("POST", f"/{comment_id}", token, fields={"is_hidden": str(hidden).lower()}, now=now)

    # https://developers.facebook.com/docs/graph-api/reference/comment/#deleting
    def delete_comment(self, token: str, comment_id: str, *, now: datetime) -> None:
        self._call("DELETE", f"/{comment_id}", token, fields={}, now=now)

    # https://developers.facebook.com/docs/graph-api/reference/object/likes/
    def set_liked(self, token: str, object_id: str, *, liked: bool, now: datetime) -> None:
        self._call("POST" if liked else "DELETE", f"/{object_id}/likes", token, fields={}, now=now)

    # https://developers.facebook.com/docs/graph-api/reference/page/blocked/
    def set_blocked(
        self, token: str, page_id: str, person_id: str, *, writes_privately: bool, blocked: bool, now: datetime
    ) -> bool:
        """Keep a person off the page, or let them in again; return whether Meta knows them.

        Who comments is known by another number than who writes privately.
        """
        form = {"psid" if writes_privately else "user": dumps([person_id]) if blocked else person_id}
        answer = self._call("POST" if blocked else "DELETE", f"/{page_id}/blocked", token, fields=form, now=now)
        return answer.get(person_id) is not False

    def _send_bytes(
        self,
        address: str,
        headers: Mapping[str, str],
        body: Stream,
        *,
        params: Mapping[str, str] | None = None,
        now: datetime,
    ) -> Mapping[str, Any]:
        """Send bytes as they come off the disk. The hosts that take them report no budget."""
        headers = {**headers, "Content-Type": "application/octet-stream"}
        answer = send(self._http, "POST", address, network=KEY, once=False, headers=headers, params=params, stream=body)
        if not answer.ok:
            raise errors.upload_refusal(answer, now=now)
        found = body_of(answer)
        if not isinstance(found, dict):
            raise lost_answer(KEY, status=answer.status, once=False)
        return found

    def _listing(
        self, token: str, path: str, fields: Mapping[str, str], *, after: str, now: datetime
    ) -> Mapping[str, Any]:
        return super()._listing(token, path, {"limit": str(MESSAGES_A_PAGE), **fields}, after=after, now=now)
