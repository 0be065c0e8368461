"""Subscriptions of the X Activity API.

Source: docs.x.com, X Activity API, and its OpenAPI 2.167, read 2026-08-22.
"""

from dataclasses import replace
from typing import Any

from starlette.responses import JSONResponse, Response

from sandbox.calls import Call
from sandbox.clock import iso_milliseconds
from sandbox.networks.x import limits
from sandbox.networks.x.errors import forbidden, invalid_request, refuse
from sandbox.networks.x.oauth import Caller, require_app
from sandbox.networks.x.state import Subscription, XState

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
