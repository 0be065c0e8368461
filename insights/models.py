"""Figures of accounts and posts by day, as networks tell them, and how far each account has been asked."""

from typing import Any, ClassVar

from django.db import models
from django.utils import timezone

from integrations.models import SocialAccount
from lib.claims.models import Leased
from lib.privacy import ContentLease, Data, NoPersonalData, PrivacyClass, Purpose, Subject, delete
from lib.tenancy.models import OwnedForeignKey, OwnedModel, OwnedQuerySet, SameOrganisation
from scheduler.models import Publication


class Measuring(OwnedModel, Leased):
    """How far an account has been measured. `available_at` is when its network is asked next."""

    social_account = OwnedForeignKey(SocialAccount, on_delete=models.CASCADE, related_name="measurings")
    measured_through = models.DateField(null=True, blank=True)  # the last day asked for, as the network counts days
    measured_at = models.DateTimeField(null=True, blank=True)
    reason = models.CharField(max_length=60, blank=True)  # why it waits: a sentence key
    reason_data = models.JSONField(default=dict, blank=True)

    privacy = NoPersonalData("how far an account has been measured")

    class Meta(OwnedModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["social_account"], name="one_measuring_per_account"),
            SameOrganisation(field="social_account", name="measuring_and_account_share_organisation"),
        ]
        indexes = [
            models.Index(fields=["available_at"], name="measuring_due", condition=models.Q(available_at__isnull=False))
        ]


class MeasureQuerySet(OwnedQuerySet[Any]):
    def known(self) -> "MeasureQuerySet":
        """Those whose figure is still there: terms may have ended it."""
        return self.exclude(value=None)


class AccountMeasure(OwnedModel):
    """One metric of an account on one day (integrations.insights names the metrics)."""

    social_account = OwnedForeignKey(SocialAccount, on_delete=models.CASCADE, related_name="measures")
    metric = models.CharField(max_length=40)
    day = models.DateField()
    value = models.FloatField(null=True)  # null: the network's terms have ended it
    taken_at = models.DateTimeField(default=timezone.now)
    kept_until = models.DateTimeField(null=True, blank=True)  # unless the authorisation is seen to stand until then

    objects: ClassVar[Any] = MeasureQuerySet.as_manager()

    privacy = PrivacyClass(
        purpose=Purpose.MEASURING,
        subjects=(Subject.GRANTOR,),  # a profile is a person's; a page is not
        holds={"value": Data.ACTS},
        record_class="statistics",
        clock="taken_at",
        ends_by=delete(),
        network_cap=ContentLease(until="kept_until", blanks=("value",), account="social_account"),
    )

    class Meta(OwnedModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["social_account", "metric", "day"], name="one_account_measure_a_day"),
            SameOrganisation(field="social_account", name="account_measure_and_account_share_organisation"),
        ]
        indexes = [
            models.Index(fields=["organisation", "taken_at"], name="account_measure_by_age"),
            models.Index(
                fields=["kept_until"],
                name="account_measure_leased",
                condition=models.Q(kept_until__isnull=False),
            ),
        ]


class PostMeasure(OwnedModel):
    """What one metric of a publication had reached by a day: of the day's last look, since the post is out."""

    publication = OwnedForeignKey(Publication, on_delete=models.CASCADE, related_name="measures")
    metric = models.CharField(max_length=40)
    day = models.DateField()
    value = models.FloatField(null=True)
    taken_at = models.DateTimeField(default=timezone.now)
    kept_until = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[Any] = MeasureQuerySet.as_manager()

    privacy = PrivacyClass(
        purpose=Purpose.MEASURING,
        subjects=(Subject.GRANTOR,),
        holds={"value": Data.ACTS},
        record_class="statistics",
        clock="taken_at",
        ends_by=delete(),
        network_cap=ContentLease(until="kept_until", blanks=("value",), account="publication__social_account"),
    )

    class Meta(OwnedModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["publication", "metric", "day"], name="one_post_measure_a_day"),
            SameOrganisation(field="publication", name="post_measure_and_publication_share_organisation"),
        ]
        indexes = [
            models.Index(fields=["organisation", "taken_at"], name="post_measure_by_age"),
            models.Index(
                fields=["kept_until"], name="post_measure_leased", condition=models.Q(kept_until__isnull=False)
            ),
        ]
