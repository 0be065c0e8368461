"""What changed in an organisation, in the order of its commits."""

from typing import Any, ClassVar

from django.db import models

from lib.privacy import Data, NoPersonalData, PrivacyClass, Purpose, Subject, delete
from lib.tenancy.models import OrganisationKey, OwnedModel, OwnedQuerySet


class LiveSequence(OwnedModel):
    """An organisation's last number. A row of its own, since every transaction that changes something locks it."""

    # Without an index of its own: the unique constraint begins with it.
    organisation = OrganisationKey(
        "accounts.Organisation", on_delete=models.CASCADE, editable=False, related_name="+", db_index=False
    )
    last = models.BigIntegerField(default=0)

    privacy = NoPersonalData("an organisation's last number")

    class Meta(OwnedModel.Meta):
        constraints = [models.UniqueConstraint(fields=["organisation"], name="one_live_sequence_per_organisation")]

    def __str__(self) -> str:
        return str(self.last)


class LiveEventQuerySet(OwnedQuerySet["LiveEvent"]):
    def after(self, sequence: int) -> "LiveEventQuerySet":
        """Those that follow, in order."""
        return self.filter(sequence__gt=sequence).order_by("sequence")


class LiveEvent(OwnedModel):
    """One change: ids only, and who may hear of it. Numbered without holes; written by sql/changes.sql alone.

    `version` grows with each change of its subject: the subject's own version, or this event's sequence where it has
    none.
    """

    # Without an index of its own: the unique constraint begins with it.
    organisation = OrganisationKey(
        "accounts.Organisation", on_delete=models.CASCADE, editable=False, related_name="+", db_index=False
    )
    sequence = models.BigIntegerField()
    kind = models.CharField(max_length=32)
    subject_id = models.BigIntegerField()
    version = models.BigIntegerField()
    social_account_id = models.BigIntegerField(null=True)  # heard by those who may work with it; null: by all
    user_id = models.BigIntegerField(null=True)  # heard by this user alone; null: by all
    at = models.DateTimeField()

    objects: ClassVar[Any] = LiveEventQuerySet.as_manager()

    privacy = PrivacyClass(
        purpose=Purpose.NOTIFYING,
        subjects=(Subject.MEMBER,),
        holds={"user_id": Data.ACTS},
        record_class="raw_events",
        clock="at",
        ends_by=delete(),
        reached_by={"user": "user_id"},
    )

    class Meta(OwnedModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["organisation", "sequence"], name="one_live_event_per_number"),
        ]

    def __str__(self) -> str:
        return f"{self.sequence}: {self.kind} {self.subject_id}"
