"""Two calls that Facebook makes about a person: the app was removed, and delete what you have of me.

Source: Facebook Login, deauthorise and data-deletion call-backs, read 2026-11-22 through dated copies. The addresses
stand in an app's dashboard, which is /_control/callbacks here.
"""

import base64
import hashlib
import hmac
import json
from typing import Any
from urllib.parse import urlencode

from sandbox.networks.facebook import limits
from sandbox.networks.facebook.state import FacebookState
from sandbox.webhooks.client import Client, Unreachable


def signed_request(secret: str, payload: dict[str, Any]) -> str:
    """Signature and payload in base64url without padding; the signature is over the encoded payload."""
    encoded = _base64url(json.dumps(payload, separators=(",", ":")).encode())
    return f"{_base64url(hmac.new(secret.encode(), encoded.encode(), hashlib.sha256).digest())}.{encoded}"


def _base64url(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).decode().rstrip("=")


async def tell_deauthorised(state: FacebookState, app_id: str, person_id: str) -> dict[str, Any] | None:
    """What the app answered; None when it named no address."""
    row = state.callbacks.find(app_id)
    return await _post(state, app_id, row.deauthorise_url, person_id) if row and row.deauthorise_url else None


async def ask_for_deletion(state: FacebookState, app_id: str, person_id: str) -> dict[str, Any] | None:
    """A right answer is JSON with a url, where the person may follow it, and a confirmation_code."""
    row = state.callbacks.find(app_id)
    return await _post(state, app_id, row.deletion_url, person_id) if row and row.deletion_url else None


async def _post(state: FacebookState, app_id: str, url: str, person_id: str) -> dict[str, Any]:
    now = int(state.now)
    payload = {"algorithm": "HMAC-SHA256", "issued_at": now, "expires": now + limits.HOUR, "user_id": person_id}
    form = urlencode({"signed_request": signed_request(state.world.apps.facebook[app_id].secret, payload)})
    client = Client()
    try:
        headers = {"Content-Type": "application/x-www-form-urlencoded", "User-Agent": "facebookplatform/1.0"}
        answer = await client.send("POST", url, headers, form.encode())
    except (Unreachable, TimeoutError) as error:
        return {"app": app_id, "url": url, "status": 0, "answer": str(error)}
    finally:
        client.close()
    text = answer.body.decode("utf-8", "replace")
    try:
        said: Any = json.loads(text)
    except ValueError:
        said = text
    return {"app": app_id, "url": url, "status": answer.status, "answer": said}
