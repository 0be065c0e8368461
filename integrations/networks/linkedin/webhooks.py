"""What LinkedIn calls us with: its challenge, and signed notifications of what happened to a page.

Sources: learn.microsoft.com/linkedin, "Webhook validation" and "Organization Social Action Notifications", 2026-06-10.
"""

import hashlib
import hmac
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from integrations.engagement import Arrived, Delivered, Incoming, WebhookRefused
from integrations.networks.linkedin import messages
from integrations.networks.linkedin.client import EVENT_TYPE
from lib.http import read_json

SIGNATURE = "x-li-signature"
SIGNED_WITH = b"hmacsha256="  # part of what is signed, not of the header
_CHALLENGE = re.compile(r"[0-9A-Za-z-]{1,100}")


def answer_challenge(arrived: Arrived, *, secret: str) -> tuple[str, str] | None:
    """Return the proof that we know the app's secret, when LinkedIn asks for it.

    Anybody may ask, so only what can be a challenge (letters, figures and dashes) is signed: no body that LinkedIn
    would send has that form, and bodies are signed with a word in front.
    """
    challenge = arrived.query.get("challengeCode")
    if challenge is None:
        return None
    if not secret or not _CHALLENGE.fullmatch(challenge):
        raise WebhookRefused
    proof = hmac.new(secret.encode(), challenge.encode(), hashlib.sha256).hexdigest()
    return "application/json", json.dumps({"challengeCode": challenge, "challengeResponse": proof})


def read(arrived: Arrived, *, secret: str) -> tuple[Delivered, ...]:
    """Return the notifications of a body whose signature is LinkedIn's."""
    expected = hmac.new(secret.encode(), SIGNED_WITH + arrived.body, hashlib.sha256).hexdigest()
    given = arrived.headers.get(SIGNATURE, "").removeprefix(SIGNED_WITH.decode())
    if not secret or not hmac.compare_digest(given.encode(), expected.encode()):
        raise WebhookRefused
    try:
        document = read_json(arrived.body)
    except ValueError:
        raise WebhookRefused from None
    if not isinstance(document, dict) or document.get("type") != EVENT_TYPE:
        return ()
    notifications = document.get("notifications")
    found = notifications if isinstance(notifications, list) else []
    return tuple(each for notification in found if isinstance(notification, dict) for each in _delivered(notification))


def read_event(payload: Mapping[str, Any], *, account_id: str) -> tuple[Incoming, ...]:
    """Return what a stored notification says. Raises ValueError when it is malformed."""
    try:
        found = messages.told(payload, account_id=account_id)
    except (KeyError, TypeError, AttributeError, OverflowError) as error:
        raise ValueError(f"not a notification of LinkedIn's: {type(error).__name__}") from None
    return (found,) if found else ()


def _delivered(notification: Mapping[str, Any]) -> Iterator[Delivered]:
    """LinkedIn numbers its notifications. Each is told to every member of ours who subscribed."""
    account_id, number = str(notification.get("organizationalEntity") or ""), notification.get("notificationId")
    if account_id and number and notification.get("action") in messages.ACTIONS:
        payload = {name: value for name, value in notification.items() if name != "subscriber"}
        yield Delivered(account_id=account_id, key=str(number), payload=payload)
