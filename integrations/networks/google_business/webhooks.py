"""What Google tells us: Pub/Sub pushes a message whose token Google signed, and the message names a review.

The token's checks are those of "Authentication for push subscriptions": signature by one of Google's keys, issuer,
audience, the subscription's service account, its hour. Of the message only the names of its fields are documented, in
two spellings: it is taken for a hint, and the review is fetched. Read 2026-11-22.
"""

import binascii
import logging
import threading
from base64 import b64decode
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt

from integrations.engagement import (
    Arrived,
    Change,
    Delivered,
    Incoming,
    IncomingMessage,
    MessageKind,
    WebhookRefused,
)
from lib.http import Client, HttpError, read_json

logger = logging.getLogger(__name__)

ISSUERS = ("https://accounts.google.com", "accounts.google.com")
CLOCK_LEEWAY = timedelta(seconds=60)
KEYS_KEPT = timedelta(hours=1)  # Google's own Cache-Control says about six
KEYS_AGAIN = timedelta(minutes=1)  # an unknown key asks for the others anew, no more often than this

CHANGES = {"NEW_REVIEW": Change.WRITTEN, "UPDATED_REVIEW": Change.EDITED}
TELLS = frozenset(CHANGES)
# Both spellings of what a message names.
_KIND = ("notificationType", "notification_type", "type")
_REVIEW = ("reviewName", "review_name", "review")
_LOCATION = ("locationName", "location_name", "location")


class PushVerifier:
    """Tells Google's pushes for one subscription from everybody else's requests. Safe to share between threads."""

    def __init__(self, *, http: Client, certificates_url: str, audience: str, account: str) -> None:
        self._http = http
        self._address = certificates_url
        self._audience = audience
        self._account = account
        self._keys: dict[str, Any] = {}
        self._asked_at: datetime | None = None
        self._lock = threading.Lock()

    def verify(self, arrived: Arrived) -> None:
        """Raise WebhookRefused unless Google pushed this, for our subscription and within the hour."""
        scheme, _, token = arrived.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token or not self._account:
            raise WebhookRefused
        try:
            claims = jwt.decode(
                token,
                self._key_of(token),
                algorithms=["RS256"],
                audience=self._audience,
                issuer=ISSUERS,
                leeway=CLOCK_LEEWAY,
                options={"require": ["exp", "iat", "iss", "aud"]},
            )
        except jwt.PyJWTError:
            raise WebhookRefused from None
        if claims.get("email") != self._account or claims.get("email_verified") is not True:
            raise WebhookRefused

    def _key_of(self, token: str) -> Any:
        """Return the key that a token names; Google changes its keys every few days."""
        name = str(jwt.get_unverified_header(token).get("kid") or "")
        with self._lock:
            now = datetime.now(UTC)
            age = now - self._asked_at if self._asked_at else KEYS_KEPT
            if age >= KEYS_KEPT or (name not in self._keys and age >= KEYS_AGAIN):
                self._fetch_keys(now)
            if name not in self._keys:
                raise WebhookRefused
            return self._keys[name]

    # https://www.googleapis.com/oauth2/v3/certs
    def _fetch_keys(self, now: datetime) -> None:
        """Replace the keys. Where they cannot be had, those that we have serve on and the next push asks again."""
        try:
            answer = self._http.call("GET", self._address)
            found = jwt.PyJWKSet.from_dict(answer.json()) if answer.ok else None
        except (HttpError, ValueError, AttributeError, jwt.PyJWTError) as error:
            logger.warning("Google's certificates were not read: %s", type(error).__name__)
            found = None
        if found is not None:
            self._keys = {str(key.key_id): key for key in found.keys}
            self._asked_at = now


def read(arrived: Arrived) -> tuple[Delivered, ...]:
    """Cut a verified push into events: one, or none where it speaks of something else."""
    message = _object(_document(arrived.body).get("message"))
    told = _told(message)
    review, location = _first(told, _REVIEW), _first(told, _LOCATION)
    location_id = _part_after("locations", location) or _part_after("locations", review)
    review_id = _part_after("reviews", review)
    kind = _first(told, _KIND)
    message_id = str(message.get("messageId") or message.get("message_id") or "")
    if kind not in TELLS or not location_id or not review_id or not message_id:
        return ()
    payload = {
        "kind": kind,
        "review": review_id,
        "published": str(message.get("publishTime") or message.get("publish_time") or ""),
    }
    return (Delivered(account_id=location_id, key=message_id, payload=payload),)


def read_event(payload: Mapping[str, Any]) -> tuple[Incoming, ...]:
    """Return what a stored event says: that there is something to fetch."""
    try:
        change, review_id = CHANGES[payload["kind"]], str(payload["review"])
    except KeyError as error:
        raise ValueError(f"not an event of Google's: {error}") from None
    if not review_id:
        raise ValueError("an event of Google's without a review")
    message = IncomingMessage(
        network_id=review_id,
        kind=MessageKind.REVIEW,
        thread_id=review_id,
    )
    published = str(payload.get("published") or "")
    try:
        happened_at = datetime.fromisoformat(published) if published else None
    except ValueError:
        happened_at = None
    return (Incoming(change=change, message_id=review_id, message=message, happened_at=happened_at, needs_fetch=True),)


def _told(message: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the JSON inside the message; what else Google may put there is no event."""
    try:
        return _object(read_json(b64decode(str(message.get("data") or ""))))
    except (ValueError, binascii.Error):
        return {}


def _document(body: bytes) -> Mapping[str, Any]:
    try:
        return _object(read_json(body))
    except ValueError:
        raise WebhookRefused from None


def _object(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _first(told: Mapping[str, Any], names: tuple[str, ...]) -> str:
    return next((str(told[each]) for each in names if told.get(each)), "")


def _part_after(collection: str, name: str) -> str:
    """Return what follows ``collection`` in a resource's name."""
    parts = name.split("/")
    place = parts.index(collection) + 1 if collection in parts else len(parts)
    return parts[place] if place < len(parts) else ""
