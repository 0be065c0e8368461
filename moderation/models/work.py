"""What is to be done: moderation actions on their way out, commands already carried out, bulk commands."""

from typing import Any, ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from integrations.engagement import ANSWERS, Act
from integrations.models import Lane, SocialAccount
from lib.claims.models import Leased
from lib.privacy import Data, PrivacyClass, Purpose, Subject, delete, follows
from lib.tenancy.models import OwnedForeignKey, OwnedModel, OwnedQuerySet, SameOrganisation, in_organisation
from moderation.models.items import Item
from moderation.models.talk import Message
from moderation.states import WayOut

ACTS = [
    (Act.REPLY.value, _("Reply")),
    (Act.HIDE.value, _("Hide")),
    (Act.SHOW.value, _("Show")),
    (Act.DELETE.value, _("Delete")),
    (Act.LIKE.value, _("Like")),
    (Act.UNLIKE.value, _("Take the like back")),
    (Act.REPLY_PRIVATELY.value, _("Answer privately")),
    (Act.BLOCK.value, _("Block")),
    (Act.UNBLOCK.value, _("Let them write again")),
]
#: Those that carry words of ours.
ANSWERING = sorted(each.value for each in ANSWERS)


class ModerationActionQuerySet(OwnedQuerySet["ModerationAction"]):
    def answering_privately(self, message: Any) -> "ModerationActionQuerySet":
        """Those that have answered a message in private, or are about to: there is one at most."""
        ended = [WayOut.REFUSED, WayOut.CANCELLED]
        return self.filter(message=message, act=Act.REPLY_PRIVATELY.value).exclude(state__in=ended)


class ModerationAction(OwnedModel, Leased):
    """Something to be done at the network about a message. The row is the work: a worker claims it by its lane."""

    social_account = OwnedForeignKey(SocialAccount, on_delete=models.PROTECT, related_name="actions")
    item = OwnedForeignKey(Item, on_delete=models.CASCADE, related_name="actions")
    message = OwnedForeignKey(Message, on_delete=models.CASCADE, related_name="actions")  # what it is about
    reply = OwnedForeignKey(  # ours, for an answer
        Message, null=True, on_delete=models.CASCADE, related_name="sendings"
    )
    act = models.CharField(max_length=16, choices=ACTS)
    state = models.CharField(max_length=10, choices=WayOut.choices, default=WayOut.WAITING)
    lane = OwnedForeignKey(Lane, null=True, on_delete=models.SET_NULL, related_name="+")
    user = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    key = models.UUIDField()  # drawn by the agent's page
    created_at = models.DateTimeField(default=timezone.now)
    started_at = models.DateTimeField(null=True, blank=True)  # of the last call
    ended_at = models.DateTimeField(null=True, blank=True)
    looks = models.PositiveSmallIntegerField(default=0)  # that found nothing, after a lost answer
    reason = models.CharField(max_length=60, blank=True)  # a sentence key
    reason_data = models.JSONField(default=dict, blank=True)

    objects: ClassVar[Any] = ModerationActionQuerySet.as_manager()

    privacy = PrivacyClass(
        purpose=Purpose.MODERATION,
        subjects=(Subject.MEMBER,),
        holds={"user": Data.ACTS, "reason_data": Data.ACTS},
        ends_by=follows("item"),
        reached_by={"thread": "item__thread", "identity": "item__identity", "contact": "item__identity__contact"},
    )

    class Meta(OwnedModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["organisation", "key", "message"], name="one_action_per_key_and_message"),
            models.UniqueConstraint(
                fields=["reply"], condition=models.Q(reply__isnull=False), name="one_sending_per_reply"
            ),
            models.CheckConstraint(
                condition=~models.Q(act__in=ANSWERING) | models.Q(reply__isnull=False), name="reply_has_its_words"
            ),
            models.CheckConstraint(
                condition=models.Q(available_at=None) | models.Q(lane__isnull=False), name="waiting_action_has_a_lane"
            ),
            SameOrganisation(field="social_account", name="action_and_account_share_organisation"),
            SameOrganisation(field="item", name="action_and_item_share_organisation"),
            SameOrganisation(field="message", name="action_and_message_share_organisation"),
            SameOrganisation(field="reply", name="action_and_reply_share_organisation"),
            SameOrganisation(field="lane", name="action_and_lane_share_organisation"),
            in_organisation("action"),
        ]
        indexes = [
            models.Index(
                fields=["lane", "available_at"],
                name="action_waiting",
                condition=models.Q(lease_until=None, available_at__isnull=False),
            ),
            models.Index(fields=["lease_until"], name="action_leased", condition=models.Q(lease_until__isnull=False)),
            models.Index(fields=["item", "created_at"], name="action_of_item"),
        ]

    def __str__(self) -> str:
        return f"{self.act} {self.pk}"


class Command(OwnedModel):
    """A command that was carried out, under the key its page drew: asked again, it is not done again."""

    key = models.UUIDField()
    item = OwnedForeignKey(Item, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=20)
    user = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField()
    before = models.JSONField(default=dict)  # state, agent and hour as they were, for undoing

    privacy = PrivacyClass(
        purpose=Purpose.MODERATION,
        subjects=(Subject.MEMBER,),
        holds={"user": Data.ACTS, "before": Data.ACTS},
        record_class="raw_events",
        clock="at",
        ends_by=delete(),
        reached_by={"thread": "item__thread", "identity": "item__identity", "contact": "item__identity__contact"},
    )

    class Meta(OwnedModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["organisation", "key", "item"], name="one_command_per_key_and_item"),
            SameOrganisation(field="item", name="command_and_item_share_organisation"),
        ]
        indexes = [models.Index(fields=["at"], name="command_by_age")]


class BulkCommand(OwnedModel, Leased):
    """The same command for many items, under the same permissions as one by one, with progress and an undo window."""

    class State(models.TextChoices):
        WAITING = "waiting"
        DONE = "done"
        UNDONE = "undone"

    key = models.UUIDField()
    name = models.CharField(max_length=20)  # assign, close, ignore, defer, hide, reopen
    details = models.JSONField(default=dict)  # the command's own: to whom, until when
    item_ids = models.JSONField()  # ids and versions as the agent saw them
    user = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    done = models.PositiveIntegerField(default=0)
    skipped = models.JSONField(default=list)  # item id and the reason's key
    created_at = models.DateTimeField(default=timezone.now)
    undo_until = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    privacy = PrivacyClass(
        purpose=Purpose.MODERATION,
        subjects=(Subject.MEMBER,),
        holds={"user": Data.ACTS, "details": Data.ACTS, "item_ids": Data.ACTS},
        record_class="raw_events",
        clock="created_at",
        ends_by=delete(),
        unless=models.Q(available_at__isnull=False),
    )

    class Meta(OwnedModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["organisation", "key"], name="one_bulk_command_per_key"),
            in_organisation("bulk_command"),
        ]
        indexes = [
            models.Index(fields=["available_at"], name="bulk_waiting", condition=models.Q(available_at__isnull=False))
        ]
