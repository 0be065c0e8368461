"""Meta's Graph API for Pages, one method per endpoint. Returns its JSON, raises our errors, reports the budgets."""

import hashlib
import hmac
from collections.abc import Collection, Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any

from integrations.contract import AppKeys, UsageSink, ignore_usage
from integrations.networks._shared.refusals import body_of, lost_answer, send
from integrations.networks.facebook import errors, mapping
from integrations.networks.facebook.errors import KEY
from integrations.networks.facebook.limits import (
    ACCOUNTS_A_PAGE,
    CONVERSATIONS_A_PAGE,
    MESSAGES_A_PAGE,
    POSTS_A_PAGE,
)
from lib.http import Client, Multipart
from lib.http.client import Stream

PAGE_FIELDS = "id,name,username,link,picture{url}"
POST_FIELDS = (
    "id,message,created_time,permalink_url,attachments{media_type,target{id},subattachments{media_type,target{id}}}"
)
COMMENT_FIELDS = "id,message,created_time,from{id,name},parent{id},attachment,is_hidden,permalink_url"
VISIT_FIELDS = "id,message,created_time,from{id,name},is_hidden,permalink_url"
RATING_FIELDS = (
    "created_time,recommendation_type,review_text,has_review,has_rating,rating,reviewer{id,name},open_graph_story{id}"
)
MESSAGE_FIELDS = "id,message,from,to,created_time,attachments"
CONVERSATION_FIELDS = f"id,updated_time,participants,messages.limit(20){{{MESSAGE_FIELDS}}}"


class FacebookClient:
    """Calls on behalf of whoever's token is given; tokens travel in a header, never in an address."""

    def __init__(
        self, *, http: Client, graph_url: str, version: str, keys: AppKeys, usage: UsageSink = ignore_usage
    ) -> None:
        self._http = http
        self._base = f"{graph_url.rstrip('/')}/{version}"
        self._keys = keys
        self._usage = usage

    # https://developers.facebook.com/docs/facebook-login/guides/advanced/manual-flow#confirm
    def exchange_code(self, *, code: str, redirect_uri: str, now: datetime) -> Mapping[str, Any]:
        return self._token({"redirect_uri": redirect_uri, "code": code}, now=now)

    # https://developers.facebook.com/docs/facebook-login/guides/access-tokens/get-long-lived
    def extend_token(self, token: str, *, now: datetime) -> Mapping[str, Any]:
        return self._token({"grant_type": "fb_exchange_token", "fb_exchange_token": token}, now=now)

    # https://developers.facebook.com/docs/graph-api/reference/user/
    def me(self, token: str, *, now: datetime) -> Mapping[str, Any]:
        return self._call("GET", "/me", token, fields={"fields": "id,name"}, now=now)

    # https://developers.facebook.com/docs/graph-api/reference/user/permissions/
    def permissions(self, token: str, *, now: datetime) -> Mapping[str, Any]:
        return self._call("GET", "/me/permissions", token, fields={"limit": "200"}, now=now)

    # https://developers.facebook.com/docs/graph-api/reference/user/permissions/#Deleting
    def delete_permissions(self, token: str, *, person_id: str, now: datetime) -> None:
        self._call("DELETE", f"/{person_id}/permissions", token, fields={}, now=now)

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

    def node(self, token: str, network_id: str, *, fields: str, now: datetime) -> Mapping[str, Any]:
        """Return one comment, post or message; the reference of its kind says which fields it has."""
        return self._call("GET", f"/{network_id}", token, fields={"fields": fields}, now=now)

    # https://developers.facebook.com/docs/graph-api/reference/object/comments/#publish
    def create_comment(self, token: str, object_id: str, text: str, *, now: datetime) -> Mapping[str, Any]:
        """Write under a post or answer a comment. The edge makes it an answer: without it the comment is *edited*."""
        form = {"message": text, "fields": "id,permalink_url,created_time"}
        answer = self._call("POST", f"/{object_id}/comments", token, fields=form, once=True, now=now)
        self._id(answer, once=True)
        return answer

    # https://developers.facebook.com/docs/messenger-platform/send-messages
    def send_message(self, token: str, page_id: str, *, form: Mapping[str, str], now: datetime) -> str:
        """Send a private message and return its id."""
        answer = self._call("POST", f"/{page_id}/messages", token, fields=form, once=True, now=now)
        if not answer.get("message_id"):
            raise lost_answer(KEY, status=200, once=True)
        return str(answer["message_id"])

    # https://developers.facebook.com/docs/graph-api/reference/comment/#updating
    def set_hidden(self, token: str, comment_id: str, *, hidden: bool, now: datetime) -> None:
        self._call("POST", f"/{comment_id}", token, fields={"is_hidden": str(hidden).lower()}, now=now)

    # https://developers.facebook.com/docs/graph-api/reference/comment/#deleting
    def delete_comment(self, token: str, comment_id: str, *, now: datetime) -> None:
        self._call("DELETE", f"/{comment_id}", token, fields={}, now=now)

    # https://developers.facebook.com/docs/graph-api/reference/object/likes/
    def set_liked(self, token: str, object_id: str, *, liked: bool, now: datetime) -> None:
        self._call("POST" if liked else "DELETE", f"/{object_id}/likes", token, fields={}, now=now)

    # https://developers.facebook.com/docs/graph-api/reference/page/subscribed_apps/
    def subscribed_fields(self, token: str, page_id: str, *, now: datetime) -> frozenset[str]:
        """Return what this app is told of a page."""
        answer = self._call(
            "GET", f"/{page_id}/subscribed_apps", token, fields={"fields": "id,subscribed_fields"}, now=now
        )
        ours = [each for each in answer.get("data") or () if str(each.get("id")) == self._keys.client_id]
        return frozenset(str(field) for each in ours for field in each.get("subscribed_fields") or ())

    def subscribe_page(self, token: str, page_id: str, *, fields: Collection[str], now: datetime) -> None:
        """Have this app told of exactly these: the list replaces the former one."""
        form = {"subscribed_fields": ",".join(sorted(fields))}
        self._call("POST", f"/{page_id}/subscribed_apps", token, fields=form, now=now)

    def unsubscribe_page(self, token: str, page_id: str, *, now: datetime) -> None:
        self._call("DELETE", f"/{page_id}/subscribed_apps", token, fields={}, now=now)

    # https://developers.facebook.com/docs/graph-api/reference/app/subscriptions/
    def app_subscription(self, *, now: datetime) -> Mapping[str, Any]:
        """Return where and of what Meta tells this app about pages; empty when it tells nothing."""
        answer = self._call("GET", f"/{self._keys.client_id}/subscriptions", self._app_token, fields={}, now=now)
        rows = [each for each in answer.get("data") or () if each.get("object") == "page"]
        return rows[0] if rows else {}

    def subscribe_app(self, *, address: str, verify_token: str, fields: Collection[str], now: datetime) -> None:
        """Give Meta our address, which it tries at once with a handshake."""
        form = {
            "object": "page",
            "callback_url": address,
            "verify_token": verify_token,
            "fields": ",".join(sorted(fields)),
            "include_values": "true",
        }
        self._call("POST", f"/{self._keys.client_id}/subscriptions", self._app_token, fields=form, now=now)

    @property
    def _app_token(self) -> str:
        return f"{self._keys.client_id}|{self._keys.client_secret}"

    def _listing(
        self, token: str, path: str, fields: Mapping[str, str], *, after: str, now: datetime
    ) -> Mapping[str, Any]:
        asked = {"limit": str(MESSAGES_A_PAGE), **fields} | ({"after": after} if after else {})
        return self._call("GET", path, token, fields=asked, now=now)

    def proof_for(self, token: str) -> str:
        """Return the app's signature of a token, to be sent with every call that carries it.

        Source: developers.facebook.com "Securing Graph API calls".
        """
        return _proof(self._keys.client_secret, token)

    def _token(self, form: Mapping[str, str], *, now: datetime) -> Mapping[str, Any]:
        form = {"client_id": self._keys.client_id, "client_secret": self._keys.client_secret, **form}
        address = f"{self._base}/oauth/access_token"
        answer = send(self._http, "POST", address, network=KEY, once=False, form=form)
        body = body_of(answer)
        if not answer.ok:
            raise errors.refusal(answer, once=False, now=now)
        if not isinstance(body, dict) or not body.get("access_token"):
            raise lost_answer(KEY, status=answer.status, once=False)
        return body

    def _call(
        self,
        method: str,
        path: str,
        token: str,
        *,
        now: datetime,
        fields: Mapping[str, str] | None = None,
        stream: Stream | None = None,
        content_type: str = "",
        once: bool = False,
    ) -> Mapping[str, Any]:
        headers = {"Authorization": f"Bearer {token}"}
        if content_type:
            headers["Content-Type"] = content_type
        signed = None if fields is None else {**fields, "appsecret_proof": self.proof_for(token)}
        answer = send(
            self._http,
            method,
            self._base + path,
            network=KEY,
            once=once,
            headers=headers,
            params=None if method == "POST" else signed,
            form=signed if method == "POST" else None,
            stream=stream,
        )
        for report in mapping.usage(answer.headers, app=self._keys.client_id, now=now):
            self._usage(report)
        if not answer.ok:
            raise errors.refusal(answer, once=once, now=now)
        body = body_of(answer)
        if not isinstance(body, dict):
            raise lost_answer(KEY, status=answer.status, once=once)
        return body

    def _id(self, body: Mapping[str, Any], *, once: bool) -> str:
        if not body.get("id"):
            raise lost_answer(KEY, status=200, once=once)
        return str(body["id"])


@lru_cache(maxsize=4096)
def _proof(secret: str, token: str) -> str:
    return hmac.new(secret.encode(), token.encode(), hashlib.sha256).hexdigest()
