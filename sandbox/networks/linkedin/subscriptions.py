"""Being told of a page: addresses and their challenges, subscriptions, and what may be asked for afterwards.

Source: learn.microsoft.com/linkedin, Webhook validation and Organization Social Action Notifications (2026-06-10). An
address is entered in the developer portal, which the twin has not got: here the first subscription that names one
enters it.
"""

import asyncio
import json
import uuid
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode, urlsplit

from starlette.responses import JSONResponse, Response

from sandbox.calls import Call
from sandbox.networks.linkedin import limits, webhooks
from sandbox.networks.linkedin.errors import denied, gone, invalid, missing_field
from sandbox.networks.linkedin.oauth import Caller
from sandbox.networks.linkedin.restli import Query, milliseconds, page_of, time_range
from sandbox.networks.linkedin.state import ADMINISTRATOR, Address, LinkedInState, Subscription
from sandbox.webhooks.client import Client, Unreachable

LOCAL = {"127.0.0.1", "localhost", "::1"}
WHAT = "eventSubscriptions"


async def subscribe(caller: Caller, call: Call, record: dict[str, str]) -> Response:
    """PUT /rest/eventSubscriptions/(...): makes or changes it."""
    _require_webhooks(caller)
    organization = _checked(caller, record)
    body = call.json if isinstance(call.json, dict) else {}
    url = body.get("webhook")
    if not isinstance(url, str) or not url:
        raise missing_field("/webhook")
    await _require_valid(caller.state, caller.app.id, url)
    now = caller.state.now
    caller.state.subscriptions.put(
        Subscription(
            id=_key(record),
            app_id=caller.app.id,
            member_id=caller.member.id,
            organization=organization,
            event_type=record["eventType"],
            url=url,
            created_at=now,
            expires_at=now + limits.SUBSCRIPTION_SECONDS,
        )
    )
    return Response(status_code=204)


def one(caller: Caller, record: dict[str, str]) -> Response:
    _checked(caller, record)
    row = caller.state.subscriptions.find(_key(record))
    if row is None or row.expires_at <= caller.state.now:
        raise gone(_key(record))
    return JSONResponse(_shown(row))


def unsubscribe(caller: Caller, record: dict[str, str]) -> Response:
    _checked(caller, record)
    if caller.state.subscriptions.find(_key(record)) is None:
        raise gone(_key(record))
    caller.state.subscriptions.remove(_key(record))
    return Response(status_code=204)


def several(caller: Caller, query: Query) -> Response:
    """GET /rest/eventSubscriptions?q=subscriberAndEventType: all of the member's."""
    caller.require("rw_organization_admin", what=WHAT)
    if query.text("q", "") != "subscriberAndEventType" or query.text("eventType", "") != webhooks.EVENT_TYPE:
        raise invalid("PARAM_INVALID", "Invalid param q or eventType")
    rows = [
        _shown(row)
        for row in caller.state.subscriptions.all()
        if row.app_id == caller.app.id and row.member_id == caller.member.id and row.expires_at > caller.state.now
    ]
    return page_of(rows, query)


def notifications(caller: Caller, query: Query) -> Response:
    """GET /rest/organizationalEntityNotifications?q=criteria: what happened to a page, newest first."""
    what = "organizationalEntityNotifications.FINDER-criteria"
    caller.require("rw_organization_admin", what=what)
    if query.text("q", "") != "criteria":
        raise invalid("PARAM_INVALID", "Invalid param q")
    organization = caller.require_role(query.text("organizationalEntity"), ADMINISTRATOR, what=what)
    wanted = query.texts("actions") or list(webhooks.ACTIONS)
    if unknown := [action for action in wanted if action not in webhooks.ACTIONS]:
        raise invalid("PARAM_INVALID", f"Invalid param actions: {unknown}")
    start, end = time_range(query.record("timeRange"))
    rows = [
        {**row.told, "subscriber": caller.member.urn}
        for row in caller.state.notifications.newest(organization.id)
        if row.action in wanted and start <= row.at <= end
    ]
    return page_of(rows, query)


# Addresses


async def challenge_due(state: LinkedInState) -> None:
    """Every two hours each address must answer anew; after three failures nothing is sent there any more."""
    due = [
        row
        for row in state.addresses.all()
        if row.valid and state.now - row.checked_at >= limits.CHALLENGE_EVERY_SECONDS
    ]
    for row in due:
        state.addresses.put(replace(row, checked_at=state.now))
        answered = await _challenge(state, row.app_id, row.url)
        failures = 0 if answered else row.failures + 1
        state.addresses.put(
            replace(row, checked_at=state.now, failures=failures, valid=failures < limits.CHALLENGE_FAILURES)
        )


async def _require_valid(state: LinkedInState, app_id: str, url: str) -> None:
    """The address was entered and answers; a blocked one is tried again, as by a click in the portal."""
    parts = urlsplit(url)
    if parts.scheme != "https" and parts.hostname not in LOCAL:
        raise invalid("INVALID_VALUE_FOR_FIELD", "/webhook :: must be https")
    known = state.addresses.find(f"{app_id} {url}")
    if known and known.valid:
        return
    if not await _challenge(state, app_id, url):
        raise invalid("INVALID_VALUE_FOR_FIELD", "/webhook :: is not registered and validated for this application")
    state.addresses.put(Address(id=f"{app_id} {url}", app_id=app_id, url=url, valid=True, checked_at=state.now))


async def _challenge(state: LinkedInState, app_id: str, url: str) -> bool:
    challenge = str(uuid.uuid4())
    query = urlencode({"challengeCode": challenge, "applicationId": state.world.apps.linkedin[app_id].application_id})
    client = Client()
    try:
        async with asyncio.timeout(limits.CHALLENGE_SECONDS):
            answer = await client.send("GET", f"{url}{'&' if urlsplit(url).query else '?'}{query}", {})
        found = json.loads(answer.body)
    except (Unreachable, TimeoutError, ValueError):
        return False
    finally:
        client.close()
    expected = webhooks.answer_to(state.world.apps.linkedin[app_id].secret, challenge)
    return (
        answer.status == 200
        and isinstance(found, dict)
        and found.get("challengeCode") == challenge
        and found.get("challengeResponse") == expected
    )


# Subscriptions


def _require_webhooks(caller: Caller) -> None:
    if caller.app.tier == "development":
        raise denied(f"{WHAT}.UPDATE: webhooks are not enabled for this application")


def _checked(caller: Caller, record: dict[str, str]) -> str:
    """The organisation of a key that is the caller's own. Raises Refused."""
    caller.require("rw_organization_admin", what=WHAT)
    expected = {
        "developerApplication": f"urn:li:developerApplication:{caller.app.application_id}",
        "user": caller.member.urn,
        "eventType": webhooks.EVENT_TYPE,
    }
    for name, value in expected.items():
        if record.get(name) != value:
            raise invalid("INVALID_VALUE_FOR_FIELD", f"/{name} :: {record.get(name)}")
    organization = caller.require_role(record.get("entity", ""), ADMINISTRATOR, what=WHAT)
    return organization.id


def _key(record: dict[str, str]) -> str:
    names = ("developerApplication", "user", "entity", "eventType")
    return ",".join(record.get(name, "") for name in names)


def _shown(row: Subscription) -> dict[str, Any]:
    application, user, entity, event_type = row.id.split(",")
    return {
        "subscriberMetadata": {
            "developerApplication": application,
            "user": user,
            "entity": entity,
            "eventType": event_type,
        },
        "webhook": row.url,
        "expiresAt": milliseconds(row.expires_at),
    }
