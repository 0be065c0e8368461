"""POST /{account}/subscribed_apps: described for Instagram Login only, and used by some with Facebook Login.

The sandbox's setting instagram_told_by says whether Meta takes it here (account) or knows only the page's (page).
"""

from starlette.responses import JSONResponse, Response

from sandbox.networks.facebook.errors import bad_parameter, no_such_object
from sandbox.networks.facebook.oauth import parse_list
from sandbox.networks.instagram.graph import Reading, require_account
from sandbox.networks.instagram.state import Account, Subscription
from sandbox.networks.instagram.webhooks import WEBHOOK_FIELDS


def subscribe(reading: Reading, account_id: str) -> Response:
    account = _tellable(reading, account_id)
    fields = parse_list(reading.params.get("subscribed_fields", ""))
    if not fields or (unknown := [name for name in fields if name not in WEBHOOK_FIELDS]):
        raise bad_parameter(
            f"Param subscribed_fields must be one of {{{', '.join(sorted(WEBHOOK_FIELDS))}}} - got {fields and unknown}"
        )
    key = f"{account.id}:{reading.speaker.app.id}"
    reading.instagram.subscriptions.put(
        Subscription(id=key, account_id=account.id, app_id=reading.speaker.app.id, fields=fields)
    )
    return JSONResponse({"success": True})


def unsubscribe(reading: Reading, account_id: str) -> Response:
    account = _tellable(reading, account_id)
    reading.instagram.subscriptions.remove(f"{account.id}:{reading.speaker.app.id}")
    return JSONResponse({"success": True})


def list_subscriptions(reading: Reading, account_id: str) -> Response:
    account = _tellable(reading, account_id)
    apps = reading.state.world.apps.facebook
    rows = [row for row in reading.instagram.subscriptions.all() if row.account_id == account.id]
    data = [{"id": row.app_id, "name": apps[row.app_id].name, "subscribed_fields": row.fields} for row in rows]
    return JSONResponse({"data": data})


def _tellable(reading: Reading, account_id: str) -> Account:
    if reading.instagram.world.settings.instagram_told_by != "account":
        raise no_such_object(account_id, reading.call.method)
    return require_account(reading, account_id, "pages_manage_metadata")
