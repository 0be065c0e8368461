"""Direct messages, into our words. Pure. Encrypted ones (X Chat) are none of these: only their people can read them.

A thread is the other person: X's conversation id holds both, and two people have one. Pushes come in the shape of the
former Account Activity API, answers in that of API v2, with the same ids.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from integrations.contract import Sighting
from integrations.engagement import Change, Incoming, IncomingMessage, MessageKind
from integrations.networks.x.messages import Around, author


def from_answer(event: Mapping[str, Any], *, around: Around, account_id: str) -> IncomingMessage | None:
    """Return a message of ``GET /2/dm_events``; None for one of a group, which nobody here speaks for."""
    sender_id = str(event.get("sender_id") or "")
    person_id = _other_side(str(event.get("dm_conversation_id") or ""), account_id=account_id)
    if not person_id or not sender_id:
        return None
    written_at = datetime.fromisoformat(str(event["created_at"])) if event.get("created_at") else None
    return _message(
        str(event["id"]),
        str(event.get("text") or ""),
        sender_id=sender_id,
        person_id=person_id,
        written_at=written_at,
        around=around,
        account_id=account_id,
    )


def from_push(payload: Mapping[str, Any], *, account_id: str) -> Iterator[IncomingMessage]:
    """Yield the messages of a ``dm.received`` or ``dm.sent``. Malformed parts raise KeyError."""
    people = payload.get("users") or {}
    around = Around(users={str(key): each.get("data") or each for key, each in people.items()})
    for event in payload["direct_message_events"]:
        if event.get("type") != "message_create":
            continue
        created = event["message_create"]
        sender_id, recipient_id = str(created["sender_id"]), str(created["target"]["recipient_id"])
        yield _message(
            str(event["id"]),
            str(created["message_data"].get("text") or ""),
            sender_id=sender_id,
            person_id=recipient_id if sender_id == account_id else sender_id,
            written_at=datetime.fromtimestamp(int(event["created_timestamp"]) / 1000, UTC),
            around=around,
            account_id=account_id,
        )


def incoming(message: IncomingMessage) -> Incoming:
    """Return what it means that this message exists: nothing changes them afterwards."""
    return Incoming(
        change=Change.WRITTEN, message_id=message.network_id, message=message, happened_at=message.written_at
    )


def sightings(answer: Mapping[str, Any], *, account_id: str) -> Iterator[Sighting]:
    """Yield what the account itself wrote in a conversation."""
    for event in answer.get("data") or ():
        if str(event.get("sender_id") or "") == account_id and event.get("created_at"):
            yield Sighting(
                network_id=str(event["id"]),
                permalink="",
                text=str(event.get("text") or ""),
                published_at=datetime.fromisoformat(str(event["created_at"])),
                media_count=0,
            )


def _message(
    network_id: str,
    text: str,
    *,
    sender_id: str,
    person_id: str,
    written_at: datetime | None,
    around: Around,
    account_id: str,
) -> IncomingMessage:
    return IncomingMessage(
        network_id=network_id,
        kind=MessageKind.PRIVATE,
        thread_id=person_id,
        author=author(sender_id, around.users.get(sender_id, {})),
        by_account=sender_id == account_id,
        text=text,
        written_at=written_at,
    )


def _other_side(conversation_id: str, *, account_id: str) -> str:
    """Return the other of the two people that a conversation's id names; empty for a group, whose id is a number."""
    people = conversation_id.split("-")
    others = [each for each in people if each != account_id]
    return others[0] if len(people) == 2 and len(others) == 1 else ""
