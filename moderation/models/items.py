"""Inbox items: what one agent can pick up, how it is handled, and what is kept beside it while that goes on.

The item is a read model: list, counters, deadlines and live updates read items only, and an item changes in the same
transaction as the fact behind it.
"""

from typing import Any, ClassVar

from django.db import models
from django.utils import timezone

from accounts.models import Membership, User
from integrations.models import SocialAccount
from lib.privacy import Data, NoPersonalData, PrivacyClass, Purpose, Subject, blank, follows, lasts
from lib.tenancy.models import OwnedForeignKey, OwnedModel, OwnedQuerySet, SameOrganisation, in_organisation, owner
from moderation.models.people import Identity
from moderation.models.talk import KINDS, Thread
from moderation.states import WAITING, ItemState


class ItemQuerySet(OwnedQuerySet["Item"]):
    def open_to(self, membership: Membership) -> "ItemQuerySet":
        """Those on accounts this member may work with."""
        if membership.all_accounts:
            return self.all()
        return self.filter(social_account__accesses__membership=membership)

    def waiting(self) -> "ItemQuerySet":
        """Those whose author waits for an answer."""
        return self.filter(state__in=WAITING)

    def newest_first(self) -> "ItemQuerySet":
        return self.order_by("-last_activity_at", "-id")


class Item(OwnedModel):
    """A private thread, one author's part of a public thread, or a review.

    `key` tells the items of a thread apart: the author's network id, empty for a private thread or a review, and
    `message:<id>` where the network does not say who wrote. Counters follow by trigger (sql/counters.sql).
    """

    organisation = owner(is_indexed=False)
    social_account = OwnedForeignKey(SocialAccount, on_delete=models.PROTECT, related_name="items", db_index=False)
    thread = OwnedForeignKey(Thread, on_delete=models.CASCADE, related_name="items", db_index=False)
    key = models.CharField(max_length=140, blank=True)
    identity = OwnedForeignKey(Identity, null=True, on_delete=models.SET_NULL, related_name="items", db_index=False)
    kind = models.CharField(max_length=12, choices=KINDS)
    state = models.CharField(max_length=10, choices=ItemState.choices, default=ItemState.NEW)
    state_changed_at = models.DateTimeField(default=timezone.now)
    version = models.PositiveIntegerField(default=1)  # grows with every change: a command carries the one it saw
    assignee = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    deferred_until = models.DateTimeField(null=True, blank=True)
    # What a line about it says, copied from the facts behind it.
    author_name = models.CharField(max_length=200, blank=True)
    excerpt = models.CharField(max_length=240, blank=True)  # of the last message, whoever wrote it
    rating = models.PositiveSmallIntegerField(null=True, blank=True)
    message_count = models.PositiveIntegerField(default=0)
    first_message_at = models.DateTimeField()
    last_activity_at = models.DateTimeField()  # of the last message, in or out
    waiting_since = models.DateTimeField(null=True, blank=True)  # the stranger's first words without an answer
    # Highest ids of what the send guard compares with what an agent has seen.
    last_stranger_message_id = models.BigIntegerField(default=0)
    last_own_message_id = models.BigIntegerField(default=0)
    last_note_id = models.BigIntegerField(default=0)
    # Flags beside the state.
    is_muted = models.BooleanField(default=False)
    is_spam = models.BooleanField(default=False)
    is_hidden = models.BooleanField(default=False)  # the stranger's last message, on the network
    is_deleted = models.BooleanField(default=False)  # all of the stranger's messages are gone from the network
    send_failed = models.BooleanField(default=False)
    approval_pending = models.BooleanField(default=False)

    objects: ClassVar[Any] = ItemQuerySet.as_manager()

    privacy = PrivacyClass(
        purpose=Purpose.MODERATION,
        subjects=(Subject.AUTHOR, Subject.MEMBER),
        holds={
            "key": Data.FOREIGN_ID,
            "author_name": Data.NAME,
            "excerpt": Data.WORDS,
            "identity": Data.ACTS,
            "assignee": Data.ACTS,
        },
        ends_by=follows("thread"),
        anonymises=blank("key", "author_name"),
        goes_with=("identity",),
        reached_by={"thread": "thread", "identity": "identity", "contact": "identity__contact"},
    )

    class Meta(OwnedModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["thread", "key"], name="one_item_per_thread_and_author"),
            models.CheckConstraint(
                condition=~models.Q(state=ItemState.DEFERRED) | models.Q(deferred_until__isnull=False),
                name="deferred_item_has_an_hour",
            ),
            SameOrganisation(field="social_account", name="item_and_account_share_organisation"),
            SameOrganisation(field="thread", name="item_and_thread_share_organisation"),
            SameOrganisation(field="identity", name="item_and_identity_share_organisation"),
            in_organisation("item"),
        ]
        indexes = [
            models.Index(fields=["organisation", "-last_activity_at", "-id"], name="item_by_activity"),
            models.Index(fields=["organisation", "state", "-last_activity_at", "-id"], name="item_by_state"),
            models.Index(
                fields=["organisation", "-last_activity_at", "-id"],
                name="item_waiting",
                condition=models.Q(state__in=sorted(WAITING)),
            ),
            models.Index(
                fields=["organisation", "assignee", "-last_activity_at", "-id"],
                name="item_of_agent",
                condition=models.Q(assignee__isnull=False, state=ItemState.ASSIGNED),
            ),
            models.Index(
                fields=["organisation", "waiting_since", "id"],
                name="item_waited_longest",
                condition=models.Q(state__in=sorted(WAITING), waiting_since__isnull=False),
            ),
            models.Index(
                fields=["organisation", "-last_activity_at", "-id"],
                name="item_not_answered",
                condition=models.Q(send_failed=True),
            ),
            models.Index(fields=["social_account", "-last_activity_at", "-id"], name="item_of_account"),
            models.Index(fields=["identity", "-last_activity_at"], name="item_of_identity"),
            models.Index(fields=["deferred_until"], name="item_to_wake", condition=models.Q(state=ItemState.DEFERRED)),
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"  # no name: the event log keeps this


class ItemCount(OwnedModel):
    """A change in how many items of an account stand in a state with an agent: the sum of rows is the count.

    Rows are only added, by a trigger, so that counting locks nothing; `moderation.services.counting` folds them.
    """

    social_account = OwnedForeignKey(SocialAccount, on_delete=models.CASCADE, related_name="+")
    state = models.CharField(max_length=10, choices=ItemState.choices)
    assignee_id = models.BigIntegerField(default=0)  # 0: nobody
    count = models.IntegerField()

    privacy = NoPersonalData("how many items stand in a state with an agent's id; the figures say nothing of strangers")

    class Meta(OwnedModel.Meta):
        constraints = [SameOrganisation(field="social_account", name="item_count_and_account_share_organisation")]
        indexes = [models.Index(fields=["organisation", "social_account", "state"], name="item_count_of_account")]


class Intervention(OwnedModel):
    """One agent's handling of an item, from engaging to closing."""

    class Outcome(models.TextChoices):
        OPEN = "open"
        CLOSED = "closed"
        HANDED_OVER = "handed_over"
        CANCELLED = "cancelled"  # given back before any reply

    item = OwnedForeignKey(Item, on_delete=models.CASCADE, related_name="interventions")
    user = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    outcome = models.CharField(max_length=12, choices=Outcome.choices, default=Outcome.OPEN)
    opened_at = models.DateTimeField()
    waiting_since = models.DateTimeField(null=True, blank=True)  # since when the stranger waited as it began
    first_reply_at = models.DateTimeField(null=True, blank=True)
    is_reviewed = models.BooleanField(default=False)  # closed without a reply: nothing was to be said
    ended_at = models.DateTimeField(null=True, blank=True)

    privacy = PrivacyClass(
        purpose=Purpose.MODERATION,
        subjects=(Subject.MEMBER,),
        holds={"user": Data.ACTS},
        ends_by=follows("item"),
        reached_by={"thread": "item__thread", "identity": "item__identity", "contact": "item__identity__contact"},
    )

    class Meta(OwnedModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["item"], condition=models.Q(outcome="open"), name="one_open_intervention_per_item"
            ),
            SameOrganisation(field="item", name="intervention_and_item_share_organisation"),
            in_organisation("intervention"),
        ]
        indexes = [
            models.Index(
                fields=["organisation", "first_reply_at"],
                name="intervention_answered",
                condition=models.Q(first_reply_at__isnull=False),
            )
        ]


class Assignment(OwnedModel):
    """Who handles an item, from when to when, and who said so."""

    item = OwnedForeignKey(Item, on_delete=models.CASCADE, related_name="assignments")
    user = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    privacy = PrivacyClass(
        purpose=Purpose.MODERATION,
        subjects=(Subject.MEMBER,),
        holds={"user": Data.ACTS, "by": Data.ACTS},
        ends_by=follows("item"),
        reached_by={"thread": "item__thread", "identity": "item__identity", "contact": "item__identity__contact"},
    )

    class Meta(OwnedModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["item"], condition=models.Q(ended_at=None), name="one_current_assignment_per_item"
            ),
            SameOrganisation(field="item", name="assignment_and_item_share_organisation"),
        ]


class Note(OwnedModel):
    """What agents tell one another about an item; no network sees it."""

    item = OwnedForeignKey(Item, on_delete=models.CASCADE, related_name="notes")
    user = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    client_key = models.UUIDField()
    text = models.TextField()
    mentioned = models.ManyToManyField(User, related_name="+", blank=True, through="moderation.NoteMention")
    written_at = models.DateTimeField(default=timezone.now)

    privacy = PrivacyClass(
        purpose=Purpose.MODERATION,
        subjects=(Subject.AUTHOR, Subject.MEMBER),
        holds={"text": Data.WORDS, "user": Data.ACTS},
        ends_by=follows("item"),
        reached_by={"thread": "item__thread", "identity": "item__identity", "contact": "item__identity__contact"},
    )

    class Meta(OwnedModel.Meta):
        ordering = ["written_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["organisation", "client_key"], name="one_note_per_client_key"),
            SameOrganisation(field="item", name="note_and_item_share_organisation"),
            in_organisation("note"),
        ]
        indexes = [models.Index(fields=["item", "written_at"], name="note_of_item")]


class NoteMention(OwnedModel):
    """A colleague named in a note."""

    note = OwnedForeignKey(Note, on_delete=models.CASCADE, related_name="mentions")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")

    privacy = PrivacyClass(
        purpose=Purpose.MODERATION,
        subjects=(Subject.MEMBER,),
        holds={"user": Data.ACTS},
        ends_by=follows("note"),
    )

    class Meta(OwnedModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["note", "user"], name="one_mention_per_note_and_user"),
            SameOrganisation(field="note", name="mention_and_note_share_organisation"),
        ]


class Draft(OwnedModel):
    """What an agent has typed and not sent, saved as typed: one for each agent, item and purpose."""

    # Above the fields: below, Purpose is a draft's own.
    privacy = PrivacyClass(
        purpose=Purpose.MODERATION,
        subjects=(Subject.AUTHOR, Subject.MEMBER),
        holds={"text": Data.WORDS, "user": Data.ACTS},
        ends_by=follows("item"),
        goes_with=("user",),
        reached_by={"thread": "item__thread", "identity": "item__identity", "contact": "item__identity__contact"},
    )

    class Purpose(models.TextChoices):
        REPLY = "reply"
        NOTE = "note"

    item = OwnedForeignKey(Item, on_delete=models.CASCADE, related_name="drafts")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    purpose = models.CharField(max_length=8, choices=Purpose.choices, default=Purpose.REPLY)
    text = models.TextField()
    saved_at = models.DateTimeField(default=timezone.now)

    class Meta(OwnedModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["item", "user", "purpose"], name="one_draft_per_agent_and_item"),
            SameOrganisation(field="item", name="draft_and_item_share_organisation"),
        ]


class SavedReply(OwnedModel):
    """Words that agents use again, by name."""

    name = models.CharField(max_length=120)
    text = models.TextField()
    language = models.CharField(max_length=8, blank=True)
    by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    updated_at = models.DateTimeField(default=timezone.now)

    privacy = PrivacyClass(
        purpose=Purpose.MODERATION,
        subjects=(Subject.MEMBER,),
        holds={"text": Data.WORDS, "by": Data.ACTS},
        ends_by=lasts(),
    )

    class Meta(OwnedModel.Meta):
        constraints = [models.UniqueConstraint(fields=["organisation", "name"], name="one_saved_reply_per_name")]

    def __str__(self) -> str:
        return self.name
