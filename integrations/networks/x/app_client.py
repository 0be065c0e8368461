"""X's API under the app's own access: where X tells us, and of what. One method per endpoint."""

import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from integrations.contract import AppKeys
from integrations.errors import AuthorisationLost, PermanentError, Reach, TransientError
from integrations.networks._shared.oauth import basic_authorisation
from integrations.networks._shared.refusals import body_of, lost_answer, send
from integrations.networks.x import errors
from integrations.networks.x.errors import KEY
from lib.http import Client

SUBSCRIPTIONS_A_PAGE = 1000
TAG = "portevoix"


class XAppClient:
    """Calls with a bearer token of the app itself, fetched once per process and kept in memory only."""

    def __init__(self, *, http: Client, api_url: str, consumer: AppKeys) -> None:
        self._http = http
        self._api_url = api_url.rstrip("/")
        self._consumer = consumer
        self._token = ""
        self._lock = threading.Lock()

    # https://docs.x.com/x-api/webhooks/get-webhook
    def webhooks(self) -> Sequence[Mapping[str, Any]]:
        return list(self._call("GET", "/2/webhooks").get("data") or ())

    # https://docs.x.com/x-api/webhooks/create-webhook
    def create_webhook(self, address: str) -> Mapping[str, Any]:
        """Register an address, which X tries at once with a challenge."""
        with _our_address():
            return self._data("POST", "/2/webhooks", document={"url": address})

    # https://docs.x.com/x-api/webhooks/validate-webhook
    def try_webhook(self, webhook_id: str) -> None:
        """Have X send its challenge again, and use the address again when that succeeds."""
        with _our_address():
            self._call("PUT", f"/2/webhooks/{webhook_id}")

    # https://docs.x.com/x-api/activity/get-x-activity-subscriptions
    def subscriptions(self) -> Iterator[Mapping[str, Any]]:
        seen: set[str] = set()
        params = {"max_results": str(SUBSCRIPTIONS_A_PAGE)}
        while True:
            answer = self._call("GET", "/2/activity/subscriptions", params=params)
            yield from answer.get("data") or ()
            token = str((answer.get("meta") or {}).get("next_token") or "")
            if not token or token in seen:
                return
            seen.add(token)
            params["pagination_token"] = token

    # https://docs.x.com/x-api/activity/create-x-activity-subscription
    def subscribe(self, event_type: str, *, account_id: str, webhook_id: str, user_token: str = "") -> None:
        """Have X tell of one kind of event; private kinds need the account's own token."""
        document = {
            "event_type": event_type,
            "filter": {"user_id": account_id} if account_id else {},
            "tag": TAG,
            "webhook_id": webhook_id,
        }
        self._call("POST", "/2/activity/subscriptions", document=document, user_token=user_token)

    # https://docs.x.com/x-api/activity/update-x-activity-subscription
    def redirect(self, subscription_id: str, *, webhook_id: str) -> None:
        """Have a subscription's events sent to another of our addresses."""
        self._call("PUT", f"/2/activity/subscriptions/{subscription_id}", document={"webhook_id": webhook_id})

    # https://docs.x.com/x-api/activity/delete-x-activity-subscription
    def unsubscribe(self, subscription_id: str) -> None:
        self._call("DELETE", f"/2/activity/subscriptions/{subscription_id}")

    def _data(self, method: str, path: str, *, document: object) -> Mapping[str, Any]:
        data = self._call(method, path, document=document).get("data")
        if not isinstance(data, dict):
            raise lost_answer(KEY, status=200, once=False)
        return data

    def _call(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str] | None = None,
        document: object = None,
        user_token: str = "",
    ) -> Mapping[str, Any]:
        token = user_token or self._app_token()
        answer = send(
            self._http,
            method,
            self._api_url + path,
            network=KEY,
            once=False,
            headers={"Authorization": f"Bearer {token}"},
            params=params,
            document=document,
        )
        if not answer.ok:
            error = errors.refusal(answer, once=False)
            if isinstance(error, AuthorisationLost) and not user_token:
                # No account's matter: the app's token was withdrawn. The next call fetches another.
                self._forget(token)
                raise TransientError("unavailable", network=KEY, status=answer.status, reach=Reach.APP)
            raise error
        body = body_of(answer) if answer.body else {}
        if not isinstance(body, dict):
            raise lost_answer(KEY, status=answer.status, once=False)
        return body

    # https://docs.x.com/fundamentals/authentication/oauth-2-0/application-only
    def _app_token(self) -> str:
        with self._lock:
            if not self._token:
                self._token = self._fetch_token()
            return self._token

    def _forget(self, token: str) -> None:
        with self._lock:
            if self._token == token:
                self._token = ""

    def _fetch_token(self) -> str:
        answer = send(
            self._http,
            "POST",
            f"{self._api_url}/oauth2/token",
            network=KEY,
            once=False,
            headers={"Authorization": basic_authorisation(self._consumer.client_id, self._consumer.client_secret)},
            form={"grant_type": "client_credentials"},
        )
        if not answer.ok:
            error = errors.token_refusal(answer, once=False)
            if isinstance(error, AuthorisationLost | PermanentError):
                raise PermanentError("app_misconfigured", network=KEY, status=answer.status, reach=Reach.APP)
            raise error
        body = body_of(answer)
        if not isinstance(body, dict) or not body.get("access_token"):
            raise lost_answer(KEY, status=answer.status, once=False)
        return str(body["access_token"])


@contextmanager
def _our_address() -> Iterator[None]:
    """All that X holds against a registration is our address: its form, its certificate, its proof."""
    try:
        yield
    except PermanentError as error:
        if error.status != 400:
            raise
        raise PermanentError("webhook_refused", network=KEY, status=400, detail=error.detail, reach=Reach.APP) from None
