"""Meta's Graph API for Pages, one method per endpoint. Returns its JSON, raises our errors, reports the budgets."""

import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any

from integrations.contract import AppKeys, UsageSink, ignore_usage
from integrations.networks._shared.refusals import body_of, lost_answer, send
from integrations.networks.facebook import errors, mapping
from integrations.networks.facebook.errors import KEY
from integrations.networks.facebook.limits import ACCOUNTS_A_PAGE, POSTS_A_PAGE
from lib.http import Client, Multipart
from lib.http.client import Stream

PAGE_FIELDS = "id,name,username,link,picture{url}"
POST_FIELDS = (
    "id,message,created_time,permalink_url,attachments{media_type,target{id},subattachments{media_type,target{id}}}"
)


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
