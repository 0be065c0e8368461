"""What others write: rows of strangers, their comments, posts, reviews and private messages."""

import hashlib
from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True)
class Stranger:
    """Somebody without a role on any page. A private one's name is not given to apps that read comments."""

    id: str
    name: str
    language: str
    private: bool = False

    def psid(self, page_id: str) -> str:
        """Messenger knows a person by another number on every page."""
        digest = hashlib.sha256(f"{self.id}@{page_id}".encode()).digest()
        return str(10**15 * 7 + int.from_bytes(digest[:6], "big"))


@dataclass(frozen=True, kw_only=True)
class Comment:
    """A comment, or a reply to one: threads have two levels. Authors are strangers, persons or the page itself."""

    id: str  # post's number _ own number
    page_id: str
    post_id: str  # the post, visitor's post or review it stands under
    parent_id: str  # the top comment, "" for one
    author_id: str
    author_name: str
    message: str
    created_at: float
    updated_at: float
    app_id: str = ""  # by which app; "" on Facebook itself
    hidden: bool = False
    liked_by: list[str] = field(default_factory=list)
    private_reply: str = ""  # the message that answered it privately
    deleted_at: float | None = None

    @property
    def by_page(self) -> bool:
        return self.author_id == self.page_id


@dataclass(frozen=True, kw_only=True)
class Visit:
    """A post by somebody else: on the page's own wall, or elsewhere with the page mentioned."""

    id: str
    page_id: str
    author_id: str
    author_name: str
    message: str
    mention: bool
    created_at: float
    updated_at: float
    liked_by: list[str] = field(default_factory=list)
    deleted_at: float | None = None


@dataclass(frozen=True, kw_only=True)
class Rating:
    """A recommendation. Its id is that of the story it appears as, under which it is answered."""

    id: str
    page_id: str
    author_id: str
    author_name: str
    recommends: bool
    text: str
    created_at: float
    updated_at: float
    deleted_at: float | None = None


@dataclass(frozen=True, kw_only=True)
class Conversation:
    """A page's private thread with one person."""

    id: str
    page_id: str
    stranger_id: str
    psid: str
    last_in_at: float = 0.0  # when the person last wrote: the window counts from there
    unread: int = 0
    updated_at: float = 0.0


@dataclass(frozen=True, kw_only=True)
class PrivateMessage:
    id: str
    conversation_id: str
    from_page: bool
    text: str
    created_at: float
    app_id: str = ""
    reply_to: str = ""
    deleted_at: float | None = None
