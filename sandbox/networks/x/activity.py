"""Webhooks and the subscriptions of the X Activity API.

Source: docs.x.com, webhooks and X Activity API, and its OpenAPI 2.167, read 2026-08-22.
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
from sandbox.networks.x.errors import forbidden, invalid_request, refuse
from sandbox.networks.x.oauth import Caller, require_app
from sandbox.networks.x.state import Subscription, Webhook, XState
from sandbox.networks.x.webhooks import deliver, sign
from sandbox.webhooks.client import Client, Unreachable

LOCAL = {"127.0.0.1", "localhost", "::1"}
# What each event needs of the token that subscribes to it; an empty scope is satisfied by the app alone.
EVENTS = {
    "post.create": "",
    "post.delete": "",
    "follow.follow": "",
    "follow.unfollow": "",
    "profile.update.bio": "",
    "profile.update.profile_picture": "",
    "profile.update.banner_picture": "",
    "profile.update.screenname": "",
    "profile.update.geo": "",
    "profile.update.url": "",
    "profile.update.verified_badge": "",
    "profile.update.affiliate_badge": "",
    "profile.update.handle": "",
    "spaces.start": "",
    "spaces.end": "",
    "broadcast.start": "",
    "broadcast.end": "",
    "oauth.revoke": "",
    "post.mention.create": "tweet.read",
    "post.reply.create": "tweet.read",
    "post.quote.create": "tweet.read",
    "post.repost.create": "tweet.read",
    "like.create": "like.read",
    "dm.sent": "dm.read",
    "dm.received": "dm.read",
    "dm.read": "dm.read",
    "dm.indicate_typing": "dm.read",
    "mute.mute": "mute.read",
    "mute.unmute": "mute.read",
    "block.block": "block.read",
    "block.unblock": "block.read",
    "broadcast.chat": "broadcast.read",
}


# Webhooks


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


# Subscriptions


def subscribe(state: XState, call: Call, caller: Caller) -> Response:
    """POST /2/activity/subscriptions."""
    body = call.json
    if not isinstance(body, dict) or body.keys() - {"event_type", "filter", "tag", "webhook_id"}:
        raise invalid_request("The body must have event_type, filter and at most tag and webhook_id.")
    kind, asked = body.get("event_type"), body.get("filter", {})
    if kind not in EVENTS:
        raise invalid_request("[$.event_type: does not have a value in the enumeration]", event_type=str(kind))
    if not isinstance(asked, dict) or asked.keys() - {"user_id", "direction", "keyword"}:
        raise invalid_request("[$.filter: is not defined in the schema]", filter=str(asked))
    user_id = str(asked.get("user_id", ""))
    _require_entitled(caller, kind, user_id)
    if kind != "oauth.revoke" and state.users.find(user_id) is None:
        raise invalid_request("[$.filter.user_id: is missing or no user has it]", user_id=user_id)
    webhook_id = _webhook_of(state, caller, body)
    rows = [row for row in state.subscriptions.all() if row.app_id == caller.app_id]
    if any((row.event_type, row.user_id, row.webhook_id) == (kind, user_id, webhook_id) for row in rows):
        raise invalid_request("DuplicateSubscriptionFailed: this subscription exists already", event_type=kind)
    most = limits.SUBSCRIPTIONS_ENTERPRISE if state.world.settings.enterprise else limits.SUBSCRIPTIONS
    if len(rows) >= most:
        raise refuse(403, "Forbidden", f"The app has reached its {most} subscriptions.", "client-forbidden")
    row = state.subscriptions.put(
        Subscription(
            id=state.new_id(),
            app_id=caller.app_id,
            event_type=kind,
            user_id=user_id,
            direction=str(asked.get("direction", "")),
            tag=_tag(body),
            webhook_id=webhook_id,
            created_at=state.now,
            updated_at=state.now,
        )
    )
    return JSONResponse({"data": {"subscription": _show(row)}, "meta": {"total_subscriptions": len(rows) + 1}})


def list_subscriptions(state: XState, call: Call, caller: Caller) -> Response:
    rows = [_show(row) for row in _own_rows(state, caller)]
    body: dict[str, Any] = {"meta": {"total_subscriptions": len(rows)}}
    return JSONResponse({"data": rows, **body} if rows else body)


def change_subscription(state: XState, call: Call, caller: Caller, subscription_id: str) -> Response:
    """PUT /2/activity/subscriptions/{id}: another tag or webhook."""
    require_app(caller)
    row = _own_row(state, caller, subscription_id)
    body = call.json
    if not isinstance(body, dict) or body.keys() - {"tag", "webhook_id"}:
        raise invalid_request("The body may have tag and webhook_id.")
    changed = replace(
        row,
        tag=_tag(body) if "tag" in body else row.tag,
        webhook_id=_webhook_of(state, caller, body) if "webhook_id" in body else row.webhook_id,
        updated_at=state.now,
    )
    state.subscriptions.put(changed)
    total = len(_own_rows(state, caller))
    return JSONResponse({"data": {"subscription": _show(changed), "total_subscriptions": total}})


def unsubscribe(state: XState, caller: Caller, subscription_id: str) -> Response:
    require_app(caller)
    state.subscriptions.remove(_own_row(state, caller, subscription_id).id)
    return JSONResponse({"data": {"deleted": True}})


def unsubscribe_many(state: XState, call: Call, caller: Caller) -> Response:
    """DELETE /2/activity/subscriptions?ids=."""
    require_app(caller)
    ids = [part for part in call.query.get("ids", "").split(",") if part]
    if not ids:
        raise invalid_request("The `ids` query parameter can not be empty", ids="")
    data, errors = [], []
    for subscription_id in ids:
        row = state.subscriptions.find(subscription_id)
        if row and row.app_id == caller.app_id:
            state.subscriptions.remove(row.id)
            data.append({"subscription_id": row.id, "deleted": True})
        else:
            errors.append(
                {"subscription_id": subscription_id, "message": "Subscription not found", "reason": "NotFound"}
            )
    body: dict[str, Any] = {"data": data, "meta": {"total_subscriptions": len(_own_rows(state, caller))}}
    return JSONResponse({**body, "errors": errors} if errors else body)


def _require_entitled(caller: Caller, kind: str, user_id: str) -> None:
    scope = EVENTS[kind]
    if kind == "oauth.revoke":
        require_app(caller)
    elif not scope:
        return
    elif caller.user is None:
        raise refuse(
            403,
            "Unsupported Authentication",
            f"Authenticating with OAuth 2.0 Application-Only is forbidden for the event {kind}. "
            "Supported authentication types are [OAuth 1.0a User Context, OAuth 2.0 User Context].",
            "unsupported-authentication",
        )
    elif caller.user.id != user_id or scope not in caller.scopes:
        raise forbidden(f"The token must be that of the user in the filter and have the scope {scope}.")


def _webhook_of(state: XState, caller: Caller, body: dict[str, Any]) -> str:
    webhook_id = str(body.get("webhook_id", ""))
    webhook = state.webhooks.find(webhook_id) if webhook_id else None
    if webhook_id and (webhook is None or webhook.app_id != caller.app_id):
        raise invalid_request("WebhookIdInvalid: no such webhook", webhook_id=webhook_id)
    return webhook_id


def _tag(body: dict[str, Any]) -> str:
    tag = str(body.get("tag", ""))
    if len(tag) > limits.TAG_LENGTH or ("tag" in body and not tag):
        raise invalid_request(f"[$.tag: must have 1 to {limits.TAG_LENGTH} characters]", tag=tag)
    return tag


def _own_rows(state: XState, caller: Caller) -> list[Subscription]:
    """An app sees all of its own; a user those about themselves."""
    return [
        row
        for row in state.subscriptions.all()
        if row.app_id == caller.app_id and (caller.user is None or row.user_id == caller.user.id)
    ]


def _own_row(state: XState, caller: Caller, subscription_id: str) -> Subscription:
    row = state.subscriptions.find(subscription_id)
    if row is None or row.app_id != caller.app_id:
        raise refuse(404, "Not Found Error", f"Could not find subscription [{subscription_id}].", "resource-not-found")
    return row


def _show(row: Subscription) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "subscription_id": row.id,
        "event_type": row.event_type,
        "filter": {"user_id": row.user_id} if row.user_id else {},
        "created_at": iso_milliseconds(row.created_at),
        "updated_at": iso_milliseconds(row.updated_at),
    }
    if row.direction:
        shown["filter"]["direction"] = row.direction
    return shown | {name: value for name, value in (("tag", row.tag), ("webhook_id", row.webhook_id)) if value}
