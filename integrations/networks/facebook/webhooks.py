"""What Meta calls us with: its handshake, signed events, and signed notices that a person left.

Sources: developers.facebook.com, "Webhooks, Getting started", "Webhooks for Pages", "Messenger Platform, Webhooks",
"Data deletion callback", read 2026-11-22.
"""

import binascii
import hashlib
import hmac
import json
from base64 import urlsafe_b64decode
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import parse_qs

from integrations.engagement import Arrived, Change, Delivered, Incoming, IncomingMessage, WebhookRefused
from integrations.networks.facebook import messages
from lib.http import read_json

SIGNATURE = "x-hub-signature-256"
CHANGES = {
    "add": Change.WRITTEN,
    "edit": Change.EDITED,
    "edited": Change.EDITED,
    "hide": Change.HIDDEN,
    "unhide": Change.SHOWN,
    "remove": Change.DELETED,
}
# What can stand on a page's wall. Reactions and what else has no words are not kept at all.
POSTS = frozenset({"post", "status", "photo", "video", "share", "link", "album"})
FIELDS = frozenset({"feed", "mention", "ratings"})
MESSAGING = ("message", "message_edit")


def answer_handshake(arrived: Arrived, *, verify_token: str) -> tuple[str, str] | None:
    """Return Meta's challenge when it brings our own word with it."""
    if arrived.query.get("hub.mode") != "subscribe":
        return None
    if not verify_token or not _equal(arrived.query.get("hub.verify_token", ""), verify_token):
        raise WebhookRefused
    return "text/plain", arrived.query.get("hub.challenge", "")


def read(arrived: Arrived, *, secret: str) -> tuple[Delivered, ...]:
    """Return the events of a body whose signature is Meta's."""
    expected = "sha256=" + hmac.new(secret.encode(), arrived.body, hashlib.sha256).hexdigest()
    if not secret or not _equal(arrived.headers.get(SIGNATURE, ""), expected):
        raise WebhookRefused
    document = _document(arrived.body)
    if document.get("object") != "page":
        return ()
    return tuple(each for entry in _list(document.get("entry")) for each in _events(entry))


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


def read_event(payload: Mapping[str, Any], *, account_id: str) -> tuple[Incoming, ...]:
    """Return what a stored event says. Raises ValueError when it is malformed."""
    try:
        return tuple(_read(payload, account_id))
    except (KeyError, TypeError, AttributeError, OverflowError) as error:
        raise ValueError(f"not an event of Facebook's: {type(error).__name__}") from None


# -- cutting -----------------------------------------------------------------------------------------------------------


def _events(entry: Mapping[str, Any]) -> Iterator[Delivered]:
    account_id = str(entry.get("id") or "")
    if not account_id:
        return
    for change in _list(entry.get("changes")):
        if change.get("field") in FIELDS and _is_known(change.get("value")):
            payload = {"time": entry.get("time"), "field": change["field"], "value": change["value"]}
            yield Delivered(account_id=account_id, key=_key(account_id, payload), payload=payload)
    for event in (*_list(entry.get("messaging")), *_list(entry.get("standby"))):
        if any(isinstance(event.get(each), Mapping) for each in MESSAGING):
            yield Delivered(account_id=account_id, key=_key(account_id, event), payload={"messaging": event})


def _is_known(value: object) -> bool:
    if not isinstance(value, Mapping) or value.get("verb") not in CHANGES:
        return False
    return value.get("item") in POSTS | {"comment", "rating"}


def _key(account_id: str, event: Mapping[str, Any]) -> str:
    """Meta gives its events no id: the same words at the same second are the same event."""
    text = json.dumps([account_id, event], sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


# -- reading -----------------------------------------------------------------------------------------------------------


def _read(payload: Mapping[str, Any], account_id: str) -> Iterator[Incoming]:
    if "messaging" in payload:
        yield _private(payload["messaging"], account_id)
        return
    value = payload["value"]
    change = CHANGES[value["verb"]]
    if payload["field"] == "ratings":
        message = messages.told_review(value, account_id=account_id)
    elif value["item"] == "comment":
        message = messages.told_comment(value, account_id=account_id)
    else:
        message = messages.told_visit(value, account_id=account_id)
        if change is not Change.DELETED and (message.by_account or message.author is None):
            return  # the page's own post: what it publishes is no message to it
    happened_at = message.written_at if change is Change.WRITTEN else messages.moment(payload.get("time"))
    if change in {Change.HIDDEN, Change.SHOWN, Change.DELETED}:
        yield Incoming(change=change, message_id=message.network_id, happened_at=happened_at)
        return
    yield Incoming(
        change=change,
        message_id=message.network_id,
        message=message,
        happened_at=happened_at,
        needs_fetch=_is_wordless(message, value),
    )


def _private(event: Mapping[str, Any], account_id: str) -> Incoming:
    message = messages.told_private(event, account_id=account_id)
    happened_at = message.edited_at or message.written_at
    if (event.get("message") or {}).get("is_deleted") is True:
        return Incoming(change=Change.DELETED, message_id=message.network_id, happened_at=happened_at)
    change = Change.WRITTEN if "message" in event else Change.EDITED
    return Incoming(change=change, message_id=message.network_id, message=message, happened_at=happened_at)


def _is_wordless(message: IncomingMessage, value: Mapping[str, Any]) -> bool:
    """Mentions come without their words, and now and then an edit. A review may have none."""
    return value["item"] != "rating" and not message.text and not message.attachments


def _document(body: bytes) -> Mapping[str, Any]:
    try:
        document = read_json(body)
    except ValueError:
        raise WebhookRefused from None
    if not isinstance(document, dict):
        raise WebhookRefused
    return document


def _list(value: object) -> list[Mapping[str, Any]]:
    return [each for each in value if isinstance(each, Mapping)] if isinstance(value, list) else []


def _equal(given: str, expected: str) -> bool:
    return hmac.compare_digest(given.encode(), expected.encode())


def _unpadded(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))
