"""One item as its page shows it: what was said and done about it, the post it stands under, the person behind it.

Everything comes in two statements: what belongs to a message or to the item arrives with it as JSON.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Case, CharField, Exists, F, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce, JSONObject, NullIf

from accounts.models import FORMER_MEMBER, Membership, User
from accounts.permissions import Permission
from integrations.engagement import Act, MessageKind
from lib.pagination import Page, page_of
from moderation.models import (
    Assignment,
    Contact,
    Draft,
    Identity,
    Item,
    Message,
    MessageRevision,
    ModerationAction,
    Note,
)
from moderation.offers import acts_in_order
from moderation.sentences import sentence
from moderation.states import Visibility, WayOut
from moderation.telling import ACT_ICONS, words_of
from scheduler.models import Publication

MESSAGES_A_PAGE = 60
MOST_NOTES = 100
MOST_ASSIGNMENTS = 50
MOST_FORMER = 5
ORDER = ("written_at", "id")


@dataclass(frozen=True, kw_only=True)
class Revision:
    """What a message said before it was edited."""

    text: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Doing:
    """A moderation action as a line below its message."""

    pk: int
    act: Act
    state: WayOut
    who: str
    at: datetime
    reason: str
    reason_data: dict[str, Any]
    until: datetime | None  # when it is sent, if it waits: until then it may be taken back
    network: str

    @property
    def words(self) -> str:
        return words_of(self.act, self.state, who=self.who, network=self.network)

    @property
    def icon(self) -> str:
        return ACT_ICONS[self.act]

    @property
    def why(self) -> str:
        """Why it waits, was refused or is unknown; nothing where there is nothing to say."""
        return sentence(self.reason, {"network": self.network, **self.reason_data}) if self.reason else ""


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One line of the timeline: a message, a note, or who took the item."""

    kind: str  # message, note, assignment
    at: datetime
    pk: int
    who: User | None = None
    by: User | None = None
    text: str = ""
    message: Message | None = None
    revisions: Sequence[Revision] = ()
    doings: Sequence[Doing] = ()
    sending: Doing | None = None  # of a reply of ours
    acts: Sequence[Act] = ()  # that can be done about it

    @property
    def is_stranger(self) -> bool:
        return self.message is not None and not self.message.is_ours

    @property
    def is_deleted(self) -> bool:
        return self.message is not None and self.message.visibility == Visibility.DELETED

    @property
    def is_hidden(self) -> bool:
        return self.message is not None and self.message.visibility == Visibility.HIDDEN

    @property
    def is_aside(self) -> bool:
        """Whether it answers in private what was written in public."""
        return self.sending is not None and self.sending.act is Act.REPLY_PRIVATELY


@dataclass(frozen=True, kw_only=True)
class Former:
    """Another item of the same person."""

    pk: int
    network: str
    words: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Person:
    """Who writes: as the networks show them, and as the organisation's agents know them."""

    identity: Identity | None
    contact: Contact | None
    identities: Sequence[Identity]
    former: Sequence[Former]
    is_blocked: bool = False  # by the account that the item is of

    @property
    def name(self) -> str:
        known = self.contact.name if self.contact else ""
        return known or (self.identity.title if self.identity else "")


@dataclass(frozen=True, kw_only=True)
class Seen:
    """The highest ids that the page shows: what the send guard compares with."""

    message_id: int
    own_id: int
    note_id: int


@dataclass(frozen=True, kw_only=True)
class Opened:
    """An item with all that its page shows."""

    item: Item
    entries: Sequence[Entry]
    earlier: str  # the cursor of what was said before; empty where nothing was
    person: Person
    publication: tuple[int, str] | None  # ours under which this was written: its id and its post's title
    has_others: bool  # whether others wrote under the same post
    drafts: dict[str, str] = field(default_factory=dict)

    @property
    def seen(self) -> Seen:
        item = self.item
        return Seen(
            message_id=item.last_stranger_message_id, own_id=item.last_own_message_id, note_id=item.last_note_id
        )

    @property
    def tells_subject(self) -> bool:
        """Whether there is something to say of what was written about: a review may name its page and no more."""
        thread = self.item.thread
        if self.item.kind != MessageKind.REVIEW:
            return bool(thread.subject_id)
        return bool(thread.subject_text or thread.subject_permalink or self.publication)

    @property
    def last_entry(self) -> Entry | None:
        """The stranger's last message that is still there."""
        found = [one for one in self.entries if one.is_stranger and not one.is_deleted]
        return found[-1] if found else None

    @property
    def answerable(self) -> Message | None:
        return self.last_entry.message if self.last_entry else None


def find_item(membership: Membership, item_id: int) -> Item | None:
    """Return an item open to this member with all that hangs on it, in one statement."""
    found: Item | None = (
        Item.objects.open_to(membership)
        .filter(pk=item_id)
        .select_related("social_account", "thread", "identity__contact", "assignee")
        .defer("social_account__sealed")
        .annotate(
            noted=ArraySubquery(_notes()),
            assigned=ArraySubquery(_assignments()),
            typed=ArraySubquery(_drafts(membership)),
            others_wrote=Exists(Item.objects.filter(thread=OuterRef("thread")).exclude(pk=OuterRef("pk"))),
            subject=Subquery(_publication(membership)),
            known_as=ArraySubquery(_identities()),
            before=ArraySubquery(_former(membership)),
        )
        .first()
    )
    return found


def open_item(item: Item, *, member: Membership, before: str = "") -> Opened:
    """Return what the page of an item that `find_item` found shows this member, in one more statement."""
    page = messages_of(item, before=before)
    facts: Any = item
    for message in page.rows:
        message.social_account = item.social_account  # known already: asking for it once a message would not be flat
    entries = [_message_entry(one) for one in reversed(page.rows)]
    if member.may(Permission.MODERATE_INBOX):
        entries = [replace(one, acts=acts_in_order(one.message)) if one.message else one for one in entries]
    since = page.rows[-1].written_at if page.older and page.rows else None
    until = page.rows[0].written_at if before and page.rows else None
    beside = [*(_note_entry(one) for one in facts.noted), *(_assignment_entry(one) for one in facts.assigned)]
    entries += [one for one in beside if (since is None or one.at >= since) and (until is None or one.at < until)]
    return Opened(
        item=item,
        entries=sorted(entries, key=lambda entry: (entry.at, entry.kind == "message", entry.pk)),
        earlier=page.older,
        person=_person(item),
        publication=(facts.subject["pk"], facts.subject["title"]) if facts.subject else None,
        has_others=facts.others_wrote,
        drafts={one["purpose"]: one["text"] for one in facts.typed},
    )


def messages_of(item: Item, *, before: str = "") -> Page[Message]:
    """Return an item's messages, newest first, each with its revisions and with what was done about it."""
    return page_of(_with_facts(Message.objects.filter(item=item)), by=ORDER, before=before, size=MESSAGES_A_PAGE)


def others_in(item: Item, *, before: str = "") -> tuple[list[Entry], str]:
    """Return what others wrote under the same post, oldest first, and the cursor of what stands before."""
    rows = _with_facts(Message.objects.filter(thread=item.thread_id).exclude(item=item))
    page = page_of(rows, by=ORDER, before=before, size=MESSAGES_A_PAGE)
    return [_message_entry(one) for one in reversed(page.rows)], page.older


# -- what comes as JSON ------------------------------------------------------------------------------------------------


def _name(path: str) -> Coalesce:
    """Return how the person is called; nobody is, whose key is empty."""
    called = NullIf(F(f"{path}__name"), Value(""))
    former = Case(When(**{f"{path}__isnull": False}, then=Value(str(FORMER_MEMBER))))
    return Coalesce(called, former, output_field=CharField())


def _notes() -> QuerySet[Any, Any]:
    found = Note.objects.filter(item=OuterRef("pk")).order_by("-id")
    return found.values(data=JSONObject(pk="pk", user_id="user_id", who=_name("user"), text="text", at="written_at"))[
        :MOST_NOTES
    ]


def _assignments() -> QuerySet[Any, Any]:
    found = Assignment.objects.filter(item=OuterRef("pk")).order_by("-id")
    return found.values(
        data=JSONObject(pk="pk", user_id="user_id", who=_name("user"), by_id="by_id", by=_name("by"), at="began_at")
    )[:MOST_ASSIGNMENTS]


def _drafts(membership: Membership) -> QuerySet[Any, Any]:
    found = Draft.objects.filter(item=OuterRef("pk"), user=membership.user_id).order_by("id")
    return found.values(data=JSONObject(purpose="purpose", text="text"))


def _publication(membership: Membership) -> QuerySet[Any, Any]:
    """The post of ours that a thread stands under, found by the id that the network gave it."""
    found = Publication.objects.open_to(membership).filter(
        social_account=OuterRef("social_account"),
        network_id=OuterRef("thread__subject_id"),
    )
    return found.exclude(network_id="").order_by("id").values(data=JSONObject(pk="pk", title="post__text"))[:1]


def _identities() -> QuerySet[Any, Any]:
    found = Identity.objects.filter(contact=OuterRef("identity__contact")).order_by("network", "id")
    return found.values(
        data=JSONObject(pk="pk", network="network", name="name", handle="handle", permalink="permalink")
    )


def _former(membership: Membership) -> QuerySet[Any, Any]:
    same_person = Q(pk=OuterRef(OuterRef("identity"))) | Q(contact=OuterRef(OuterRef("identity__contact")))
    theirs = Identity.objects.filter(same_person).values("pk")
    found = Item.objects.open_to(membership).filter(identity__in=theirs).exclude(pk=OuterRef("pk"))
    return found.order_by("-last_activity_at", "-id").values(
        data=JSONObject(pk="pk", network="social_account__network", words="excerpt", at="last_activity_at")
    )[:MOST_FORMER]


def _with_facts(messages: Any) -> Any:
    revisions = MessageRevision.objects.filter(message=OuterRef("pk")).order_by("replaced_at", "id")
    doings = ModerationAction.objects.filter(message=OuterRef("pk"), reply=None)
    sendings = ModerationAction.objects.filter(reply=OuterRef("pk"))
    return messages.select_related("author", "user").annotate(
        social_account_network=F("social_account__network"),
        said_before=ArraySubquery(revisions.values(data=JSONObject(text="text", at="replaced_at"))),
        done_about=ArraySubquery(_doings(doings)),
        answered_privately=Exists(ModerationAction.objects.answering_privately(OuterRef("pk"))),
        sending=ArraySubquery(_doings(sendings)),
    )


def _doings(actions: Any) -> Any:
    return actions.order_by("id").values(
        data=JSONObject(
            pk="pk",
            act="act",
            state="state",
            who=_name("user"),
            at="created_at",
            until="available_at",
            reason="reason",
            reason_data="reason_data",
        )
    )


# -- and is read out of it ---------------------------------------------------------------------------------------------


def _message_entry(message: Any) -> Entry:
    network = message.social_account_network
    sendings = [_doing(one, network) for one in message.sending]
    return Entry(
        kind="message",
        at=message.written_at,
        pk=message.pk,
        who=message.user,
        text=message.text,
        message=message,
        revisions=[Revision(text=one["text"], at=datetime.fromisoformat(one["at"])) for one in message.said_before],
        doings=[_doing(one, network) for one in message.done_about],
        sending=sendings[-1] if sendings else None,
    )


def _doing(facts: dict[str, Any], network: str) -> Doing:
    return Doing(
        pk=facts["pk"],
        act=Act(facts["act"]),
        state=WayOut(facts["state"]),
        who=facts["who"] or "",
        at=datetime.fromisoformat(facts["at"]),
        reason=facts["reason"],
        reason_data=facts["reason_data"],
        until=datetime.fromisoformat(facts["until"]) if facts["until"] else None,
        network=network,
    )


def _note_entry(facts: dict[str, Any]) -> Entry:
    who = _user(facts["user_id"], facts["who"])
    return Entry(kind="note", at=datetime.fromisoformat(facts["at"]), pk=facts["pk"], who=who, text=facts["text"])


def _assignment_entry(facts: dict[str, Any]) -> Entry:
    return Entry(
        kind="assignment",
        at=datetime.fromisoformat(facts["at"]),
        pk=facts["pk"],
        who=_user(facts["user_id"], facts["who"]),
        by=_user(facts["by_id"], facts["by"]),
    )


def _user(pk: int | None, name: str | None) -> User | None:
    """A colleague as an avatar and a name need them; nothing else of the row was read."""
    return User(pk=pk, name=name or "") if pk else None


def _person(item: Item) -> Person:
    facts: Any = item
    identity = item.identity
    others = [Identity(**one) for one in facts.known_as] or ([identity] if identity else [])
    former = [Former(**{**one, "at": datetime.fromisoformat(one["at"])}) for one in facts.before]
    return Person(
        identity=identity,
        contact=identity.contact if identity else None,
        identities=others,
        former=former,
        is_blocked=identity is not None and identity.is_blocked_by(item.social_account_id),
    )
