"""Where an app wants its events: registering, proving (CRC), ending, replaying.

Source: docs.x.com, webhooks, and its OpenAPI 2.167, read 2026-08-22.
"""

import json
import secrets
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, urlsplit

from starlette.responses import JSONResponse, Response

from sandbox.calls import Call
from sandbox.clock import iso_milliseconds
from sandbox.networks.x import limits
from sandbox.networks.x.errors import invalid_request
from sandbox.networks.x.oauth import Caller, require_app
from sandbox.networks.x.state import Webhook, XState
from sandbox.networks.x.webhooks import deliver, sign
from sandbox.webhooks.client import Client, Unreachable

LOCAL = {"127.0.0.1", "localhost", "::1"}


async def create_webhook(state: XState, call: Call, caller: Caller) -> Response:
    """POST /2/webhooks: the address must first prove that it knows the app's secret."""
    require_app(caller)
    body = call.json
    url = body.get("url") if isinstance(body, dict) else None
    if not isinstance(url, str) or not 1 <= len(url) <= limits.WEBHOOK_URL_LENGTH:
        raise invalid_request(f"[$.url: must have 1 to {limits.WEBHOOK_URL_LENGTH} characters]", url=str(url))
    _require_address(url)
    own = [webhook for webhook in state.webhooks.all() if webhook.app_id == caller.app_id]
    if any(webhook.url == url for webhook in own):
        raise invalid_request("DuplicateUrlFailed: a webhook with this url exists already", url=url)
    if len(own) >= limits.WEBHOOKS:
        raise invalid_request("WebhookLimitExceeded: the number of webhooks of this app is reached", url=url)
    if (failure := await challenge(state, caller.app_id, url)) is not None:
        raise invalid_request(f"CrcValidationFailed: {failure}", url=url)
    webhook = state.webhooks.put(
        Webhook(
            id=state.new_id(),
            app_id=caller.app_id,
            url=url,
            created_at=state.now,
            valid=True,
            checked_at=state.now,
            valid_at=state.now,
        )
    )
    return JSONResponse({"data": _show_webhook(webhook)})


def list_webhooks(state: XState, caller: Caller) -> Response:
    require_app(caller)
    data = [_show_webhook(webhook) for webhook in state.webhooks.all() if webhook.app_id == caller.app_id]
    body: dict[str, Any] = {"meta": {"result_count": len(data)}}
    return JSONResponse({"data": data, **body} if data else body)


async def validate_webhook(state: XState, caller: Caller, webhook_id: str) -> Response:
    """PUT /2/webhooks/{id}: ask for the proof again, and let a webhook that was ended live on."""
    webhook = _own_webhook(state, caller, webhook_id)
    failure = await challenge(state, webhook.app_id, webhook.url)
    if failure is not None:
        state.webhooks.put(replace(webhook, valid=False, checked_at=state.now))
        raise invalid_request(f"CrcValidationFailed: {failure}", webhook_id=webhook_id)
    state.webhooks.put(replace(webhook, valid=True, checked_at=state.now, valid_at=state.now))
    return JSONResponse({"data": {"valid": True}})


def delete_webhook(state: XState, caller: Caller, webhook_id: str) -> Response:
    state.webhooks.remove(_own_webhook(state, caller, webhook_id).id)
    return JSONResponse({"data": {"deleted": True}})


def replay(state: XState, call: Call, caller: Caller) -> Response:
    """POST /2/webhooks/replay: all events between two minutes, at most a day back, sent again."""
    body = call.json
    if not isinstance(body, dict):
        raise invalid_request("The body must be a JSON object.", body="")
    webhook = _own_webhook(state, caller, str(body.get("webhook_id", "")))
    since, until = _minute(body, "from_date"), _minute(body, "to_date")
    if since >= until or since < state.now - limits.REPLAY_SECONDS - 60:
        raise invalid_request("from_date must be before to_date and within the last 24 hours")
    for event in state.sent.all():
        if event.webhook_id == webhook.id and since <= event.at < until:
            deliver(state, event, webhook.url, webhook.app_id)
    return JSONResponse({"data": {"job_id": state.new_id(), "created_at": iso_milliseconds(state.now)}})


async def challenge(state: XState, app_id: str, url: str) -> str | None:
    """Ask for the proof (CRC). None when it was given, otherwise what was found; "later" in it means no answer."""
    app = state.world.apps.x[app_id]
    token = secrets.token_urlsafe(32)
    client = Client()
    try:
        joint = "&" if urlsplit(url).query else "?"
        answer = await client.send("GET", f"{url}{joint}crc_token={quote(token)}", {})
    except (Unreachable, TimeoutError):
        return "later: no answer within 10 seconds"
    finally:
        client.close()
    if answer.status >= 400:
        return f"later: status {answer.status}"
    if answer.status != 200:
        return f"status {answer.status}"
    found = _json(answer.body).get("response_token")
    return None if found == sign(app.consumer_secret, token.encode()) else "the response_token is not the expected one"


async def validate_due(state: XState) -> None:
    """Ask the webhooks that were not asked for an hour."""
    for webhook in state.webhooks.all():
        if not webhook.valid or state.now - webhook.checked_at < limits.CRC_SECONDS:
            continue
        # Marked before the answer comes, so that nobody asks twice meanwhile.
        asked = state.webhooks.put(replace(webhook, checked_at=state.now))
        failure = await challenge(state, webhook.app_id, webhook.url)
        if state.webhooks.find(webhook.id) is not asked:
            continue
        if failure is None:
            state.webhooks.put(replace(asked, valid_at=state.now))
        elif not failure.startswith("later") or state.now - asked.valid_at >= limits.CRC_PATIENCE_SECONDS:
            state.webhooks.put(replace(asked, valid=False))


def _json(body: bytes) -> dict[str, Any]:
    try:
        found = json.loads(body)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _require_address(url: str) -> None:
    """Check that it is https without a port, as X demands; this machine's own addresses are let through as they are."""
    parts = urlsplit(url)
    if parts.hostname in LOCAL and parts.scheme in {"http", "https"}:
        return
    if parts.scheme != "https" or not parts.hostname or parts.port is not None:
        raise invalid_request("UrlValidationFailed: the url must be https and have no port", url=url)


def _own_webhook(state: XState, caller: Caller, webhook_id: str) -> Webhook:
    require_app(caller)
    webhook = state.webhooks.find(webhook_id)
    if webhook is None or webhook.app_id != caller.app_id:
        raise invalid_request("WebhookIdInvalid: no such webhook", webhook_id=webhook_id)
    return webhook


def _show_webhook(webhook: Webhook) -> dict[str, Any]:
    return {
        "id": webhook.id,
        "url": webhook.url,
        "valid": webhook.valid,
        "created_at": iso_milliseconds(webhook.created_at),
    }


def _minute(body: dict[str, Any], name: str) -> float:
    text = str(body.get(name, ""))
    try:
        return datetime.strptime(text, "%Y%m%d%H%M").replace(tzinfo=UTC).timestamp()
    except ValueError:
        raise invalid_request(f"[$.{name}: does not match the regex pattern ^[0-9]{{12}}$]", **{name: text}) from None
