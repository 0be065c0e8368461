"""Private messages: threads, the window of a day, sending.

Source: Messenger Platform, Send API and Conversations references, read 2026-11-22 through dated copies.
"""

import json
import secrets
from dataclasses import replace
from typing import Any

from starlette.responses import JSONResponse, Response

from sandbox.clock import iso_offset
from sandbox.networks.facebook import limits, webhooks
from sandbox.networks.facebook.community import Conversation, PrivateMessage, Stranger
from sandbox.networks.facebook.errors import bad_parameter, no_such_object, refuse
from sandbox.networks.facebook.fields import Field, pick, require_known
from sandbox.networks.facebook.graph import Reading, Shown, compose, page_of
from sandbox.networks.facebook.oauth import require_page
from sandbox.networks.facebook.state import FacebookState, Page

SCOPES = ("pages_messaging",)
TYPES = ("RESPONSE", "UPDATE", "MESSAGE_TAG", "UTILITY")
DEAD_TAGS = {"ACCOUNT_UPDATE", "CONFIRMED_EVENT_UPDATE", "POST_PURCHASE_UPDATE"}
DETAILED_MESSAGES = 20  # per thread, the newest; older ones have no details


# Threads, whoever writes in them


def open_thread(state: FacebookState, page: Page, stranger: Stranger) -> Conversation:
    psid = stranger.psid(page.id)
    found = next(state.conversations.newest(f"{page.id}:{psid}", "psid"), None)
    return found or state.conversations.put(
        Conversation(
            id=f"t_{state.new_id()}", page_id=page.id, stranger_id=stranger.id, psid=psid, updated_at=state.now
        )
    )


def receive(state: FacebookState, thread: Conversation, text: str) -> PrivateMessage:
    """The person writes: the window opens anew."""
    message = _put(state, thread, text, from_page=False)
    state.conversations.put(replace(thread, last_in_at=state.now, updated_at=state.now, unread=thread.unread + 1))
    webhooks.tell_message(state, thread, message)
    return message


def send(
    state: FacebookState, thread: Conversation, text: str, *, app_id: str = "", reply_to: str = ""
) -> PrivateMessage:
    """The page writes, by an app or on Facebook's own site."""
    message = _put(state, thread, text, from_page=True, app_id=app_id, reply_to=reply_to)
    state.conversations.put(replace(thread, updated_at=state.now, unread=0))
    webhooks.tell_message(state, thread, message)
    return message


def _put(
    state: FacebookState, thread: Conversation, text: str, *, from_page: bool, app_id: str = "", reply_to: str = ""
) -> PrivateMessage:
    return state.messages.put(
        PrivateMessage(
            id="m_" + secrets.token_urlsafe(64),
            conversation_id=thread.id,
            from_page=from_page,
            text=text,
            created_at=state.now,
            app_id=app_id,
            reply_to=reply_to,
        )
    )


# Sending by an app


def send_message(reading: Reading, page_id: str) -> Response:
    """POST /{page}/messages, text only."""
    state, params = reading.state, reading.params
    page = require_page(reading.speaker, _me(reading, page_id), *SCOPES, task="MESSAGING")
    recipient, message = _object(params, "recipient"), _object(params, "message")
    if "sender_action" in params and not message:
        thread = _thread_of(state, page, recipient)
        return JSONResponse({"recipient_id": thread.psid})
    text = message.get("text")
    if not isinstance(text, str) or not text:
        raise bad_parameter("Param message[text] must be a non-empty UTF-8 encoded string", subcode=2018006)
    if len(text) > limits.PRIVATE_MESSAGE_CHARACTERS:
        raise bad_parameter(
            f"Length of param message[text] must be less than or equal to {limits.PRIVATE_MESSAGE_CHARACTERS}"
        )
    app_id = reading.speaker.app.id
    if "comment_id" in recipient:
        thread = _answer_privately(state, page, str(recipient["comment_id"]))
        sent = send(state, thread, text, app_id=app_id)
        comment = state.find_comment(str(recipient["comment_id"]))
        if comment:
            state.comments.put(replace(comment, private_reply=sent.id))
    else:
        thread = _thread_of(state, page, recipient)
        _require_window(state, thread, params)
        reply_to = str(message.get("reply_to", {}).get("mid", "")) if isinstance(message.get("reply_to"), dict) else ""
        sent = send(state, thread, text, app_id=app_id, reply_to=reply_to)
    return JSONResponse({"recipient_id": thread.psid, "message_id": sent.id})


def _object(params: dict[str, str], name: str) -> dict[str, Any]:
    try:
        found = json.loads(params.get(name, "{}"))
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise bad_parameter(f"Param {name} must be an object")
    return found


def _thread_of(state: FacebookState, page: Page, recipient: dict[str, Any]) -> Conversation:
    psid = str(recipient.get("id", ""))
    thread = next(state.conversations.newest(f"{page.id}:{psid}", "psid"), None)
    if thread is None:
        raise refuse(100, "(#100) No matching user found", subcode=2018001)
    return thread


def _answer_privately(state: FacebookState, page: Page, comment_id: str) -> Conversation:
    """Once a comment, within seven days."""
    comment = state.find_comment(comment_id)
    stranger = state.strangers.find(comment.author_id) if comment else None
    if comment is None or stranger is None or comment.page_id != page.id:
        raise no_such_object(comment_id, "POST")
    if comment.private_reply:
        raise refuse(10900, "(#10900) Activity already replied to")
    if state.now - comment.created_at > limits.PRIVATE_REPLY_SECONDS:
        raise refuse(10901, "(#10901) The activity is too old to be replied to")
    return open_thread(state, page, stranger)


def _require_window(state: FacebookState, thread: Conversation, params: dict[str, str]) -> None:
    """A day from the person's last message; a human agent has seven."""
    kind, tag = params.get("messaging_type", "RESPONSE"), params.get("tag", "")
    if kind not in TYPES:
        raise bad_parameter(f"Param messaging_type must be one of {{{', '.join(TYPES)}}}")
    if tag in DEAD_TAGS:
        raise bad_parameter(f"The tag {tag} is no longer supported")
    if kind == "MESSAGE_TAG" and tag != "HUMAN_AGENT":
        raise bad_parameter("Param tag must be HUMAN_AGENT")
    human = kind == "MESSAGE_TAG" and tag == "HUMAN_AGENT"
    seconds = limits.HUMAN_AGENT_SECONDS if human else limits.MESSAGING_WINDOW_SECONDS
    if state.now - thread.last_in_at > seconds:
        raise refuse(10, "(#10) This message is sent outside of allowed window.", subcode=2018278, status=403)


# Reading


def conversations(reading: Reading, page_id: str) -> Response:
    """GET /{page}/conversations, the newest first."""
    state, params = reading.state, reading.params
    page = require_page(reading.speaker, _me(reading, page_id), *SCOPES)
    if params.get("platform", "MESSENGER").upper() != "MESSENGER":
        return JSONResponse({"data": []})
    fields = reading.fields("UnifiedThread", "id,link,updated_time")
    rows = [row for row in state.conversations.group(page.id) if state.messages.size(row.id)]
    if psid := params.get("user_id"):
        rows = [row for row in rows if row.psid == psid]
    rows.sort(key=lambda row: -row.updated_at)
    return page_of(reading, rows, lambda row: row.id, lambda row: show_thread(reading, row, fields))


def thread_messages(reading: Reading, thread_id: str) -> Response:
    """GET /{conversation}/messages, the newest first."""
    thread = find_thread(reading, thread_id)
    fields = reading.fields("Message", "id,created_time")
    rows = reading.state.messages.newest(thread.id)
    return page_of(reading, rows, lambda row: row.id, lambda row: show_message(reading, thread, row, fields))


def find_thread(reading: Reading, thread_id: str) -> Conversation:
    thread = reading.state.conversations.find(thread_id)
    if thread is None:
        raise no_such_object(thread_id, "GET")
    require_page(reading.speaker, thread.page_id, *SCOPES)
    return thread


def show_thread(reading: Reading, thread: Conversation, fields: list[Field]) -> dict[str, Any]:
    state = reading.state
    stranger, page = state.strangers.find(thread.stranger_id), state.pages.find(thread.page_id)
    people = [
        {"name": stranger.name if stranger else "", "email": f"{thread.psid}@facebook.com", "id": thread.psid},
        {"name": page.name if page else "", "email": f"{thread.page_id}@facebook.com", "id": thread.page_id},
    ]

    def living() -> list[PrivateMessage]:
        return [row for row in state.messages.newest(thread.id) if row.deleted_at is None]

    def messages(asked: Field) -> dict[str, Any]:
        require_known(asked.children, "Message")
        size = int(asked.modifiers.get("limit", "25"))
        wanted = asked.children or [Field("id"), Field("created_time")]
        return {"data": [show_message(reading, thread, row, wanted) for row in living()[:size]]}

    values: dict[str, Shown] = {
        "id": lambda _: thread.id,
        "link": lambda _: f"/{thread.page_id}/inbox/{thread.id[2:]}/",
        "updated_time": lambda _: iso_offset(thread.updated_at),
        "message_count": lambda _: len(living()),
        "unread_count": lambda _: thread.unread,
        "can_reply": lambda _: state.now - thread.last_in_at <= limits.MESSAGING_WINDOW_SECONDS,
        "folder": lambda _: "inbox",
        "is_subscribed": lambda _: True,
        "participants": lambda asked: {"data": [pick(one, asked.children) for one in people]},
        "senders": lambda asked: {"data": [pick(one, asked.children) for one in people]},
        "snippet": lambda _: next((row.text for row in living()), None),
        "messages": messages,
    }
    return compose(values, fields)


def show_message(
    reading: Reading, thread: Conversation, message: PrivateMessage, fields: list[Field]
) -> dict[str, Any]:
    state = reading.state
    stranger, page = state.strangers.find(thread.stranger_id), state.pages.find(thread.page_id)
    them = {"name": stranger.name if stranger else "", "email": f"{thread.psid}@facebook.com", "id": thread.psid}
    us = {"name": page.name if page else "", "email": f"{thread.page_id}@facebook.com", "id": thread.page_id}
    sender, receiver = (us, them) if message.from_page else (them, us)
    values: dict[str, Shown] = {
        "id": lambda _: message.id,
        "created_time": lambda _: iso_offset(message.created_at),
        "message": lambda _: message.text,
        "from": lambda asked: pick(sender, asked.children),
        "to": lambda asked: {"data": [pick(receiver, asked.children)]},
        "reply_to": lambda _: {"mid": message.reply_to} if message.reply_to else None,
    }
    return compose(values, fields)


def _me(reading: Reading, page_id: str) -> str:
    return reading.speaker.me if page_id == "me" else page_id
