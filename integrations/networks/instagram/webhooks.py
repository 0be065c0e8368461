"""What Meta tells us about an account: events of the object ``instagram``, cut and read.

A comment's edit does not exist there, and neither its deletion nor its hiding is told. Handshake and signature are
``_shared/meta/notices.py``. Source: developers.facebook.com, "Instagram Platform, Webhooks", read 2026-11-22.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from integrations.engagement import Arrived, Change, Delivered, Incoming
from integrations.insights import PostMeasures
from integrations.networks._shared.meta.answers import moment
from integrations.networks._shared.meta.messenger import MESSAGING, told
from integrations.networks._shared.meta.notices import entries, key_of, listed
from integrations.networks.instagram import measuring, messages

STORIES = "story_insights"
FIELDS = frozenset({"comments", "mentions", STORIES})


def read(arrived: Arrived, *, secret: str) -> tuple[Delivered, ...]:
    """Return the events of a body whose signature is Meta's."""
    return tuple(each for entry in entries(arrived, secret=secret, about="instagram") for each in _events(entry))


def read_event(payload: Mapping[str, Any], *, account_id: str) -> tuple[Incoming, ...]:
    """Return what a stored event says. Raises ValueError when it is malformed."""
    try:
        return tuple(_read(payload, account_id))
    except (KeyError, TypeError, AttributeError, OverflowError) as error:
        raise ValueError(f"not an event of Instagram's: {type(error).__name__}") from None


def read_figures(payload: Mapping[str, Any]) -> Mapping[str, PostMeasures]:
    """Return a story's last figures, which Meta tells once, when it is over. Raises ValueError when malformed.

    Meta still sends ``impressions`` along, and it counts nothing any more.
    """
    if payload.get("field") != STORIES:
        return {}
    value = payload.get("value")
    if not isinstance(value, Mapping) or not value.get("media_id"):
        raise ValueError("figures of no story")
    figures = {
        measuring.name_of(name): figure
        for name, figure in value.items()
        if name in measuring.OF_ENDED_STORY and isinstance(figure, int | float) and not isinstance(figure, bool)
    }
    return {str(value["media_id"]): PostMeasures(values=figures)}


def _events(entry: Mapping[str, Any]) -> Iterator[Delivered]:
    account_id = str(entry.get("id") or "")
    if not account_id:
        return
    for change in listed(entry.get("changes")):
        field, value = change.get("field"), change.get("value")
        if field in FIELDS and isinstance(value, Mapping):
            # Ids are said once: the second of a redelivery may be another, what it speaks of is the same.
            key = key_of(account_id, {"field": field, "value": value})
            payload = {"time": entry.get("time"), "field": field, "value": value}
            yield Delivered(account_id=account_id, key=key, payload=payload)
    for event in (*listed(entry.get("messaging")), *listed(entry.get("standby"))):
        if any(isinstance(event.get(each), Mapping) for each in MESSAGING):
            yield Delivered(account_id=account_id, key=key_of(account_id, event), payload={"messaging": event})


def _read(payload: Mapping[str, Any], account_id: str) -> Iterator[Incoming]:
    if "messaging" in payload:
        yield told(payload["messaging"], account_id=account_id)
        return
    value, at = payload["value"], moment(payload.get("time"))
    if payload["field"] == STORIES:
        return
    is_comment = payload["field"] == "comments"
    message = (
        messages.told_comment(value, account_id=account_id, at=at)
        if is_comment
        else messages.told_mention(value, at=at)
    )
    yield Incoming(
        change=Change.WRITTEN,
        message_id=message.network_id,
        message=message,
        happened_at=at,
        needs_fetch=not is_comment,
    )
