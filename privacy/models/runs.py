"""Whose turn it is, the proof of what ended, and files whose rows are gone.

These outlive what they speak of and may be the platform's own, so they name an organisation by a bare id (null: the
platform) as the event log does; row-level security shows each to its organisation alone.
"""

from django.db import models
from django.db.models import Q

from lib.claims.models import Leased
from lib.privacy import NoPersonalData


class RetentionWork(Leased):
    """Whose turn it is: one row for each organisation (null: the platform) and record class, leased while it runs."""

    organisation_id = models.BigIntegerField(null=True)
    record_class = models.CharField(max_length=40)
    ran_at = models.DateTimeField(null=True, blank=True)  # the last run's end

    privacy = NoPersonalData("when rules are next applied")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation_id", "record_class"], name="one_retention_work_per_class", nulls_distinct=False
            )
        ]
        indexes = [models.Index(fields=["available_at"], name="retention_work_due")]

    def __str__(self) -> str:
        return f"{self.record_class} of {self.organisation_id}"


class RetentionRun(models.Model):
    """The proof: what ended by a rule, in figures. Counts grow with each batch, in the batch's own transaction."""

    organisation_id = models.BigIntegerField(null=True)
    record_class = models.CharField(max_length=40)
    period = models.CharField(max_length=8, blank=True)  # that was in force
    mode = models.CharField(max_length=12, blank=True)
    as_of = models.DateTimeField()  # the hour for which the clocks were read
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)  # null: under way, or to be taken up again
    ended = models.JSONField(default=dict)  # model's label -> rows
    files = models.PositiveIntegerField(default=0)
    file_bytes = models.PositiveBigIntegerField(default=0)
    held = models.PositiveIntegerField(default=0)  # rows that were due and that a hold keeps
    batches = models.PositiveIntegerField(default=0)

    privacy = NoPersonalData("counts only: the proof that remains")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation_id", "record_class"],
                condition=Q(ended_at=None),
                name="one_retention_run_at_a_time",
                nulls_distinct=False,
            )
        ]
        indexes = [models.Index(fields=["organisation_id", "-started_at"], name="retention_run_by_time")]

    def __str__(self) -> str:
        return f"{self.record_class} as of {self.as_of:%Y-%m-%d %H:%M}"

    @property
    def rows(self) -> int:
        return sum(self.ended.values())


class EndedFile(models.Model):
    """A file whose row is gone: to be removed from storage. Written with the row's end, so that none is forgotten."""

    organisation_id = models.BigIntegerField(null=True)
    storage_key = models.CharField(max_length=200)
    ended_at = models.DateTimeField()

    privacy = NoPersonalData(
        "random names of files that are about to go", left_out="what is about to go is given to nobody"
    )

    class Meta:
        indexes = [models.Index(fields=["organisation_id", "id"], name="ended_file_of_organisation")]

    def __str__(self) -> str:
        return f"file {self.pk}"


class SecurityIncident(models.Model):
    """An incident of the platform. While one is open no access log ends: they are its evidence."""

    title = models.CharField(max_length=120)
    opened_at = models.DateTimeField()
    resolved_at = models.DateTimeField(null=True, blank=True)

    privacy = NoPersonalData("the operators' own words for what happened to the platform")

    def __str__(self) -> str:
        return self.title
