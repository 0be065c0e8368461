"""What organisations chose, and what must not end for now."""

from datetime import datetime
from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from lib.privacy import Data, PrivacyClass, Purpose, Subject, lasts
from lib.tenancy.models import OwnedModel, OwnedQuerySet, in_organisation
from privacy.periods import Period, parse_period
from privacy.record_classes import RECORD_CLASSES, Mode


class RetentionPolicyQuerySet(OwnedQuerySet["RetentionPolicy"]):
    def in_force(self, at: datetime) -> "RetentionPolicyQuerySet":
        """Those that have begun by then, the latest choice first; a record class's first is the one that counts."""
        return self.filter(effective_at__lte=at, withdrawn_at=None).order_by("-chosen_at", "-id")

    def pending(self, at: datetime) -> "RetentionPolicyQuerySet":
        """Those that were chosen and have not begun: a person can still change their mind."""
        return self.filter(effective_at__gt=at, withdrawn_at=None).order_by("-chosen_at", "-id")


class RetentionPolicy(OwnedModel):
    """One choice of an organisation for one record class. Choices are added, never changed: the page shows the history.

    A shorter period first runs after seven days and may be withdrawn until then; a longer one holds at once.
    """

    record_class = models.CharField(max_length=40)
    period = models.CharField(max_length=8, blank=True)  # ISO 8601: P14D, P18M; empty: kept
    mode = models.CharField(max_length=12, default=Mode.DELETE.value)
    chosen_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    chosen_at = models.DateTimeField()
    effective_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)  # replaced before it began

    objects: ClassVar[Any] = RetentionPolicyQuerySet.as_manager()

    privacy = PrivacyClass(
        purpose=Purpose.ACCOUNTABILITY,
        subjects=(Subject.MEMBER,),
        holds={"chosen_by": Data.ACTS},
        ends_by=lasts(),
    )

    class Meta(OwnedModel.Meta):
        constraints = [in_organisation("retention_policy")]
        indexes = [models.Index(fields=["organisation", "record_class", "-chosen_at"], name="policy_by_class")]

    def __str__(self) -> str:
        return f"{self.record_class} {self.period or '-'}"

    @property
    def duration(self) -> Period | None:
        """The period; None: kept."""
        return parse_period(self.period)


class LegalHoldQuerySet(OwnedQuerySet["LegalHold"]):
    def active(self) -> "LegalHoldQuerySet":
        return self.filter(released_at=None)

    def newest_first(self) -> "LegalHoldQuerySet":
        return self.order_by("-placed_at", "-id")


class LegalHold(OwnedModel):
    """What must not end for now, and why. It wins over every other rule until somebody releases it."""

    class Ground(models.TextChoices):
        CLAIM = "claim", _("Legal claim")
        RESTRICTION = (
            "restriction",
            _("A person asked for restriction"),
        )  # GDPR Art. 18: frozen, not even retention acts

    class Scope(models.TextChoices):
        EVERYTHING = "everything", _("Everything")
        RECORD_CLASS = "record_class", _("One rule")
        THREAD = "thread", _("One thread")
        CONTACT = "contact", _("One contact")
        IDENTITY = "identity", _("One person on a network")

    title = models.CharField(max_length=120)
    reason = models.TextField()
    ground = models.CharField(max_length=12, choices=Ground.choices, default=Ground.CLAIM)
    scope = models.CharField(max_length=12, choices=Scope.choices)
    record_class = models.CharField(max_length=40, blank=True)
    subject_id = models.BigIntegerField(null=True, blank=True)
    placed_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    placed_at = models.DateTimeField(default=timezone.now)
    review_on = models.DateField(null=True, blank=True)
    released_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    released_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[Any] = LegalHoldQuerySet.as_manager()

    privacy = PrivacyClass(
        purpose=Purpose.ACCOUNTABILITY,
        subjects=(Subject.MEMBER, Subject.AUTHOR),
        holds={"title": Data.WORDS, "reason": Data.WORDS, "placed_by": Data.ACTS, "released_by": Data.ACTS},
        ends_by=lasts(),
        unless=Q(released_at=None),  # what it says is why it holds
    )

    class Meta(OwnedModel.Meta):
        constraints = [
            # A hold that names nothing would hold nothing, and nobody would notice.
            models.CheckConstraint(
                condition=Q(scope="everything", record_class="", subject_id=None)
                | (Q(scope="record_class", subject_id=None) & ~Q(record_class=""))
                | Q(scope__in=["thread", "contact", "identity"], record_class="", subject_id__isnull=False),
                name="hold_names_what_its_scope_says",
            ),
            in_organisation("legal_hold"),
        ]
        indexes = [models.Index(fields=["organisation"], name="hold_active", condition=Q(released_at=None))]

    def __str__(self) -> str:
        return self.title

    @property
    def id_text(self) -> str:
        return str(self.pk)

    @property
    def what(self) -> str:
        """What it keeps, in words."""
        if self.record_class in RECORD_CLASSES:
            return str(RECORD_CLASSES[self.record_class].title)
        scope = str(self.Scope(self.scope).label)
        return f"{scope} ({self.subject_id})" if self.subject_id is not None else scope
