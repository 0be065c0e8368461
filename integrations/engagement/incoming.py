"""What people write to an account, and what becomes of it at the network."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any


class MessageKind(StrEnum):
    """What somebody wrote is to the account it was written to."""

    COMMENT = "comment"  # under a post of the account
    MENTION = "mention"  # elsewhere, naming the account
    PRIVATE = "private"  # to the account alone
    REVIEW = "review"  # of the place or page itself, with or without words


class Change(StrEnum):
    """What happened to a message on the network."""

    WRITTEN = "written"
    EDITED = "edited"
    HIDDEN = "hidden"
    SHOWN = "shown"
    DELETED = "deleted"


class Act(StrEnum):
    """What an agent can do about a message, where the network offers it."""

    REPLY = "reply"
    HIDE = "hide"
    SHOW = "show"
    DELETE = "delete"
    LIKE = "like"
    UNLIKE = "unlike"
    REPLY_PRIVATELY = "reply_privately"  # to what somebody wrote in public; see ``PrivatelyAnswering``
    BLOCK = "block"  # the author, from the account: nothing of theirs comes in any more
    UNBLOCK = "unblock"


#: Acts that carry words, can be done once only, and are looked for when their answer is lost.
ANSWERS = frozenset({Act.REPLY, Act.REPLY_PRIVATELY})


@dataclass(frozen=True, kw_only=True)
class Target:
    """The message an act is about. ``author_id`` is its author's id there, empty when unknown.

    ``is_hidden``: it was hidden when it was last seen.
    """

    message_id: str
    kind: MessageKind
    thread_id: str
    author_id: str = ""
    written_at: datetime | None = None
    is_hidden: bool = False


@dataclass(frozen=True, kw_only=True)
class Author:
    """Somebody on a network, as the network shows them. ``picture_url`` is fetched by our own server only."""

    network_id: str
    name: str = ""
    handle: str = ""
    picture_url: str = ""
    permalink: str = ""


@dataclass(frozen=True, kw_only=True)
class Attachment:
    """What hangs on a message. ``kind`` is image, video, audio, file, sticker or link; addresses may expire."""

    kind: str
    url: str = ""
    name: str = ""


@dataclass(frozen=True, kw_only=True)
class Subject:
    """What a thread is about: the post commented on, the page reviewed. Empty for private messages."""

    network_id: str
    text: str = ""
    permalink: str = ""
    published_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class IncomingMessage:
    """One message as the network has it now.

    ``thread_id`` is the network's id of what holds it together: the post for comments, the other person for private
    messages (webhooks name no conversation), the review for a review, the post that names the account, or what that
    hangs on, for a mention. ``answers_id`` is the message it answers, empty when it answers the subject itself.
    ``author`` None: the network does not say who. ``by_account``: the account itself wrote it, through us or on the
    network. ``rating`` is 1 to 5; where a network only knows recommended or not, 5 or 1. ``acts`` narrows what
    the provider's ``acts`` offers; None takes nothing away.
    """

    network_id: str
    kind: MessageKind
    thread_id: str
    author: Author | None = None
    by_account: bool = False
    text: str = ""
    written_at: datetime | None = None
    answers_id: str = ""
    permalink: str = ""
    attachments: tuple[Attachment, ...] = ()
    rating: int | None = None
    is_hidden: bool | None = None
    edited_at: datetime | None = None
    subject: Subject | None = None
    acts: frozenset[Act] | None = None

    @property
    def target(self) -> Target:
        """What calls about this message need to know of it."""
        return Target(
            message_id=self.network_id,
            kind=self.kind,
            thread_id=self.thread_id,
            author_id=self.author.network_id if self.author else "",
            written_at=self.written_at,
            is_hidden=self.is_hidden is True,
        )


@dataclass(frozen=True, kw_only=True)
class Incoming:
    """One thing that happened at the network, to one message.

    ``message`` is None where the network only names it (a deletion, a hiding): then ``message_id`` says which.
    ``needs_fetch``: the network announced it without its words, and ``message`` holds what it told; give its
    ``target`` to ``fetch_messages`` before storing. An EDITED message that was never seen is stored as written.
    """

    change: Change
    message_id: str
    message: IncomingMessage | None = None
    happened_at: datetime | None = None
    needs_fetch: bool = False


@dataclass(frozen=True, kw_only=True)
class Standing:
    """All that stood in parts of a thread when they were read to their end.

    ``under`` names those parts with the ids of what hangs directly on each: a message's id, or empty for what answers
    the subject itself. What we have from there and it does not name is probably gone; it is looked up before that is
    believed, since lists that change while they are read leave things out.
    """

    thread_id: str
    under: Mapping[str, frozenset[str]]


@dataclass(frozen=True, kw_only=True)
class Page:
    """What one step of a poll brought. ``cursor`` goes into the next poll once this page is stored, ready for JSON.

    ``standing``: of threads that were read whole, so that deletions are noticed of which the network does not tell.
    """

    incoming: tuple[Incoming, ...]
    cursor: Mapping[str, Any]
    standing: tuple[Standing, ...] = ()
