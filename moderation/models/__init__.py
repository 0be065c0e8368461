"""The inbox's rows, one file for each subject: people, talk, items, work, intake."""

from moderation.models.intake import EarlyNews, InboundEvent, Poll
from moderation.models.items import (
    Assignment,
    Draft,
    Intervention,
    Item,
    ItemCount,
    Note,
    NoteMention,
    SavedReply,
)
from moderation.models.people import Contact, ContactMerge, Identity
from moderation.models.talk import Message, MessageRevision, Thread, new_client_key
from moderation.models.work import BulkCommand, Command, ModerationAction

__all__ = [
    "Assignment",
    "BulkCommand",
    "Command",
    "Contact",
    "ContactMerge",
    "Draft",
    "EarlyNews",
    "Identity",
    "InboundEvent",
    "Intervention",
    "Item",
    "ItemCount",
    "Message",
    "MessageRevision",
    "ModerationAction",
    "Note",
    "NoteMention",
    "Poll",
    "SavedReply",
    "Thread",
    "new_client_key",
]
