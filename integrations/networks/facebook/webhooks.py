"""What Meta tells us about a page: events, cut and read. Handshake and signature are ``_shared/meta/notices.py``.

Sources: developers.facebook.com, "Webhooks for Pages", "Messenger Platform, Webhooks", read 2026-11-22.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from integrations.engagement import Arrived, Change, Delivered, Incoming, IncomingMessage
from integrations.networks._shared.meta.answers import moment
from integrations.networks._shared.meta.messenger import MESSAGING, told
from integrations.networks._shared.meta.notices import entries, key_of, listed
from integrations.networks.facebook import messages

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


def read(arrived: Arrived, *, secret: str) -> tuple[Delivered, ...]:
    """Return the events of a body whose signature is Meta's."""
    return tuple(each for entry in entries(arrived, secret=secret, about="page") for each in _events(entry))


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
    for change in listed(entry.get("changes")):
        if change.get("field") in FIELDS and _is_known(change.get("value")):
            payload = {"time": entry.get("time"), "field": change["field"], "value": change["value"]}
            yield Delivered(account_id=account_id, key=key_of(account_id, payload), payload=payload)
    for event in (*listed(entry.get("messaging")), *listed(entry.get("standby"))):
        if any(isinstance(event.get(each), Mapping) for each in MESSAGING):
            yield Delivered(account_id=account_id, key=key_of(account_id, event), payload={"messaging": event})


def _is_known(value: object) -> bool:
    if not isinstance(value, Mapping) or value.get("verb") not in CHANGES:
        return False
    return value.get("item") in POSTS | {"comment", "rating"}


# -- reading -----------------------------------------------------------------------------------------------------------


def _read(payload: Mapping[str, Any], account_id: str) -> Iterator[Incoming]:
    if "messaging" in payload:
        yield told(payload["messaging"], account_id=account_id)
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
    happened_at = message.written_at if change is Change.WRITTEN else moment(payload.get("time"))
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


def _is_wordless(message: IncomingMessage, value: Mapping[str, Any]) -> bool:
    """Mentions come without their words, and now and then an edit. A review may have none."""
    return value["item"] != "rating" and not message.text and not message.attachments
