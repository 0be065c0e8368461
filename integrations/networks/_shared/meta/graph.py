"""Meta's Graph API: how a call is made, and the calls that belong to no single product.

A product's client inherits this and names its table of refusals and its budgets. It returns JSON, raises our errors,
reports the budgets.
"""

import hashlib
import hmac
from collections.abc import Collection, Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any, ClassVar

from integrations.contract import AppKeys, UsageSink, ignore_usage
from integrations.networks._shared.meta import answers, errors, messenger
from integrations.networks._shared.refusals import body_of, lost_answer, send
from lib.http import Client
from lib.http.client import Stream


class GraphClient:
    """Calls on behalf of whoever's token is given; tokens travel in a header, never in an address."""

    network: ClassVar[str]
    refusals: ClassVar[errors.Table]
    app_budget: ClassVar[str]
    account_budget: ClassVar[str]
    webhook_object: ClassVar[str]  # what Meta calls the product's events
    platform: ClassVar[str]  # what it calls the product where private messages are read

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

    # https://developers.facebook.com/docs/messenger-platform/send-messages
    def send_message(self, token: str, page_id: str, *, form: Mapping[str, str], now: datetime) -> str:
        """Send a private message and return its id."""
        answer = self._call("POST", f"/{page_id}/messages", token, fields=form, once=True, now=now)
        if not answer.get("message_id"):
            raise lost_answer(self.network, status=200, once=True)
        return str(answer["message_id"])

    # https://developers.facebook.com/docs/graph-api/reference/page/conversations/
    def conversations(
        self, token: str, page_id: str, *, after: str = "", person_id: str = "", now: datetime
    ) -> Mapping[str, Any]:
        """Return one page of the conversations, the latest first; or the one with a person."""
        fields = {
            "platform": self.platform,
            "fields": messenger.CONVERSATION_FIELDS,
            "limit": str(messenger.CONVERSATIONS_A_PAGE),
        }
        if person_id:
            fields["user_id"] = person_id
        return self._listing(token, f"/{page_id}/conversations", fields, after=after, now=now)

    # https://developers.facebook.com/docs/graph-api/reference/unified-thread/
    def conversation_messages(
        self, token: str, conversation_id: str, *, after: str, now: datetime
    ) -> Mapping[str, Any]:
        fields = {"fields": messenger.MESSAGE_FIELDS, "limit": str(messenger.MESSAGES_A_PAGE)}
        return self._listing(token, f"/{conversation_id}/messages", fields, after=after, now=now)

    def node(self, token: str, network_id: str, *, fields: str, now: datetime) -> Mapping[str, Any]:
        """Return one node; the reference of its kind says which fields it has."""
        return self._call("GET", f"/{network_id}", token, fields={"fields": fields}, now=now)

    # https://developers.facebook.com/docs/graph-api/reference/page/subscribed_apps/
    def subscribed_fields(self, token: str, owner_id: str, *, now: datetime) -> frozenset[str]:
        """Return what this app is told of a page."""
        answer = self._call(
            "GET", f"/{owner_id}/subscribed_apps", token, fields={"fields": "id,subscribed_fields"}, now=now
        )
        ours = [each for each in answer.get("data") or () if str(each.get("id")) == self._keys.client_id]
        return frozenset(str(field) for each in ours for field in each.get("subscribed_fields") or ())

    def subscribe_page(self, token: str, owner_id: str, *, fields: Collection[str], now: datetime) -> None:
        """Have this app told of exactly these: the list replaces the former one."""
        form = {"subscribed_fields": ",".join(sorted(fields))}
        self._call("POST", f"/{owner_id}/subscribed_apps", token, fields=form, now=now)

    def unsubscribe_page(self, token: str, owner_id: str, *, now: datetime) -> None:
        self._call("DELETE", f"/{owner_id}/subscribed_apps", token, fields={}, now=now)

    def drop_subscribed_fields(self, token: str, owner_id: str, *, fields: Collection[str], now: datetime) -> None:
        """End being told of these, and leave what another product of the same app is told of the same page."""
        told = self.subscribed_fields(token, owner_id, now=now)
        left = told - frozenset(fields)
        if not left:
            self.unsubscribe_page(token, owner_id, now=now)
        elif left != told:
            self.subscribe_page(token, owner_id, fields=left, now=now)

    # https://developers.facebook.com/docs/graph-api/reference/app/subscriptions/
    def app_subscription(self, *, now: datetime) -> Mapping[str, Any]:
        """Return where and of what Meta tells this app about the product; empty when it tells nothing."""
        answer = self._call("GET", f"/{self._keys.client_id}/subscriptions", self._app_token, fields={}, now=now)
        rows = [each for each in answer.get("data") or () if each.get("object") == self.webhook_object]
        return rows[0] if rows else {}

    def subscribe_app(self, *, address: str, verify_token: str, fields: Collection[str], now: datetime) -> None:
        """Give Meta our address, which it tries at once with a handshake."""
        form = {
            "object": self.webhook_object,
            "callback_url": address,
            "verify_token": verify_token,
            "fields": ",".join(sorted(fields)),
            "include_values": "true",
        }
        self._call("POST", f"/{self._keys.client_id}/subscriptions", self._app_token, fields=form, now=now)

    def is_app_told(self, *, address: str, fields: Collection[str], now: datetime) -> bool:
        """Whether Meta means to tell this app of all these, at this address."""
        told = self.app_subscription(now=now)
        names = {str(each.get("name") if isinstance(each, dict) else each) for each in told.get("fields") or ()}
        return told.get("active") is not False and told.get("callback_url") == address and names >= set(fields)

    def proof_for(self, token: str) -> str:
        """Return the app's signature of a token, to be sent with every call that carries it.

        Source: developers.facebook.com "Securing Graph API calls".
        """
        return _proof(self._keys.client_secret, token)

    @property
    def _app_token(self) -> str:
        return f"{self._keys.client_id}|{self._keys.client_secret}"

    def _listing(
        self, token: str, path: str, fields: Mapping[str, str], *, after: str, now: datetime
    ) -> Mapping[str, Any]:
        return self._call("GET", path, token, fields={**fields} | ({"after": after} if after else {}), now=now)

    def _token(self, form: Mapping[str, str], *, now: datetime) -> Mapping[str, Any]:
        form = {"client_id": self._keys.client_id, "client_secret": self._keys.client_secret, **form}
        address = f"{self._base}/oauth/access_token"
        answer = send(self._http, "POST", address, network=self.network, once=False, form=form)
        body = body_of(answer)
        if not answer.ok:
            raise errors.refusal(answer, network=self.network, table=self.refusals, once=False, now=now)
        if not isinstance(body, dict) or not body.get("access_token"):
            raise lost_answer(self.network, status=answer.status, once=False)
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
            network=self.network,
            once=once,
            headers=headers,
            params=None if method == "POST" else signed,
            form=signed if method == "POST" else None,
            stream=stream,
        )
        reports = answers.usage(
            answer.headers,
            network=self.network,
            app_budget=self.app_budget,
            account_budget=self.account_budget,
            app=self._keys.client_id,
            now=now,
        )
        for report in reports:
            self._usage(report)
        if not answer.ok:
            raise errors.refusal(answer, network=self.network, table=self.refusals, once=once, now=now)
        body = body_of(answer)
        if not isinstance(body, dict):
            raise lost_answer(self.network, status=answer.status, once=once)
        return body

    def _id(self, body: Mapping[str, Any], *, once: bool) -> str:
        if not body.get("id"):
            raise lost_answer(self.network, status=200, once=once)
        return str(body["id"])


@lru_cache(maxsize=4096)
def _proof(secret: str, token: str) -> str:
    return hmac.new(secret.encode(), token.encode(), hashlib.sha256).hexdigest()
