"""Archives of everything an organisation has, made for its owners."""

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from lib.claims.models import Leased
from lib.privacy import Data, PrivacyClass, Purpose, Subject, delete, follows
from lib.tenancy.models import OwnedForeignKey, OwnedModel, OwnedQuerySet, SameOrganisation, in_organisation


class ExportQuerySet(OwnedQuerySet["Export"]):
    def under_way(self) -> "ExportQuerySet":
        return self.filter(state=Export.State.UNDER_WAY)

    def ready(self) -> "ExportQuerySet":
        return self.filter(state=Export.State.READY)

    def newest_first(self) -> "ExportQuerySet":
        return self.order_by("-asked_at", "-id")


class Export(OwnedModel, Leased):
    """One archive of everything: the row is the work, and says how far it is.

    What is in it is of everybody whom the organisation's data speaks of: erasing a person ends it (services.exports).
    """

    class State(models.TextChoices):
        UNDER_WAY = "under_way", _("Being made")
        READY = "ready", _("Ready")
        FAILED = "failed", _("Failed")
        ENDED = "ended", _("Ended")  # before its time; why stands in `reason`

    class Reason(models.TextChoices):
        ERASURE = "erasure", _("A person in it was erased since: make it anew.")
        TAKEN_BACK = "taken_back", _("Somebody deleted it.")
        TRIES = "tries", _("It was tried several times. Ask for it again, or ask us.")

    state = models.CharField(max_length=12, choices=State.choices, default=State.UNDER_WAY)
    reason = models.CharField(max_length=12, choices=Reason.choices, blank=True)
    asked_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    language = models.CharField(max_length=8)  # of its pages: that of whoever asked
    asked_at = models.DateTimeField()
    ready_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)  # failed, or ended before its time
    sealed = models.BinaryField(null=True, editable=False)  # the archive's own key (exporting.sealing)
    place = models.JSONField(default=dict, editable=False)  # where the writing stands (exporting.place)
    done = models.PositiveBigIntegerField(default=0)  # rows and files written
    total = models.PositiveBigIntegerField(default=0)  # of so many, as counted at the beginning
    parts = models.PositiveIntegerField(default=0)  # whole ones
    size_bytes = models.PositiveBigIntegerField(default=0)
    missing = models.PositiveIntegerField(default=0)  # files of which rows tell and that storage does not have

    objects: ClassVar[Any] = ExportQuerySet.as_manager()

    privacy = PrivacyClass(
        purpose=Purpose.ACCOUNTABILITY,
        subjects=(Subject.MEMBER,),
        holds={"asked_by": Data.ACTS, "sealed": Data.CREDENTIALS},
        record_class="exports",
        clock=("asked_at", "ready_at"),
        ends_by=delete(),
        unless=Q(state="under_way"),
        left_out="an archive does not hold archives",
    )

    class Meta(OwnedModel.Meta):
        constraints = [
            # A second click makes no second archive.
            models.UniqueConstraint(
                fields=["organisation"], condition=Q(state="under_way"), name="one_export_under_way"
            ),
            models.CheckConstraint(
                condition=~Q(state="ready") | Q(ready_at__isnull=False, sealed__isnull=False, parts__gt=0),
                name="ready_export_can_be_opened",
            ),
            # Nobody opens what has ended, not even from a backup.
            models.CheckConstraint(
                condition=~Q(state__in=["failed", "ended"]) | Q(sealed=None), name="ended_export_has_no_key"
            ),
            in_organisation("export"),
        ]
        indexes = [
            models.Index(fields=["organisation", "-asked_at", "-id"], name="export_by_time"),
            models.Index(fields=["available_at"], name="export_due", condition=Q(available_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"export {self.pk}"

    @property
    def percent(self) -> int:
        """How far it is; never all of it before it is ready."""
        if self.state == self.State.READY:
            return 100
        return min(99, self.done * 100 // self.total) if self.total else 0

    @property
    def id_text(self) -> str:
        return str(self.pk)


class ExportPart(OwnedModel):
    """A piece of an archive in storage: its bytes, one part after the other, are the ZIP file.

    The row comes before the file, so that a worker that dies leaves no file that nobody knows of.
    """

    export = OwnedForeignKey(Export, on_delete=models.CASCADE, related_name="pieces")
    number = models.PositiveIntegerField()
    storage_key = models.CharField(max_length=200, unique=True)
    size_bytes = models.PositiveBigIntegerField()  # of the archive's; in storage it is sealed
    entries = models.JSONField(default=list)  # of the archive's directory: what ends in this part
    is_stored = models.BooleanField(default=False)

    privacy = PrivacyClass(
        purpose=Purpose.ACCOUNTABILITY,
        subjects=(Subject.MEMBER,),
        holds={"storage_key": Data.MEDIA},
        ends_by=follows("export"),
        files=("storage_key",),
        left_out="an archive does not hold archives",
    )

    class Meta(OwnedModel.Meta):
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["export", "number"], name="one_export_part_per_number"),
            SameOrganisation(field="export", name="export_part_and_export_share_organisation"),
        ]
