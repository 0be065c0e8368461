"""What a model says of the personal data in it, beside the model itself.

    privacy = PrivacyClass(
        purpose=Purpose.MODERATION, subjects=(Subject.AUTHOR,), holds={"text": Data.WORDS},
        record_class="messages", clock="last_activity_at", ends_by=delete(),
    )
    privacy = NoPersonalData("figures only")

The retention engine, the settings page, the processing record, exports and erasures read these and nothing else. A
model without one is refused at start (privacy/checks.py). Fields are named as in queries, so `author__contact` reaches
through keys. The periods stand in privacy/record_classes.py. Source: docs/privacy.md
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from django.db.models import Q


class Purpose(StrEnum):
    """What the data is for. Their words in print: privacy/words.py."""

    PUBLISHING = "publishing"
    MODERATION = "moderation"
    CONNECTING = "connecting"  # speaking for an organisation at a network
    MEMBERSHIP = "membership"  # who may act in an organisation
    SIGN_IN = "sign_in"
    NOTIFYING = "notifying"
    MEASURING = "measuring"  # what accounts and posts have reached
    ACCOUNTABILITY = "accountability"  # who did what: the event log, and proofs that rules were kept


class Subject(StrEnum):
    """Whose data it is."""

    MEMBER = "member"  # whoever works in an organisation
    INVITED = "invited"  # somebody offered a place in one
    AUTHOR = "author"  # a stranger who writes to a social account
    GRANTOR = "grantor"  # whoever connected an account, as the network knows them
    DEPICTED = "depicted"  # somebody seen or named in what an organisation publishes


class Data(StrEnum):
    """What kind of data a column holds."""

    NAME = "name"
    CONTACT = "contact"  # e-mail addresses, phone numbers
    FOREIGN_ID = "foreign_id"  # a person's id, handle or picture at a network
    WORDS = "words"  # what people wrote
    MEDIA = "media"  # pictures, films and attachments
    ACTS = "acts"  # who did what, and when
    ORIGIN = "origin"  # internet addresses, browsers
    CREDENTIALS = "credentials"  # passwords (hashed) and tokens (sealed)
    CHOICES = "choices"  # language, look, what one is told of


@dataclass(frozen=True)
class Delete:
    """The row goes, and with it all that follows it by CASCADE."""


@dataclass(frozen=True)
class Blank:
    """These columns are emptied for ever and the row stays: null where they may be, else the empty value, else (where
    the database wants them unique) `ended-<id>`, which says nothing of anybody.
    """

    columns: tuple[str, ...]


@dataclass(frozen=True)
class Follows:
    """The row ends with the one that its foreign key `relation` names, and never before."""

    relation: str


@dataclass(frozen=True)
class Passage:
    """`passage.<function>(limit, now)` ends up to `limit` rows and returns how many: the app's role itself may not.

    It must hold to the rule on its own, since whoever may call it must not end more than the rule allows.
    """

    function: str


@dataclass(frozen=True)
class Lasts:
    """The row lasts as long as its organisation (or, for a user's own, the user's account) and ends with it."""


Ending = Delete | Blank | Follows | Passage | Lasts


def delete() -> Delete:
    """End a row by deleting it."""
    return Delete()


def blank(*columns: str) -> Blank:
    """End what the columns hold and leave the row."""
    return Blank(columns)


def follows(relation: str) -> Follows:
    """End with the row that the key `relation` names; the key must CASCADE."""
    return Follows(relation)


def by_passage(function: str) -> Passage:
    """End through a function of the passage."""
    return Passage(function)


def lasts() -> Lasts:
    """End with the organisation or the user, by no clock of its own."""
    return Lasts()


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One way in which rows of a model end."""

    record_class: str  # a key of privacy.record_classes
    #: What starts the clock: a column, or several of which the latest counts (the first one is the index's).
    clock: str | tuple[str, ...] = ()
    ends_by: Ending
    #: Rows that wait although their clock has run out, such as what is still on its way to a network.
    unless: Q | None = None

    @property
    def clocks(self) -> tuple[str, ...]:
        return (self.clock,) if isinstance(self.clock, str) else self.clock


@dataclass(frozen=True, kw_only=True)
class ContentLease:
    """A network's cap on how long its content may be stored, kept row by row. No setting lengthens it.

    Past `until` the columns in `blanks` are emptied and `until` becomes null: nothing of the network's is left. Before
    that, whoever knows the network may fetch the content anew (privacy.leases.refresh_with).
    """

    until: str  # a nullable column with the hour
    blanks: tuple[str, ...]
    account: str  # the social account whose grant the content depends on, as named in queries
    marks: str = ""  # a nullable column set to the hour at which the content was blanked


@dataclass(frozen=True, kw_only=True)
class PrivacyClass:
    """What a model holds of people, why, and what ends it."""

    purpose: Purpose
    subjects: tuple[Subject, ...]
    holds: Mapping[str, Data]  # column -> what it holds
    record_class: str = ""
    clock: str | tuple[str, ...] = ()
    ends_by: Ending
    unless: Q | None = None
    #: What is emptied where the person it is reached by is anonymised, so that their words stay visible; also where
    #: they are deleted and the row does not go with them.
    anonymises: Blank | None = None
    #: A nullable column set to the hour at which the row was anonymised.
    anonymised_at: str = ""
    #: Kinds of `reached_by` with which the row goes when that one is deleted, whatever its own clock says. "user": it
    #: goes when the member whom it CASCADEs from leaves the organisation, or closes their account.
    goes_with: tuple[str, ...] = ()
    #: Columns whose values lead back to the person wherever else they stand: ids, names, addresses. Who is erased is
    #: looked for by them in all that others wrote (privacy/traces.py).
    identifies: tuple[str, ...] = ()
    #: Whether the row goes as a whole where it names somebody who is erased; else what names them is taken out of it.
    goes_when_named: bool = False
    #: Reverse keys: with nothing left behind any of them, the row says nothing any more and goes when a person does.
    goes_when_empty: tuple[str, ...] = ()
    #: Columns with keys of files in storage, which end with the row or when the column is emptied.
    files: tuple[str, ...] = ()
    network_cap: ContentLease | None = None
    #: How a row leads to what a legal hold or an erasure may name: "thread", "identity", "contact", "user" -> a field
    #: as in queries, or several of which any counts. Keys to users need not be listed: the registry finds them.
    reached_by: Mapping[str, str | tuple[str, ...]] = field(default_factory=dict)
    also: tuple[Rule, ...] = ()
    #: Why an organisation's export has none of these rows; empty: it has them (privacy/exporting).
    left_out: str = ""

    def paths_to(self, kind: str) -> tuple[str, ...]:
        """Return how a row leads to such a one; nothing when it does not."""
        found = self.reached_by.get(kind, ())
        return (found,) if isinstance(found, str) else found

    @property
    def rules(self) -> tuple[Rule, ...]:
        """Every rule under which rows end, the model's main one first."""
        if not self.record_class:
            return self.also
        main = Rule(record_class=self.record_class, clock=self.clock, ends_by=self.ends_by, unless=self.unless)
        return (main, *self.also)


@dataclass(frozen=True)
class NoPersonalData:
    """A model that says nothing of anybody, and why that is so."""

    why: str
    left_out: str = ""  # as in PrivacyClass


Declaration = PrivacyClass | NoPersonalData
