"""Private messages, which reach and leave a page and the Instagram account that hangs on it by the same calls. Pure.

A private thread is the person's id, scoped to the page or account, because webhooks name no conversation.
Sources: developers.facebook.com, "Send API", "Conversations" and "Messenger Platform policy overview", 2026.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from json import dumps
from typing import Any

from integrations.engagement import Attachment, Author, Change, Incoming, IncomingMessage, MessageKind, Target
from integrations.networks._shared.meta.answers import moment

MESSAGE_FIELDS = "id,message,from,to,created_time,attachments"
MESSAGES_A_PAGE = 20  # of older ones Meta may keep the details to itself
CONVERSATION_FIELDS = f"id,updated_time,participants,messages.limit({MESSAGES_A_PAGE}){{{MESSAGE_FIELDS}}}"
CONVERSATIONS_A_PAGE = 25
MESSAGING = ("message", "message_edit")

MESSAGE_WINDOW = timedelta(hours=24)  # from the person's last message on
HUMAN_AGENT_WINDOW = timedelta(days=7)  # for apps with that permission, and answers written by people
PRIVATE_REPLY_WINDOW = timedelta(days=7)  # from the comment on; one answer to each

# The kinds of a message's attachment in webhooks -> ours; what is not listed is a link (a shared post, a template).
KINDS = {"image": "image", "audio": "audio", "video": "video", "file": "file", "sticker": "sticker", "reel": "video",
         "ig_reel": "video"}  # fmt: skip


def form(target: Target, text: str, *, human_agent: bool, now: datetime) -> dict[str, str]:
    """Return what sends an answer, as a person's late one where the window is over and Meta approved that."""
    sent = {"recipient": dumps({"id": target.thread_id}), "message": dumps({"text": text})}
    late = target.written_at is not None and now - target.written_at > MESSAGE_WINDOW
    if late and human_agent:
        return sent | {"messaging_type": "MESSAGE_TAG", "tag": "HUMAN_AGENT"}
    return sent | {"messaging_type": "RESPONSE"}


def private_reply(target: Target, text: str) -> dict[str, str]:
    """Return what answers a comment in private."""
    return {
        "recipient": dumps({"comment_id": target.message_id}),
        "message": dumps({"text": text}),
        "messaging_type": "RESPONSE",
    }


def private(node: Mapping[str, Any], *, person_id: str, account_id: str) -> IncomingMessage:
    """Return a message of a conversation."""
    sender = node.get("from")
    return IncomingMessage(
        network_id=str(node["id"]),
        kind=MessageKind.PRIVATE,
        thread_id=person_id,
        author=author(sender),
        by_account=isinstance(sender, Mapping) and str(sender.get("id") or "") == account_id,
        text=str(node.get("message") or ""),
        written_at=moment(node.get("created_time")),
        attachments=tuple(_attached(each) for each in (node.get("attachments") or {}).get("data") or ()),
    )


def other_person(conversation: Mapping[str, Any], *, account_id: str) -> str:
    """Return the scoped id of whom the account talks with; empty where Meta does not say."""
    people = [str(each.get("id") or "") for each in (conversation.get("participants") or {}).get("data") or ()]
    return next((each for each in people if each and each != account_id), "")


def told_private(event: Mapping[str, Any], *, account_id: str) -> IncomingMessage:
    """Return the private message that a messaging event brings, or brings anew after an edit."""
    content = event.get("message") or event["message_edit"]
    sender, recipient = str(event["sender"]["id"]), str(event["recipient"]["id"])
    by_account = content.get("is_echo") is True or sender == account_id
    at = moment(int(event["timestamp"]) / 1000)
    return IncomingMessage(
        network_id=str(content["mid"]),
        kind=MessageKind.PRIVATE,
        thread_id=recipient if by_account else sender,
        author=Author(network_id=sender),
        by_account=by_account,
        text=str(content.get("text") or ""),
        written_at=at if "message" in event else None,
        edited_at=None if "message" in event else at,
        answers_id=str((content.get("reply_to") or {}).get("mid") or ""),
        attachments=tuple(
            Attachment(
                kind=KINDS.get(str(each.get("type")), "link"), url=str((each.get("payload") or {}).get("url") or "")
            )
            for each in content.get("attachments") or ()
        ),
    )


def told(event: Mapping[str, Any], *, account_id: str) -> Incoming:
    """Return what a messaging event says: a message, its edit, or that it was taken back."""
    message = told_private(event, account_id=account_id)
    happened_at = message.edited_at or message.written_at
    if (event.get("message") or {}).get("is_deleted") is True:
        return Incoming(change=Change.DELETED, message_id=message.network_id, happened_at=happened_at)
    change = Change.WRITTEN if "message" in event else Change.EDITED
    return Incoming(change=change, message_id=message.network_id, message=message, happened_at=happened_at)


def author(node: object) -> Author | None:
    """Return whom a node names, by the name or the handle that Meta gives."""
    if not isinstance(node, Mapping) or not node.get("id"):
        return None
    handle = str(node.get("username") or "")
    return Author(network_id=str(node["id"]), name=str(node.get("name") or handle), handle=handle)


def _attached(attachment: Mapping[str, Any]) -> Attachment:
    name = str(attachment.get("name") or "")
    for key, kind in (("image_data", "image"), ("video_data", "video")):
        if isinstance(attachment.get(key), Mapping):
            return Attachment(kind=kind, url=str(attachment[key].get("url") or ""), name=name)
    kind = "audio" if str(attachment.get("mime_type") or "").startswith("audio/") else "file"
    return Attachment(kind=kind, url=str(attachment.get("file_url") or ""), name=name)
