"""Meta's Graph API for Instagram, one method per endpoint beside those of ``_shared/meta/graph.py``."""

from collections.abc import Mapping
from contextlib import closing
from datetime import datetime
from typing import Any

from integrations.contract import Media
from integrations.networks._shared.meta.graph import GraphClient
from integrations.networks._shared.refusals import body_of, send
from integrations.networks.instagram import errors
from integrations.networks.instagram.errors import KEY
from integrations.networks.instagram.limits import (
    ACCOUNTS_A_PAGE,
    COMMENTS_A_PAGE,
    MEDIA_A_PAGE,
    REPLIES_A_COMMENT,
    TAGS_A_PAGE,
)
from lib.http import Span

ACCOUNT_FIELDS = "id,username,name,profile_picture_url"
CONTAINER_FIELDS = "status_code,status"
MEDIA_FIELDS = "id,caption,timestamp,permalink,media_type,media_product_type,children{id}"
TAG_FIELDS = "id,caption,username,permalink,timestamp"
REPLY_FIELDS = "id,text,timestamp,username,from{id,username},user,hidden,parent_id"
COMMENT_FIELDS = (
    "id,text,timestamp,username,from{id,username},user,hidden,parent_id,media{id,permalink},"
    f"replies.limit({REPLIES_A_COMMENT}){{{REPLY_FIELDS}}}"
)
MENTION_FIELDS = "id,text,timestamp,username,media{id,permalink}"
ANSWER_FIELDS = "id,text,timestamp,username"


class InstagramClient(GraphClient):
    """Calls on behalf of whoever's token is given: that of the page an account hangs on."""

    network = KEY
    refusals = errors.TABLE
    app_budget = "instagram.app"
    account_budget = "instagram.account"
    webhook_object = "instagram"
    platform = "INSTAGRAM"

    # https://developers.facebook.com/docs/graph-api/reference/user/accounts/
    def pages(self, token: str, *, after: str, now: datetime) -> Mapping[str, Any]:
        """Return one page of the pages a person ticked, each with its token and the account that hangs on it."""
        fields = f"id,name,access_token,tasks,instagram_business_account{{{ACCOUNT_FIELDS}}}"
        return self._listing(
            token, "/me/accounts", {"fields": fields, "limit": str(ACCOUNTS_A_PAGE)}, after=after, now=now
        )

    # https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/ig-user
    def account(self, token: str, account_id: str, *, fields: str = ACCOUNT_FIELDS, now: datetime) -> Mapping[str, Any]:
        return self.node(token, account_id, fields=fields, now=now)

    # https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/ig-user/media
    def create_container(
        self, token: str, account_id: str, *, form: Mapping[str, str], now: datetime
    ) -> Mapping[str, Any]:
        """Begin what is to be published. Repeating leaves a container that nobody sees and that ends in a day."""
        answer = self._call("POST", f"/{account_id}/media", token, fields=form, now=now)
        self._id(answer, once=False)
        return answer

    # https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/ig-container
    def container(self, token: str, container_id: str, *, now: datetime) -> Mapping[str, Any]:
        return self.node(token, container_id, fields=CONTAINER_FIELDS, now=now)

    def uploaded_bytes(self, token: str, container_id: str, *, now: datetime) -> int:
        """Return how much of a film has arrived: an upload that was stopped goes on from there."""
        node = self.node(token, container_id, fields="video_status", now=now)
        phase = (node.get("video_status") or {}).get("uploading_phase") or {}
        return int(phase.get("bytes_transferred") or phase.get("bytes_transfered") or 0)

    # https://developers.facebook.com/docs/instagram-platform/content-publishing/resumable-uploads
    def upload(self, token: str, address: str, media: Media, *, offset: int) -> None:
        """Send a film's bytes from ``offset`` on to the address that its container came with."""
        headers = {
            "Authorization": f"OAuth {token}",
            "offset": str(offset),
            "file_size": str(media.size_bytes),
            "Content-Type": "application/octet-stream",
        }
        with closing(media.open(offset)) as source:
            answer = send(
                self._http,
                "POST",
                address,
                network=KEY,
                once=False,
                headers=headers,
                stream=Span(source, media.size_bytes - offset),
            )
        body = body_of(answer)
        if not answer.ok or not isinstance(body, dict) or body.get("success") is not True:
            raise errors.upload_error(body, status=answer.status)

    # https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/ig-user/media_publish
    def publish(self, token: str, account_id: str, container_id: str, *, now: datetime) -> str:
        """Make a container public, once. Return the id of the medium."""
        form = {"creation_id": container_id}
        return self._id(
            self._call("POST", f"/{account_id}/media_publish", token, fields=form, once=True, now=now), once=True
        )

    # https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/ig-user/content_publishing_limit
    def publishing_limit(self, token: str, account_id: str, *, now: datetime) -> Mapping[str, Any]:
        fields = {"fields": "quota_usage,config"}
        answer = self._call("GET", f"/{account_id}/content_publishing_limit", token, fields=fields, now=now)
        rows = answer.get("data") or [{}]
        found: Mapping[str, Any] = rows[0]
        return found

    # https://developers.facebook.com/docs/instagram-platform/reference/instagram-media
    def medium(self, token: str, medium_id: str, *, fields: str, now: datetime) -> Mapping[str, Any]:
        return self.node(token, medium_id, fields=fields, now=now)

    def media(self, token: str, account_id: str, *, stories: bool, after: str, now: datetime) -> Mapping[str, Any]:
        """Return one page of what the account has published, newest first; its stories are a list of their own."""
        fields = {"fields": MEDIA_FIELDS, "limit": str(MEDIA_A_PAGE)}
        return self._listing(token, f"/{account_id}/{'stories' if stories else 'media'}", fields, after=after, now=now)

    def close_comments(self, token: str, medium_id: str, *, now: datetime) -> None:
        self._call("POST", f"/{medium_id}", token, fields={"comment_enabled": "false"}, once=True, now=now)

    def delete_medium(self, token: str, medium_id: str, *, now: datetime) -> None:
        self._call("DELETE", f"/{medium_id}", token, fields={}, now=now)

    # https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/ig-media/comments
    def comments(self, token: str, medium_id: str, *, after: str, now: datetime) -> Mapping[str, Any]:
        """Return one page of the top comments under a medium, newest first, each with its replies."""
        fields = {"fields": COMMENT_FIELDS, "limit": str(COMMENTS_A_PAGE)}
        return self._listing(token, f"/{medium_id}/comments", fields, after=after, now=now)

    def create_comment(self, token: str, medium_id: str, text: str, *, now: datetime) -> str:
        """Write under an own medium, as the account."""
        return self._written(token, f"/{medium_id}/comments", {"message": text}, now=now)

    # https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/ig-comment/replies
    def reply(self, token: str, comment_id: str, text: str, *, now: datetime) -> str:
        return self._written(token, f"/{comment_id}/replies", {"message": text}, now=now)

    def replies(self, token: str, comment_id: str, *, after: str, now: datetime) -> Mapping[str, Any]:
        """Return one page of the replies to a comment, newest first."""
        fields = {"fields": REPLY_FIELDS, "limit": str(COMMENTS_A_PAGE)}
        return self._listing(token, f"/{comment_id}/replies", fields, after=after, now=now)

    # https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/ig-comment
    def set_hidden(self, token: str, comment_id: str, *, hidden: bool, now: datetime) -> None:
        self._call("POST", f"/{comment_id}", token, fields={"hide": str(hidden).lower()}, now=now)

    def delete_comment(self, token: str, comment_id: str, *, now: datetime) -> None:
        self._call("DELETE", f"/{comment_id}", token, fields={}, now=now)

    # https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/ig-user/tags
    def tags(self, token: str, account_id: str, *, after: str, now: datetime) -> Mapping[str, Any]:
        """Return one page of media in whose picture somebody else has tagged the account, newest first."""
        fields = {"fields": TAG_FIELDS, "limit": str(TAGS_A_PAGE)}
        return self._listing(token, f"/{account_id}/tags", fields, after=after, now=now)

    # https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/ig-user/mentioned_media
    def mentioned_medium(
        self, token: str, account_id: str, medium_id: str, *, fields: str = TAG_FIELDS, now: datetime
    ) -> Mapping[str, Any]:
        """Return a medium of somebody else whose caption names the account."""
        asked = f"mentioned_media.media_id({medium_id}){{{fields}}}"
        found: Mapping[str, Any] = self.account(token, account_id, fields=asked, now=now).get("mentioned_media") or {}
        return found

    # https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/ig-user/mentioned_comment
    def mentioned_comment(
        self, token: str, account_id: str, comment_id: str, *, fields: str = MENTION_FIELDS, now: datetime
    ) -> Mapping[str, Any]:
        """Return a comment under somebody else's medium that names the account."""
        asked = f"mentioned_comment.comment_id({comment_id}){{{fields}}}"
        found: Mapping[str, Any] = self.account(token, account_id, fields=asked, now=now).get("mentioned_comment") or {}
        return found

    # https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/ig-user/mentions
    def answer_mention(self, token: str, account_id: str, *, form: Mapping[str, str], now: datetime) -> str:
        return self._written(token, f"/{account_id}/mentions", form, now=now)

    # https://developers.facebook.com/docs/instagram-platform/api-reference/instagram-user/insights and
    # https://developers.facebook.com/docs/instagram-platform/reference/instagram-media/insights
    def insights(self, token: str, node_id: str, *, query: Mapping[str, str], now: datetime) -> Mapping[str, Any]:
        return self._call("GET", f"/{node_id}/insights", token, fields=query, now=now)

    def _written(self, token: str, path: str, form: Mapping[str, str], *, now: datetime) -> str:
        return self._id(self._call("POST", path, token, fields=form, once=True, now=now), once=True)
