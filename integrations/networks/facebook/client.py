"""Meta's Graph API for Pages, one method per endpoint beside those of ``_shared/meta/graph.py``."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from integrations.networks._shared.meta.graph import GraphClient
from integrations.networks._shared.meta.messenger import CONVERSATION_FIELDS, MESSAGE_FIELDS
from integrations.networks.facebook import errors
from integrations.networks.facebook.errors import KEY
from integrations.networks.facebook.limits import (
    ACCOUNTS_A_PAGE,
    CONVERSATIONS_A_PAGE,
    MESSAGES_A_PAGE,
    POSTS_A_PAGE,
)
from lib.http import Multipart

PAGE_FIELDS = "id,name,username,link,picture{url}"
POST_FIELDS = (
    "id,message,created_time,permalink_url,attachments{media_type,target{id},subattachments{media_type,target{id}}}"
)
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

    # https://developers.facebook.com/docs/graph-api/reference/user/accounts/
    def pages(self, token: str, *, after: str, now: datetime) -> Mapping[str, Any]:
        """Return one page of the pages a person ticked, each with a token of its own."""
        fields = {"fields": f"{PAGE_FIELDS},access_token,tasks", "limit": str(ACCOUNTS_A_PAGE)}
        return self._call("GET", "/me/accounts", token, fields=fields | ({"after": after} if after else {}), now=now)

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

    # https://developers.facebook.com/docs/graph-api/reference/page/conversations/
    def conversations(
        self, token: str, page_id: str, *, after: str = "", person_id: str = "", now: datetime
    ) -> Mapping[str, Any]:
        """Return one page of the conversations, the latest first; or the one with a person."""
        fields = {"platform": "MESSENGER", "fields": CONVERSATION_FIELDS, "limit": str(CONVERSATIONS_A_PAGE)}
        if person_id:
            fields["user_id"] = person_id
        return self._listing(token, f"/{page_id}/conversations", fields, after=after, now=now)

    # https://developers.facebook.com/docs/graph-api/reference/unified-thread/
    def conversation_messages(
        self, token: str, conversation_id: str, *, after: str, now: datetime
    ) -> Mapping[str, Any]:
        fields = {"fields": MESSAGE_FIELDS, "limit": "20"}
        return self._listing(token, f"/{conversation_id}/messages", fields, after=after, now=now)

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

    def _listing(
        self, token: str, path: str, fields: Mapping[str, str], *, after: str, now: datetime
    ) -> Mapping[str, Any]:
        return super()._listing(token, path, {"limit": str(MESSAGES_A_PAGE), **fields}, after=after, now=now)
