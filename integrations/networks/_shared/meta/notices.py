"""What Meta calls us with: its handshake, signed events, and signed notices that a person left.

Sources: developers.facebook.com, "Webhooks, Getting started" and "Data deletion callback", read 2026-11-22.
"""

import binascii
import hashlib
import hmac
import json
from base64 import urlsafe_b64decode
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs

from integrations.engagement import Arrived, WebhookRefused
from lib.http import read_json

SIGNATURE = "x-hub-signature-256"


def answer_handshake(arrived: Arrived, *, verify_token: str) -> tuple[str, str] | None:
    """Return Meta's challenge when it brings our own word with it."""
    if arrived.query.get("hub.mode") != "subscribe":
        return None
    if not verify_token or not _equal(arrived.query.get("hub.verify_token", ""), verify_token):
        raise WebhookRefused
    return "text/plain", arrived.query.get("hub.challenge", "")


def entries(arrived: Arrived, *, secret: str, about: str) -> list[Mapping[str, Any]]:
    """Return the entries of a body whose signature is Meta's; none when it speaks of another object."""
    expected = "sha256=" + hmac.new(secret.encode(), arrived.body, hashlib.sha256).hexdigest()
    if not secret or not _equal(arrived.headers.get(SIGNATURE, ""), expected):
        raise WebhookRefused
    document = _document(arrived.body)
    return listed(document.get("entry")) if document.get("object") == about else []


def read_farewell(arrived: Arrived, *, secret: str) -> str:
    """Return whose app-scoped id a ``signed_request`` names (de-authorisation, data deletion)."""
    form = parse_qs(arrived.body.decode("ascii", "replace"))
    signature, _, payload = (form.get("signed_request") or [""])[0].partition(".")
    expected = hmac.new(secret.encode(), payload.encode(), hashlib.sha256).digest()
    try:
        given = _unpadded(signature)
        if not secret or not hmac.compare_digest(given, expected):
            raise WebhookRefused
        notice = _document(_unpadded(payload))
    except (binascii.Error, ValueError):
        raise WebhookRefused from None
    if str(notice.get("algorithm", "")).upper() != "HMAC-SHA256" or not notice.get("user_id"):
        raise WebhookRefused
    return str(notice["user_id"])


def key_of(account_id: str, event: Mapping[str, Any]) -> str:
    """Meta gives its events no id: the same words at the same second are the same event."""
    text = json.dumps([account_id, event], sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def listed(value: object) -> list[Mapping[str, Any]]:
    """Return the objects of a list, and nothing else that a stranger may have put there."""
    return [each for each in value if isinstance(each, Mapping)] if isinstance(value, list) else []


def _document(body: bytes) -> Mapping[str, Any]:
    try:
        document = read_json(body)
    except ValueError:
        raise WebhookRefused from None
    if not isinstance(document, dict):
        raise WebhookRefused
    return document


def _equal(given: str, expected: str) -> bool:
    return hmac.compare_digest(given.encode(), expected.encode())


def _unpadded(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))
