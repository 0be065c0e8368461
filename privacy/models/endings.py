"""Ends of organisations."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from lib.claims.models import Leased
from lib.privacy import Data, PrivacyClass, Purpose, Subject, lasts


class Termination(Leased):
    """The end of an organisation: announced, undone or carried out; afterwards its certificate, without personal data.

    It outlives its organisation, so it names it by a bare id and by its name, as the certificate must.
    """

    class State(models.TextChoices):
        ANNOUNCED = "announced", _("Announced")
        UNDONE = "undone", _("Taken back")
        ENDING = "ending", _("Under way")
        HELD = "held", _("Stopped by a legal hold")
        DONE = "done", _("Done")

    organisation_id = models.BigIntegerField()
    organisation_name = models.CharField(max_length=120)
    state = models.CharField(max_length=12, choices=State.choices, default=State.ANNOUNCED)
    asked_by_id = models.BigIntegerField(null=True)
    owner_ids = models.JSONField(default=list)  # whom to send the certificate; emptied once it is sent
    asked_at = models.DateTimeField()
    ends_at = models.DateTimeField()  # until then it can be undone
    stage = models.CharField(max_length=12, blank=True)  # files, grants, keys, rows
    label = models.CharField(max_length=80, blank=True)  # the model whose files are being removed, and how far
    after = models.BigIntegerField(default=0)
    stages = models.JSONField(default=dict)  # stage -> the hour at which it was over
    ended = models.JSONField(default=dict)  # model's label -> rows
    files = models.PositiveIntegerField(default=0)
    file_bytes = models.PositiveBigIntegerField(default=0)
    grants = models.PositiveIntegerField(default=0)  # given back, or tried to
    unrevoked = models.JSONField(default=dict)  # network -> grants that it did not confirm to have ended
    ended_at = models.DateTimeField(null=True, blank=True)

    privacy = PrivacyClass(
        purpose=Purpose.ACCOUNTABILITY,
        subjects=(Subject.MEMBER,),
        holds={"asked_by_id": Data.ACTS, "owner_ids": Data.ACTS},
        ends_by=lasts(),
        reached_by={"user": "asked_by_id"},
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation_id"], condition=~Q(state="undone"), name="one_end_of_an_organisation"
            ),
            models.CheckConstraint(
                condition=~Q(state="done") | Q(owner_ids=[], asked_by_id=None, ended_at__isnull=False),
                name="certificate_names_no_person",
            ),
        ]
        indexes = [
            models.Index(fields=["available_at"], name="termination_due", condition=Q(available_at__isnull=False))
        ]

    def __str__(self) -> str:
        return self.organisation_name

    @property
    def revoked(self) -> int:
        """Grants whose end the networks confirmed."""
        return int(self.grants - sum(self.unrevoked.values()))

    @property
    def rows(self) -> int:
        return sum(self.ended.values())
