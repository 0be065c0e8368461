"""Private messages of an account, by way of its page: threads, the window of a day, sending.

Source: Messenger Platform, Instagram Messaging, read 2026-11-22 through dated copies.
"""

import json
import secrets
from dataclasses import replace
from typing import Any

from starlette.responses import JSONResponse, Response

from sandbox.clock import iso_offset
from sandbox.networks.facebook.errors import bad_parameter, no_such_object, refuse
from sandbox.networks.facebook.fields import Field, pick
from sandbox.networks.facebook.graph import Shown, compose, page_of
from sandbox.networks.facebook.oauth import require_page
from sandbox.networks.instagram import limits, webhooks
from sandbox.networks.instagram.fields import require_known
from sandbox.networks.instagram.graph import Reading
from sandbox.networks.instagram.state import Account, Conversation, InstagramState, PrivateMessage, Stranger

SCOPES = ("instagram_basic", "instagram_manage_messages", "pages_manage_metadata")


# Threads, whoever writes in them


def open_thread(state: InstagramState, account: Account, stranger: Stranger) -> Conversation:
    igsid = stranger.igsid(account.id)
    found = next(state.conversations.newest(f"{account.id}:{igsid}", "igsid"), None)
    return found or state.conversations.put(
        Conversation(
            id="aWdfZAG06" + secrets.token_urlsafe(30),
            account_id=account.id,
            stranger_id=stranger.id,
            igsid=igsid,
            updated_at=state.now,
        )
    )


def receive(state: InstagramState, thread: Conversation, text: str) -> PrivateMessage:
    """The person writes: the window opens anew."""
    message = _put(state, thread, text, from_account=False)
    state.conversations.put(replace(thread, last_in_at=state.now, updated_at=state.now))
    webhooks.tell_message(state, thread, message)
    return message


def send(
    state: InstagramState, thread: Conversation, text: str, *, app_id: str = "", reply_to: str = ""
) -> PrivateMessage:
    """The account writes, by an app or on Instagram itself."""
    message = _put(state, thread, text, from_account=True, app_id=app_id, reply_to=reply_to)
    state.conversations.put(replace(thread, updated_at=state.now))
    webhooks.tell_message(state, thread, message)
    return message


def _put(
    state: InstagramState, thread: Conversation, text: str, *, from_account: bool, app_id: str = "", reply_to: str = ""
) -> PrivateMessage:
    return state.messages.put(
        PrivateMessage(
            id="aWdfZAG1faXRlbTo" + secrets.token_urlsafe(60),
            conversation_id=thread.id,
            from_account=from_account,
            text=text,
            created_at=state.now,
            app_id=app_id,
            reply_to=reply_to,
        )
    )


# Sending by an app


def concerns(state: InstagramState, params: dict[str, str]) -> bool:
    """Whether a message that a page is asked to send goes to somebody on Instagram."""
    try:
        recipient = json.loads(params.get("recipient", "{}"))
    except ValueError:
        return False
    if not isinstance(recipient, dict):
        return False
    who = str(recipient.get("id", ""))
    return any(row.igsid == who for row in state.conversations.all()) or (
        state.comments.find(str(recipient.get("comment_id", ""))) is not None
    )


def send_message(reading: Reading, page_id: str) -> Response:
    """POST /{page}/messages, text only."""
    state, params = reading.instagram, reading.params
    page = require_page(reading.speaker, page_id, *SCOPES, task="MESSAGING")
    account = state.account_of(page.id)
    if account is None:
        raise no_such_object(page_id, "POST")
    recipient, message = json.loads(params.get("recipient", "{}")), _object(params, "message")
    text = message.get("text")
    if not isinstance(text, str) or not text:
        raise bad_parameter("Param message[text] must be a non-empty UTF-8 encoded string", subcode=2018006)
    if len(text) > limits.PRIVATE_MESSAGE_CHARACTERS:
        raise bad_parameter(
            f"Length of param message[text] must be less than or equal to {limits.PRIVATE_MESSAGE_CHARACTERS}",
            subcode=2018109,
        )
    app_id = reading.speaker.app.id
    if "comment_id" in recipient:
        thread, sent = _answer_privately(state, account, str(recipient["comment_id"]), text, app_id)
    else:
        who = str(recipient.get("id", ""))
        found = next(state.conversations.newest(f"{account.id}:{who}", "igsid"), None)
        if found is None:
            raise refuse(100, "(#100) No matching user found", subcode=2018001)
        thread = found
        _require_window(state, thread, params)
        answered = message.get("reply_to")
        reply_to = str(answered.get("mid", "")) if isinstance(answered, dict) else ""
        sent = send(state, thread, text, app_id=app_id, reply_to=reply_to)
    return JSONResponse({"recipient_id": thread.igsid, "message_id": sent.id})


def _object(params: dict[str, str], name: str) -> dict[str, Any]:
    try:
        found = json.loads(params.get(name, "{}"))
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise bad_parameter(f"Param {name} must be an object")
    return found


def _answer_privately(
    state: InstagramState, account: Account, comment_id: str, text: str, app_id: str
) -> tuple[Conversation, PrivateMessage]:
    """Once a comment, within seven days."""
    comment = state.find_comment(comment_id)
    stranger = state.strangers.find(comment.author_id) if comment else None
    if comment is None or stranger is None or comment.account_id != account.id:
        raise no_such_object(comment_id, "POST")
    if comment.private_reply:
        raise refuse(10900, "(#10900) Activity already replied to")
    if state.now - comment.created_at > limits.PRIVATE_REPLY_SECONDS:
        raise refuse(10901, "(#10901) The activity is too old to be replied to")
    thread = open_thread(state, account, stranger)
    sent = send(state, thread, text, app_id=app_id)
    state.comments.put(replace(comment, private_reply=sent.id))
    return thread, sent


def _require_window(state: InstagramState, thread: Conversation, params: dict[str, str]) -> None:
    """A day from the person's last message; a human agent has seven. There is no other tag."""
    kind, tag = params.get("messaging_type", "RESPONSE"), params.get("tag", "")
    if kind == "MESSAGE_TAG" and tag != "HUMAN_AGENT":
        raise bad_parameter("Param tag must be HUMAN_AGENT")
    seconds = limits.HUMAN_AGENT_SECONDS if kind == "MESSAGE_TAG" else limits.MESSAGING_WINDOW_SECONDS
    if state.now - thread.last_in_at > seconds:
        raise refuse(10, "(#10) This message is sent outside of allowed window.", subcode=2018278, status=403)


# Reading


def conversations(reading: Reading, page_id: str) -> Response:
    """GET /{page}/conversations?platform=INSTAGRAM, the newest first."""
    state, params = reading.instagram, reading.params
    page = require_page(reading.speaker, page_id, *SCOPES)
    account = state.account_of(page.id)
    fields = reading.fields("IGThread", "id,updated_time")
    rows = state.conversations.group(account.id) if account else []
    rows = [row for row in rows if state.messages.size(row.id) and params.get("user_id", row.igsid) == row.igsid]
    rows.sort(key=lambda row: -row.updated_at)
    return page_of(reading, rows, lambda row: row.id, lambda row: _show_thread(reading, row, fields))


def read_thread(reading: Reading, thread_id: str) -> Response:
    """GET /{conversation}."""
    thread = _own_thread(reading, thread_id)
    return JSONResponse(_show_thread(reading, thread, reading.fields("IGThread", "id,updated_time")))


def thread_messages(reading: Reading, thread_id: str) -> Response:
    """GET /{conversation}/messages, the newest first."""
    thread = _own_thread(reading, thread_id)
    fields = reading.fields("IGMessage", "id,created_time")
    rows = reading.instagram.messages.newest(thread.id)
    return page_of(reading, rows, lambda row: row.id, lambda row: _show_message(reading, thread, row, fields))


def read_message(reading: Reading, message_id: str) -> Response:
    """GET /{message}; one that was taken back is gone."""
    message = reading.instagram.messages.find(message_id)
    if message is None or message.deleted_at is not None:
        raise no_such_object(message_id, "GET")
    thread = _own_thread(reading, message.conversation_id)
    fields = reading.fields("IGMessage", "id,created_time")
    return JSONResponse(_show_message(reading, thread, message, fields))


def _own_thread(reading: Reading, thread_id: str) -> Conversation:
    state = reading.instagram
    thread = state.conversations.find(thread_id)
    account = state.accounts.find(thread.account_id) if thread else None
    if thread is None or account is None:
        raise no_such_object(thread_id, "GET")
    require_page(reading.speaker, account.page_id, *SCOPES)
    return thread


def _people(state: InstagramState, thread: Conversation) -> tuple[dict[str, str], dict[str, str]]:
    """The person and the account, as a message names them."""
    stranger, account = state.strangers.find(thread.stranger_id), state.accounts.find(thread.account_id)
    them = {"username": stranger.username if stranger else "", "id": thread.igsid}
    return them, {"username": account.username if account else "", "id": thread.account_id}


def _show_thread(reading: Reading, thread: Conversation, fields: list[Field]) -> dict[str, Any]:
    state = reading.instagram
    people = _people(state, thread)

    def messages(asked: Field) -> dict[str, Any]:
        require_known(asked.children, "IGMessage")
        size = int(asked.modifiers.get("limit", "25"))
        wanted = asked.children or [Field("id"), Field("created_time")]
        living = [row for row in state.messages.newest(thread.id) if row.deleted_at is None]
        return {"data": [_show_message(reading, thread, row, wanted) for row in living[:size]]}

    values: dict[str, Shown] = {
        "id": lambda _: thread.id,
        "updated_time": lambda _: iso_offset(thread.updated_at),
        "participants": lambda asked: {"data": [pick(one, asked.children) for one in people]},
        "messages": messages,
    }
    return compose(values, fields)


def _show_message(
    reading: Reading, thread: Conversation, message: PrivateMessage, fields: list[Field]
) -> dict[str, Any]:
    them, us = _people(reading.instagram, thread)
    sender, receiver = (us, them) if message.from_account else (them, us)
    values: dict[str, Shown] = {
        "id": lambda _: message.id,
        "created_time": lambda _: iso_offset(message.created_at),
        "message": lambda _: message.text,
        "from": lambda asked: pick(sender, asked.children),
        "to": lambda asked: {"data": [pick(receiver, asked.children)]},
        "reply_to": lambda _: {"mid": message.reply_to} if message.reply_to else None,
    }
    return compose(values, fields)
