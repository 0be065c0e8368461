"""Threads and messages: what was said, in and out, and how it stands on the network."""

import uuid
from typing import Any, ClassVar

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import User
from integrations.engagement import MessageKind
from integrations.models import SocialAccount
from lib.privacy import ContentLease, Data, PrivacyClass, Purpose, Subject, blank, delete, follows
from lib.tenancy.models import OwnedForeignKey, OwnedModel, OwnedQuerySet, SameOrganisation, in_organisation, owner
from moderation.models.people import Identity
from moderation.states import Visibility, WayOut

KINDS = [
    (MessageKind.COMMENT.value, pgettext_lazy("what somebody wrote", "Comment")),
    (MessageKind.MENTION.value, pgettext_lazy("what somebody wrote", "Mention")),
    (MessageKind.PRIVATE.value, pgettext_lazy("what somebody wrote", "Private message")),
    (MessageKind.REVIEW.value, pgettext_lazy("what somebody wrote", "Review")),
]


class Thread(OwnedModel):
    """What holds messages together: the post they stand under, a private conversation, a review."""

    organisation = owner(is_indexed=False)
    social_account = OwnedForeignKey(SocialAccount, on_delete=models.PROTECT, related_name="threads", db_index=False)
    kind = models.CharField(max_length=12, choices=KINDS)
    network_id = models.CharField(max_length=128)
    # What it is about, as the network shows it: the post commented on.
    subject_id = models.CharField(max_length=128, blank=True)  # its network id; one of ours is found by it
    subject_text = models.TextField(blank=True)
    subject_permalink = models.URLField(max_length=500, blank=True)
    subject_published_at = models.DateTimeField(null=True, blank=True)
    started_at = models.DateTimeField(default=timezone.now)
    last_activity_at = models.DateTimeField(default=timezone.now)

    privacy = PrivacyClass(
        purpose=Purpose.MODERATION,
        subjects=(Subject.AUTHOR, Subject.DEPICTED),
        holds={"subject_text": Data.WORDS, "network_id": Data.FOREIGN_ID, "subject_permalink": Data.FOREIGN_ID},
        record_class="messages",
        clock="last_activity_at",
        ends_by=delete(),
        goes_when_empty=("messages", "items"),
        reached_by={"thread": "pk", "identity": "messages__author", "contact": "messages__author__contact"},
    )

    class Meta(OwnedModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["social_account", "network_id"], name="one_thread_per_network_thread"),
            SameOrganisation(field="social_account", name="thread_and_account_share_organisation"),
            in_organisation("thread"),
        ]
        indexes = [models.Index(fields=["organisation", "last_activity_at"], name="thread_by_activity")]

    def __str__(self) -> str:
        return f"thread {self.pk}"


class MessageQuerySet(OwnedQuerySet["Message"]):
    def newest_own_id(self, item_id: int, *, but: int = 0) -> int:
        """Return the highest id of what our side said in an item, one message left out; 0 for none."""
        ours = self.filter(item=item_id).exclude(origin=Message.Origin.STRANGER).exclude(pk=but)
        return ours.aggregate(newest=models.Max("pk"))["newest"] or 0


class Message(OwnedModel):
    """One item of a thread, in or out.

    A stranger's is unique by account and network id; ours by the key that the agent's page drew, and by network id once
    the network gave one. `way_out` is empty for what came in.
    """

    organisation = owner(is_indexed=False)

    class Origin(models.TextChoices):
        STRANGER = "stranger", _("Stranger")
        AGENT = "agent", _("Agent")
        NATIVE = "native", _("Written on the network")  # by the account itself, not through us
        AUTOMATION = "automation", _("Automation")

    thread = OwnedForeignKey(Thread, on_delete=models.CASCADE, related_name="messages", db_index=False)
    item = OwnedForeignKey(
        "moderation.Item", null=True, on_delete=models.SET_NULL, related_name="messages", db_index=False
    )
    social_account = OwnedForeignKey(SocialAccount, on_delete=models.PROTECT, related_name="messages")
    network_id = models.CharField(max_length=128, blank=True)
    client_key = models.UUIDField(null=True, blank=True)  # drawn by the agent's page: sent twice, written once
    origin = models.CharField(max_length=12, choices=Origin.choices, default=Origin.STRANGER)
    kind = models.CharField(max_length=12, choices=KINDS)
    author = OwnedForeignKey(Identity, null=True, on_delete=models.SET_NULL, related_name="messages", db_index=False)
    user = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")  # who wrote ours
    text = models.TextField(blank=True)
    attachments = models.JSONField(default=list, blank=True)  # kind, url, name
    rating = models.PositiveSmallIntegerField(null=True, blank=True)  # 1 to 5
    permalink = models.URLField(max_length=500, blank=True)
    answers_id = models.CharField(max_length=128, blank=True)  # the network's id; its row may come later
    written_at = models.DateTimeField()  # at the network; for ours, when it was handed over to be sent
    received_at = models.DateTimeField(default=timezone.now)
    visibility = models.CharField(max_length=8, choices=Visibility.choices, default=Visibility.VISIBLE)
    visibility_at = models.DateTimeField(null=True, blank=True)  # when the network last said so
    is_liked = models.BooleanField(default=False)  # by the account
    acts = models.JSONField(
        null=True, blank=True
    )  # what the network lets be done about it; null: whatever its kind allows
    edited_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)
    way_out = models.CharField(max_length=10, choices=WayOut.choices, blank=True)
    reason = models.CharField(max_length=60, blank=True)  # why it waits, was refused or is unknown: a sentence key
    reason_data = models.JSONField(default=dict, blank=True)
    words = SearchVectorField(null=True, editable=False)  # lib.words.lexemes
    # The network's terms: until when this content may be kept without asking anew; null: no such term.
    lease_until = models.DateTimeField(null=True, blank=True, editable=False)
    blanked_at = models.DateTimeField(null=True, blank=True, editable=False)  # its content ended by such a term

    objects: ClassVar[Any] = MessageQuerySet.as_manager()

    privacy = PrivacyClass(
        purpose=Purpose.MODERATION,
        subjects=(Subject.AUTHOR, Subject.MEMBER),
        holds={
            "text": Data.WORDS,
            "words": Data.WORDS,
            "attachments": Data.MEDIA,
            "rating": Data.WORDS,
            "network_id": Data.FOREIGN_ID,
            "permalink": Data.FOREIGN_ID,
            "author": Data.ACTS,
            "user": Data.ACTS,
            "reason_data": Data.ACTS,
        },
        record_class="messages",
        ends_by=follows("thread"),
        # An address at the network leads back to the author; without an id of its own the message is only ours.
        anonymises=blank("permalink"),
        goes_with=("identity",),
        identifies=("network_id",),
        reached_by={
            "thread": "thread",
            "identity": ("author", "item__identity"),
            "contact": ("author__contact", "item__identity__contact"),
        },
        network_cap=ContentLease(
            until="lease_until",
            blanks=("text", "attachments", "words", "permalink", "author"),
            account="social_account",
            marks="blanked_at",
        ),
    )

    class Meta(OwnedModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["social_account", "network_id"],
                condition=~models.Q(network_id=""),
                name="one_message_per_network_message",
            ),
            # A second click, or an answer that was lost on its way to the page, must not leave two replies.
            models.UniqueConstraint(
                fields=["organisation", "client_key"],
                condition=models.Q(client_key__isnull=False),
                name="one_message_per_client_key",
            ),
            models.CheckConstraint(
                condition=~models.Q(way_out=WayOut.SENT) | ~models.Q(network_id=""), name="sent_message_has_network_id"
            ),
            models.CheckConstraint(
                condition=models.Q(rating=None) | models.Q(rating__range=(1, 5)), name="rating_from_one_to_five"
            ),
            SameOrganisation(field="thread", name="message_and_thread_share_organisation"),
            SameOrganisation(field="item", name="message_and_item_share_organisation"),
            SameOrganisation(field="social_account", name="message_and_account_share_organisation"),
            SameOrganisation(field="author", name="message_and_author_share_organisation"),
            in_organisation("message"),
        ]
        indexes = [
            models.Index(fields=["item", "written_at", "id"], name="message_of_item"),
            models.Index(fields=["thread", "written_at", "id"], name="message_of_thread"),
            models.Index(fields=["author", "written_at"], name="message_of_author"),
            # Answers of our own people that came before what they answer.
            models.Index(
                fields=["social_account", "answers_id"],
                name="message_without_item",
                condition=models.Q(item=None) & ~models.Q(answers_id=""),
            ),
            # Replies whose echo may come in.
            models.Index(
                fields=["thread"],
                name="message_on_its_way",
                condition=models.Q(way_out__in=[WayOut.SENDING, WayOut.UNKNOWN]),
            ),
            models.Index(
                fields=["lease_until"], name="message_leased_content", condition=models.Q(lease_until__isnull=False)
            ),
            GinIndex(fields=["words"], name="message_words", fastupdate=False),
        ]

    def __str__(self) -> str:
        return f"message {self.pk}"

    @property
    def is_ours(self) -> bool:
        """Whether the account itself said it."""
        return self.origin != self.Origin.STRANGER


class MessageRevision(OwnedModel):
    """What a message said before its author changed it on the network."""

    message = OwnedForeignKey(Message, on_delete=models.CASCADE, related_name="revisions")
    text = models.TextField(blank=True)
    replaced_at = models.DateTimeField()

    privacy = PrivacyClass(
        purpose=Purpose.MODERATION,
        subjects=(Subject.AUTHOR,),
        holds={"text": Data.WORDS},
        ends_by=follows("message"),
        reached_by={
            "thread": "message__thread",
            "identity": "message__author",
            "contact": "message__author__contact",
        },
    )

    class Meta(OwnedModel.Meta):
        constraints = [SameOrganisation(field="message", name="revision_and_message_share_organisation")]


def new_client_key() -> uuid.UUID:
    """Return the key under which a page will hand over its next message or command."""
    return uuid.uuid4()
