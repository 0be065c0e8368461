"""Direct messages that are not encrypted: sent, read, deleted.

Source: docs.x.com, Direct Messages, and its OpenAPI 2.167, read 2026-08-22. Where no page says whom an app may write
to, the twin lets an account answer only people who wrote to it.
"""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from starlette.responses import JSONResponse, Response

from sandbox.calls import Call
from sandbox.clock import iso_milliseconds
from sandbox.networks.x import limits, webhooks
from sandbox.networks.x.errors import NO_MESSAGES, forbidden, invalid_request, not_found_error
from sandbox.networks.x.oauth import Caller, require_user
from sandbox.networks.x.reading import page_token, read_page_token, read_wanted, require_number, show_user
from sandbox.networks.x.state import Message, User, XState

READING = ("users.read", "tweet.read", "dm.read")
SENDING = ("tweet.read", "dm.write", "users.read")
PAGE = 100
EVENT_TYPES = {"MessageCreate", "ParticipantsJoin", "ParticipantsLeave"}


def conversation_of(one: str, other: str) -> str:
    """Two people have one conversation."""
    return "-".join(sorted((one, other), key=int))


def write(state: XState, sender: User, recipient: User, text: str, *, app_id: str = "") -> Message:
    """Let a message stand, whoever writes it, and tell the apps."""
    message = state.messages.put(
        Message(
            id=state.new_id(),
            conversation_id=conversation_of(sender.id, recipient.id),
            sender_id=sender.id,
            recipient_id=recipient.id,
            text=text,
            created_at=state.now,
            app_id=app_id,
        )
    )
    webhooks.tell_message(state, message)
    return message


def send(state: XState, call: Call, caller: Caller, participant_id: str) -> Response:
    """POST /2/dm_conversations/with/{participant_id}/messages."""
    user = require_user(caller, *SENDING)
    require_number(participant_id, "participant_id")
    body = call.json
    if not isinstance(body, dict) or body.keys() - {"text", "attachments"}:
        raise invalid_request("The body must have text or attachments.")
    text = body.get("text")
    if not isinstance(text, str) or not 1 <= len(text) <= limits.DIRECT_MESSAGE_LENGTH:
        raise invalid_request(f"[$.text: must have 1 to {limits.DIRECT_MESSAGE_LENGTH} characters]", text=str(text))
    recipient = state.users.find(participant_id)
    rows = state.messages.group(conversation_of(user.id, participant_id))
    if recipient is None or not any(row.sender_id == participant_id for row in rows):
        raise forbidden(NO_MESSAGES)
    sent = write(state, user, recipient, text, app_id=caller.app_id)
    data = {"dm_conversation_id": sent.conversation_id, "dm_event_id": sent.id}
    return JSONResponse({"data": data}, status_code=201)


def events(state: XState, call: Call, caller: Caller) -> Response:
    """GET /2/dm_events: all conversations of the user, newest first, thirty days back."""
    user = require_user(caller, *READING)
    return _page(state, call, user, state.messages.newest(user.id, "user"))


def events_with(state: XState, call: Call, caller: Caller, participant_id: str) -> Response:
    """GET /2/dm_conversations/with/{participant_id}/dm_events."""
    user = require_user(caller, *READING)
    require_number(participant_id, "participant_id")
    return _page(state, call, user, state.messages.newest(conversation_of(user.id, participant_id)))


def event(state: XState, call: Call, caller: Caller, event_id: str) -> Response:
    """GET /2/dm_events/{event_id}."""
    user = require_user(caller, *READING)
    require_number(event_id, "event_id")
    row = state.messages.find(event_id)
    if row is None or not _sees(user, row):
        return JSONResponse({"errors": [not_found_error(event_id, "event_id")]})
    call.resources = [row.id]
    shown = {"data": _show(row, _fields(call))}
    return JSONResponse({**shown, **_includes(state, call, [row])})


def delete(state: XState, caller: Caller, event_id: str) -> Response:
    """DELETE /2/dm_events/{event_id}: for the user alone; the other side keeps it."""
    user = require_user(caller, "dm.read", "dm.write")
    require_number(event_id, "event_id")
    row = state.messages.find(event_id)
    if row is None or not _sees(user, row):
        raise forbidden("You are not permitted to delete this event.")
    state.messages.put(replace(row, hidden_from=[*row.hidden_from, user.id]))
    return JSONResponse({"data": {"deleted": True}})


def _sees(user: User, row: Message) -> bool:
    return user.id in row.participants and user.id not in row.hidden_from


def _page(state: XState, call: Call, user: User, rows: Iterable[Message]) -> Response:
    query = call.query
    asked = [part for part in query.get("event_types", "").split(",") if part] or list(EVENT_TYPES)
    if unknown := set(asked) - EVENT_TYPES:
        raise invalid_request("[event_types: does not have a value in the enumeration]", event_types=",".join(unknown))
    size = query.get("max_results", str(PAGE))
    if not size.isdigit() or not 1 <= int(size) <= PAGE:
        raise invalid_request(f"The `max_results` query parameter value [{size}] is not between 1 and {PAGE}")
    oldest = state.now - limits.DIRECT_MESSAGES_SECONDS
    seen = [row for row in rows if _sees(user, row) and row.created_at >= oldest and "MessageCreate" in asked]
    offset = read_page_token(query.get("pagination_token", ""))
    page = seen[offset : offset + int(size)]
    call.resources = [row.id for row in page]
    meta: dict[str, Any] = {"result_count": len(page)}
    if offset + int(size) < len(seen):
        meta["next_token"] = page_token(offset + int(size))
    if offset:
        meta["previous_token"] = page_token(max(offset - int(size), 0))
    fields = _fields(call)
    body: dict[str, Any] = {"data": [_show(row, fields) for row in page], "meta": meta}
    if not page:
        del body["data"]
    return JSONResponse({**body, **_includes(state, call, page)})


def _fields(call: Call) -> frozenset[str]:
    asked = call.query.get("dm_event.fields", "").split(",") + call.query.get("expansions", "").split(",")
    return frozenset(filter(None, asked)) | {"id", "event_type", "text"}


def _show(row: Message, fields: frozenset[str]) -> dict[str, Any]:
    everything: dict[str, Any] = {
        "id": row.id,
        "event_type": "MessageCreate",
        "text": row.text,
        "created_at": iso_milliseconds(row.created_at),
        "dm_conversation_id": row.conversation_id,
        "sender_id": row.sender_id,
    }
    return {name: value for name, value in everything.items() if name in fields}


def _includes(state: XState, call: Call, rows: list[Message]) -> dict[str, Any]:
    wanted = read_wanted(call)
    if "sender_id" not in wanted.expansions:
        return {}
    senders = {row.sender_id: state.users.find(row.sender_id) for row in rows}
    users = [show_user(state, user, wanted, call.base) for user in senders.values() if user]
    return {"includes": {"users": users}} if users else {}
