"""What X calls us with: its challenge, and signed events of the X Activity API.

Both are signed with the app's consumer secret, whatever token an account uses. Sources: docs.x.com, "Webhooks,
quickstart" and "X Activity API, introduction", read 2026-08-22.
"""

import hashlib
import hmac
import json
from base64 import b64encode
from collections.abc import Iterator, Mapping
from typing import Any

from integrations.engagement import Arrived, Change, Delivered, Incoming, WebhookRefused
from integrations.networks.x import messages, private
from lib.http import read_json

SIGNATURE = "x-twitter-webhooks-signature"
POSTS = frozenset({"post.reply.create", "post.mention.create", "post.quote.create", "post.create"})
PRIVATE = frozenset({"dm.received", "dm.sent"})
DELETION, REVOCATION = "post.delete", "oauth.revoke"


def answer_challenge(arrived: Arrived, *, secret: str) -> tuple[str, str] | None:
    """Return the proof that we know the secret, when X asks for it.

    Anybody may ask, and the proof is made like the signature of a body, so whatever could be a body with an event (an
    object of JSON) is never signed. X's tokens are random letters.
    """
    token = arrived.query.get("crc_token")
    if token is None:
        return None
    if not secret or "{" in token:
        raise WebhookRefused
    return "application/json", json.dumps({"response_token": _signature(secret, token.encode())})


def read(arrived: Arrived, *, secret: str) -> tuple[Delivered, ...]:
    """Return the events of a body whose signature is X's."""
    given = arrived.headers.get(SIGNATURE, "")
    if not secret or not hmac.compare_digest(given.encode(), _signature(secret, arrived.body).encode()):
        raise WebhookRefused
    try:
        document = read_json(arrived.body)
    except ValueError:
        raise WebhookRefused from None
    data = document.get("data") if isinstance(document, dict) else None
    found = data if isinstance(data, list) else [data]
    return tuple(
        each for event in found if isinstance(event, dict) for each in _delivered(event, document.get("includes"))
    )


def read_event(payload: Mapping[str, Any], *, account_id: str) -> tuple[Incoming, ...]:
    """Return what a stored event says. Raises ValueError when it is malformed."""
    try:
        return tuple(_read(payload, account_id))
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"not an event of X's: {type(error).__name__}") from None


def _delivered(event: Mapping[str, Any], includes: object) -> Iterator[Delivered]:
    kind, payload = str(event.get("event_type") or ""), event.get("payload")
    if not isinstance(payload, dict):
        return
    whose = event.get("filter")
    account_id = str((whose if isinstance(whose, dict) else {}).get("user_id") or "")
    if kind == REVOCATION:
        account_id = str(payload.get("user_id") or account_id)
    elif kind not in POSTS | PRIVATE | {DELETION}:
        return
    if account_id:
        kept = {"event_type": kind, "payload": payload, "includes": event.get("includes") or includes or {}}
        yield Delivered(
            account_id=account_id,
            key=str(event.get("event_uuid") or "") or _key(account_id, kept),
            payload=kept,
            access_ended=account_id if kind == REVOCATION else "",
        )


def _read(event: Mapping[str, Any], account_id: str) -> Iterator[Incoming]:
    kind, post = event["event_type"], event["payload"]
    if kind == DELETION:
        yield Incoming(change=Change.DELETED, message_id=str(post["id"]))
    elif kind in POSTS:
        found = messages.message(post, around=messages.around(event.get("includes")), account_id=account_id)
        if not messages.is_own_post(found):
            yield messages.incoming(found)
    elif kind in PRIVATE:
        yield from map(private.incoming, private.from_push(post, account_id=account_id))


def _key(account_id: str, event: Mapping[str, Any]) -> str:
    text = json.dumps([account_id, event], sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _signature(secret: str, body: bytes) -> str:
    return "sha256=" + b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest()).decode()
