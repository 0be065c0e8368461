"""Subscriptions to webhooks: where an app wants them, and of which pages.

Source: Graph API /{app}/subscriptions and /{page}/subscribed_apps references; read 2026-11-22 through dated copies.
"""

import secrets
from urllib.parse import urlencode, urlsplit

from starlette.responses import JSONResponse, Response

from sandbox.networks.facebook import limits
from sandbox.networks.facebook.errors import bad_parameter, refuse
from sandbox.networks.facebook.graph import Reading
from sandbox.networks.facebook.oauth import parse_list, require_page
from sandbox.networks.facebook.state import AppSubscription, PageSubscription
from sandbox.networks.facebook.webhooks import WEBHOOK_FIELDS
from sandbox.webhooks.client import Client, Unreachable

LOCAL = {"127.0.0.1", "localhost", "::1"}


def subscribe_page(reading: Reading, page_id: str) -> Response:
    """POST /{page}/subscribed_apps: replaces the list given before."""
    page = require_page(reading.speaker, page_id, "pages_manage_metadata", task="MODERATE")
    fields = parse_list(reading.params.get("subscribed_fields", ""))
    if not fields:
        raise bad_parameter("The parameter subscribed_fields is required.")
    if unknown := [name for name in fields if name not in WEBHOOK_FIELDS]:
        raise bad_parameter(
            f"Param subscribed_fields must be one of {{{', '.join(sorted(WEBHOOK_FIELDS))}}} - got {unknown}"
        )
    app_id = reading.speaker.app.id
    reading.state.page_subscriptions.put(
        PageSubscription(id=f"{page.id}:{app_id}", page_id=page.id, app_id=app_id, fields=fields)
    )
    return JSONResponse({"success": True})


def unsubscribe_page(reading: Reading, page_id: str) -> Response:
    page = require_page(reading.speaker, page_id, "pages_manage_metadata", task="MODERATE")
    reading.state.page_subscriptions.remove(f"{page.id}:{reading.speaker.app.id}")
    return JSONResponse({"success": True})


def list_page_subscriptions(reading: Reading, page_id: str) -> Response:
    page = require_page(reading.speaker, page_id, "pages_manage_metadata")
    apps = reading.state.world.apps.facebook
    rows = [row for row in reading.state.page_subscriptions.all() if row.page_id == page.id]
    data = [{"id": row.app_id, "name": apps[row.app_id].name, "subscribed_fields": row.fields} for row in rows]
    return JSONResponse({"data": data})


async def subscribe_app(reading: Reading, app_id: str) -> Response:
    """POST /{app}/subscriptions with the app's own token; the address must first answer a challenge."""
    params = reading.params
    _require_app(reading, app_id)
    for name in ("object", "callback_url", "verify_token"):
        if not params.get(name):
            raise bad_parameter(f"The parameter {name} is required.")
    fields = parse_list(params.get("fields", ""))
    known = {"page": WEBHOOK_FIELDS, **reading.state.told_of}.get(params["object"])
    if known is None:
        raise bad_parameter(f"Param object must be one of the known ones - got {params['object']}")
    if unknown := [name for name in fields if name not in known]:
        raise bad_parameter(f"Invalid fields for object {params['object']}: {unknown}")
    await _shake_hands(params["callback_url"], params["verify_token"])
    reading.state.app_subscriptions.put(
        AppSubscription(
            id=f"{app_id}:{params['object']}",
            app_id=app_id,
            object=params["object"],
            callback_url=params["callback_url"],
            verify_token=params["verify_token"],
            fields=fields,
            include_values=params.get("include_values", "true").lower() in {"true", "1"},
        )
    )
    return JSONResponse({"success": True})


async def _shake_hands(url: str, verify_token: str) -> None:
    """Ask the address to repeat a challenge. Raises code 2200 with what it did instead."""
    parts = urlsplit(url)
    if parts.scheme != "https" and parts.hostname not in LOCAL:
        raise refuse(2200, "(#2200) Callback verification failed: callback_url must be https")
    challenge = str(secrets.randbelow(10**9) + 10**9)
    query = urlencode({"hub.mode": "subscribe", "hub.challenge": challenge, "hub.verify_token": verify_token})
    client = Client()
    try:
        answer = await client.send(
            "GET", f"{url}{'&' if parts.query else '?'}{query}", {"User-Agent": "facebookplatform/1.0"}
        )
        said = f"HTTP Status Code = {answer.status}; response does not match challenge"
        fits = answer.status == 200 and answer.body.decode("latin-1").strip() == challenge
    except (Unreachable, TimeoutError) as error:
        fits, said = False, f"no answer ({type(error).__name__})"
    finally:
        client.close()
    if not fits:
        raise refuse(2200, f"(#2200) Callback verification failed with the following errors: {said}")


def unsubscribe_app(reading: Reading, app_id: str) -> Response:
    _require_app(reading, app_id)
    for row in reading.state.app_subscriptions.all():
        if row.app_id == app_id and reading.params.get("object", row.object) == row.object:
            reading.state.app_subscriptions.remove(row.id)
    return JSONResponse({"success": True})


def list_app_subscriptions(reading: Reading, app_id: str) -> Response:
    _require_app(reading, app_id)
    rows = [row for row in reading.state.app_subscriptions.all() if row.app_id == app_id]
    data = [
        {
            "object": row.object,
            "callback_url": row.callback_url,
            "active": True,
            "fields": [{"name": name, "version": limits.API_VERSION} for name in row.fields],
        }
        for row in rows
    ]
    return JSONResponse({"data": data})


def _require_app(reading: Reading, app_id: str) -> None:
    if reading.speaker.token is not None or reading.speaker.app.id != app_id:
        raise refuse(15, "(#15) This method must be called with an app access_token.")
