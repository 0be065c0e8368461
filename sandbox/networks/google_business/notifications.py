"""Telling apps: an account's notification setting, and Cloud Pub/Sub that pushes what Google published on its topic.

Source: discovery document mybusinessnotifications.v1, revision 20261102; Pub/Sub, "Push subscriptions" and
"Authentication for push subscriptions", read 2026-11-22 through dated copies. Of the JSON inside a message only the
names of its fields are documented, in two spellings: the setting `google_notification_dialect` chooses.
"""

import base64
import json
import re
import time
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from starlette.responses import JSONResponse, Response

from sandbox.networks._google.keys import ISSUER, SigningKey
from sandbox.networks.google_business import limits
from sandbox.networks.google_business.asking import Asking
from sandbox.networks.google_business.errors import invalid_field
from sandbox.networks.google_business.state import BusinessState, NotificationSetting, PushSubscription, Review
from sandbox.webhooks.courier import Parcel

TOPIC = re.compile(r"^projects/[^/]+/topics/[^/]+$")
TYPES = {
    "GOOGLE_UPDATE", "NEW_REVIEW", "UPDATED_REVIEW", "NEW_CUSTOMER_MEDIA", "NEW_QUESTION", "UPDATED_QUESTION",
    "NEW_ANSWER", "UPDATED_ANSWER", "DUPLICATE_LOCATION", "LOSS_OF_VOICE_OF_MERCHANT", "VOICE_OF_MERCHANT_UPDATED",
}  # fmt: skip
TOKEN_SECONDS = 3600


def read_setting(ask: Asking, account_id: str) -> Response:
    account = ask.account(account_id)
    return JSONResponse(_setting(ask.state.settings.find(account.id), account.id))


def write_setting(ask: Asking, account_id: str) -> Response:
    """PATCH with `updateMask`; there is one setting for all apps."""
    account = ask.account(account_id)
    mask = {_snake(part.strip()) for part in ask.call.query.get("updateMask", "").split(",") if part.strip()}
    if not mask or not mask <= {"pubsub_topic", "notification_types"}:
        raise invalid_field("update_mask", "The mask must name pubsub_topic or notification_types.")
    row = ask.state.settings.find(account.id) or NotificationSetting(id=account.id, topic="", types=[])
    if "pubsub_topic" in mask:
        topic = str(ask.body.get("pubsubTopic") or "")
        if topic and not TOPIC.match(topic):
            raise invalid_field("notification_setting.pubsub_topic", "Must be projects/{project}/topics/{topic}.")
        row = replace(row, topic=topic)
    if "notification_types" in mask:
        types = [str(each) for each in ask.body.get("notificationTypes") or []]
        if unknown := set(types) - TYPES:
            raise invalid_field("notification_setting.notification_types", f"Invalid value: {min(unknown)}")
        row = replace(row, types=types)
    return JSONResponse(_setting(ask.state.settings.put(row), account.id))


def _setting(row: NotificationSetting | None, account_id: str) -> dict[str, Any]:
    found: dict[str, Any] = {"name": f"accounts/{account_id}/notificationSetting"}
    if row and row.topic:
        found["pubsubTopic"] = row.topic
    if row and row.types:
        found["notificationTypes"] = row.types
    return found


def _snake(name: str) -> str:
    return re.sub(r"([A-Z])", lambda found: f"_{found[1].lower()}", name)


# What happened


def tell_review(state: BusinessState, review: Review, kind: str) -> None:
    """Kind is NEW_REVIEW or UPDATED_REVIEW. That one was removed is told to nobody."""
    _tell(state, review.location_id, kind, review_id=review.id)


def tell_standing(state: BusinessState, location_id: str) -> None:
    """A profile's standing changed."""
    _tell(state, location_id, "VOICE_OF_MERCHANT_UPDATED")


def _tell(state: BusinessState, location_id: str, kind: str, *, review_id: str = "") -> None:
    """Tell those who asked, once for each account in which the profile stands."""
    location = state.locations.find(location_id)
    for account_id in location.account_ids if location else []:
        setting = state.settings.find(account_id)
        subscription = state.subscriptions.find(setting.topic) if setting and kind in setting.types else None
        if subscription is None:
            continue
        parent = f"accounts/{account_id}/locations/{location_id}"
        names = {"reviewName": f"{parent}/reviews/{review_id}"} if review_id else {}
        state.world.courier.post(
            "google_business",
            app_id=subscription.app_id,
            url=subscription.address,
            account=location_id,
            kind=kind,
            object_id=review_id or location_id,
            entry=_message(state, subscription, kind, {**names, "locationName": parent}),
        )


def _message(state: BusinessState, subscription: PushSubscription, kind: str, names: dict[str, str]) -> str:
    data = {"notificationType": kind, **names}
    if state.world.settings.google_notification_dialect == "v1":
        data = {"type": kind, **{_snake(name): value for name, value in names.items()}}
    at = datetime.fromtimestamp(state.now, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    number = state.new_id()
    return json.dumps(
        {
            "message": {
                "data": base64.b64encode(json.dumps(data).encode()).decode(),
                "messageId": number,
                "message_id": number,
                "publishTime": at,
                "publish_time": at,
                "attributes": {},
            },
            "subscription": subscription.name,
        },
        separators=(",", ":"),
    )


@dataclass
class PubSubSender:
    """How pushes look: one message a request, with a token of Google's that says whose subscription it is."""

    state: BusinessState
    key: SigningKey
    batches: bool = False

    def wrap(self, entries: list[str]) -> bytes:
        return entries[0].encode()

    def headers(self, app_id: str, body: bytes) -> dict[str, str]:
        name = json.loads(body)["subscription"]
        subscription = next(row for row in self.state.subscriptions.all() if row.name == name)
        now = int(time.time())  # who checks it lives in real time
        token = self.key.sign(
            {
                "aud": subscription.audience,
                "azp": "117000000000000000001",
                "email": subscription.email,
                "email_verified": True,
                "exp": now + TOKEN_SECONDS,
                "iat": now,
                "iss": ISSUER,
                "sub": "117000000000000000001",
            }
        )
        return {
            "Authorization": f"Bearer {token}",
            "Content-Type": "application/json",
            "User-Agent": "APIs-Google; (+https://developers.google.com/webmasters/APIs-Google.html)",
        }

    def wait(self, parcel: Parcel, attempt: int) -> float | None:
        if self.state.now - parcel.at >= limits.RETRY_UNTIL_SECONDS:
            return None
        return limits.RETRY_SECONDS[min(attempt, len(limits.RETRY_SECONDS)) - 1]

    def heard(self, parcel: Parcel, *, ok: bool) -> None:
        """Nothing is learnt from it: messages wait as long as they are kept."""
