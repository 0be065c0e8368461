"""How the network in memory puts its events into JSON, and how they are read again. Pure."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from integrations.engagement import (
    Act,
    Attachment,
    Author,
    Change,
    Incoming,
    IncomingMessage,
    MessageKind,
    Subject,
)


def to_json(incoming: Incoming) -> dict[str, Any]:
    """Return an event as the network sends it."""
    return {
        "change": incoming.change.value,
        "id": incoming.message_id,
        "at": _time_out(incoming.happened_at),
        "needs_fetch": incoming.needs_fetch,
        "message": _message_out(incoming.message) if incoming.message else None,
    }


def from_json(payload: Mapping[str, Any]) -> Incoming:
    """Return what an event says. Raises ValueError when it is malformed."""
    try:
        message = payload.get("message")
        return Incoming(
            change=Change(payload["change"]),
            message_id=str(payload["id"]),
            message=_message_in(message) if message else None,
            happened_at=_time_in(payload.get("at")),
            needs_fetch=bool(payload.get("needs_fetch")),
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"not an event: {type(error).__name__}") from None


def _message_out(message: IncomingMessage) -> dict[str, Any]:
    return {
        **asdict(message),
        "kind": message.kind.value,
        "written_at": _time_out(message.written_at),
        "edited_at": _time_out(message.edited_at),
        "subject": _subject_out(message.subject),
        "acts": None if message.acts is None else sorted(message.acts),
    }


def _message_in(facts: Mapping[str, Any]) -> IncomingMessage:
    return IncomingMessage(
        **{
            **facts,
            "kind": MessageKind(facts["kind"]),
            "author": Author(**facts["author"]) if facts["author"] else None,
            "written_at": _time_in(facts["written_at"]),
            "edited_at": _time_in(facts["edited_at"]),
            "attachments": tuple(Attachment(**each) for each in facts["attachments"]),
            "subject": _subject_in(facts["subject"]),
            "acts": None if facts["acts"] is None else frozenset(Act(each) for each in facts["acts"]),
        }
    )


def _subject_out(subject: Subject | None) -> dict[str, Any] | None:
    return {**asdict(subject), "published_at": _time_out(subject.published_at)} if subject else None


def _subject_in(facts: Mapping[str, Any] | None) -> Subject | None:
    return Subject(**{**facts, "published_at": _time_in(facts["published_at"])}) if facts else None


def _time_out(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def _time_in(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
