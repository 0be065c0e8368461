"""What people asked about their own data, and what must not come back once it was erased."""

from datetime import datetime
from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from lib.claims.models import Leased
from lib.privacy import Data, NoPersonalData, PrivacyClass, Purpose, Subject, lasts
from lib.tenancy.models import OwnedModel, OwnedQuerySet, in_organisation
from privacy.periods import months
from privacy.record_classes import Mode


class DataSubjectRequestQuerySet(OwnedQuerySet["DataSubjectRequest"]):
    def open(self) -> "DataSubjectRequestQuerySet":
        return self.exclude(state=DataSubjectRequest.State.DONE)

    def newest_first(self) -> "DataSubjectRequestQuerySet":
        return self.order_by("-received_at", "-id")


class DataSubjectRequest(OwnedModel, Leased):
    """One person to be erased across the organisation: the row is the work, and afterwards the proof without a name."""

    class Source(models.TextChoices):
        MEMBER = "member", _("The person, to the organisation")
        NETWORK = "network", _("The person, to the network")  # a data-deletion call-back: the network knows who asks

    class State(models.TextChoices):
        WAITING = "waiting", _("Under way")
        HELD = (
            "held",
            _("Kept for now"),
        )  # by a hold, or on its way to a network; taken up again each night, and when the hold is released
        DONE = "done", _("Done")

    source = models.CharField(max_length=8, choices=Source.choices, default=Source.MEMBER)
    network = models.CharField(max_length=16, blank=True)  # whose call-back it was
    code = models.CharField(max_length=32, blank=True)  # of the network's call-back (NetworkErasure)
    mode = models.CharField(max_length=12, default=Mode.DELETE.value)
    identity_ids = models.JSONField(default=list)
    contact_ids = models.JSONField(default=list)
    #: What they are called and what they said, by which others' words are searched; emptied at the end.
    called = models.JSONField(default=list)
    said = models.JSONField(default=list)
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    stage = models.CharField(max_length=80, blank=True)  # what is next: a model's label, and how far it was searched
    after = models.BigIntegerField(default=0)
    asked_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    received_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    ended = models.JSONField(default=dict)  # model's label -> rows
    kept = models.JSONField(default=dict)  # reason -> rows
    files = models.PositiveIntegerField(default=0)
    file_bytes = models.PositiveBigIntegerField(default=0)

    objects: ClassVar[Any] = DataSubjectRequestQuerySet.as_manager()

    privacy = PrivacyClass(
        purpose=Purpose.ACCOUNTABILITY,
        subjects=(Subject.AUTHOR, Subject.MEMBER),
        holds={"called": Data.NAME, "said": Data.FOREIGN_ID, "asked_by": Data.ACTS},
        ends_by=lasts(),
    )

    class Meta(OwnedModel.Meta):
        constraints = [
            # Who is gone is not kept by name in the proof of it.
            models.CheckConstraint(
                condition=~Q(state="done") | Q(called=[], said=[]), name="ended_request_names_nobody"
            ),
            models.CheckConstraint(
                condition=~Q(state="done") | Q(ended_at__isnull=False), name="ended_request_has_its_hour"
            ),
            in_organisation("data_subject_request"),
        ]
        indexes = [
            models.Index(fields=["organisation", "-received_at", "-id"], name="subject_request_by_time"),
            models.Index(fields=["available_at"], name="subject_request_due", condition=Q(available_at__isnull=False)),
            models.Index(fields=["code"], name="subject_request_by_code", condition=~Q(code="")),
        ]

    def __str__(self) -> str:
        return f"request {self.pk}"  # no name: the event log keeps this

    @property
    def due_at(self) -> datetime:
        """Until when the person must be answered: one month (GDPR Art. 12(3))."""
        return months(1).after(self.received_at)

    @property
    def rows(self) -> int:
        return sum(self.ended.values())


class ErasedMark(OwnedModel):
    """What was erased and must not come back: polls look back, and networks tell things again.

    A keyed digest (privacy/marks.py): whoever has an id can ask whether it was erased; nobody reads one out of it.
    """

    digest = models.CharField(max_length=64)
    erased_at = models.DateTimeField()

    privacy = NoPersonalData("keyed digests of what was erased: nothing can be read from them")

    class Meta(OwnedModel.Meta):
        constraints = [models.UniqueConstraint(fields=["organisation", "digest"], name="one_mark_per_erased")]


class NetworkErasure(models.Model):
    """A network's word that a person asks for the erasure of their data, under the code it can be asked about with."""

    code = models.CharField(max_length=32, unique=True)  # random
    network = models.CharField(max_length=16)
    received_at = models.DateTimeField()

    privacy = NoPersonalData("a random code and an hour: who asked stands nowhere")

    def __str__(self) -> str:
        return f"erasure {self.pk}"
