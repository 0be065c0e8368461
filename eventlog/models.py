"""The event log: who did what to what, when and from where. Append-only, and without foreign keys: it outlives all."""

from django.db import models
from django.utils import timezone

from lib.privacy import Data, PrivacyClass, Purpose, Rule, Subject, by_passage


class Event(models.Model):
    """One act. Names and ids are copies, so that an event still reads when what it speaks of is gone.

    The app's role may add and read rows and nothing else (sql/append_only.sql).
    """

    organisation_id = models.BigIntegerField(null=True)  # None: the platform's own, such as a failed sign-in
    at = models.DateTimeField(default=timezone.now)
    name = models.CharField(max_length=80)  # area.thing.past_verb
    actor_id = models.BigIntegerField(null=True)  # a user's id; None: the product itself
    actor_name = models.CharField(max_length=200, blank=True)
    subject_type = models.CharField(max_length=40, blank=True)
    subject_id = models.BigIntegerField(null=True)
    subject_name = models.CharField(max_length=200, blank=True)
    address = models.GenericIPAddressField(null=True)
    agent = models.CharField(max_length=300, blank=True)  # the browser's own words, cut
    data = models.JSONField(default=dict)  # ids, codes and figures; never words people wrote

    privacy = PrivacyClass(
        purpose=Purpose.ACCOUNTABILITY,
        subjects=(Subject.MEMBER, Subject.AUTHOR),
        holds={
            "actor_name": Data.NAME,
            "subject_name": Data.NAME,
            "address": Data.ORIGIN,
            "agent": Data.ORIGIN,
            "name": Data.ACTS,
        },
        record_class="event_log",
        ends_by=by_passage("end_events"),
        reached_by={"user": "actor_id"},
        also=(
            Rule(record_class="content_trace", clock="at", ends_by=by_passage("end_content_traces")),
            Rule(record_class="sign_in", ends_by=by_passage("end_sign_ins")),
        ),
    )

    class Meta:
        indexes = [
            models.Index(fields=["organisation_id", "-at", "-id"], name="event_by_time"),
            models.Index(fields=["organisation_id", "subject_type", "subject_id", "at"], name="event_by_subject"),
            # Where acts came from ends before the acts do.
            models.Index(
                fields=["organisation_id", "at"], name="event_with_origin", condition=models.Q(address__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M:%S} {self.name}"
