"""What networks tell us, kept as it came until it is read, and how far we have asked them ourselves."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from integrations.models import Lane, Network, SocialAccount
from lib.claims.models import Leased
from lib.privacy import Data, NoPersonalData, PrivacyClass, Purpose, Subject, delete
from lib.tenancy.models import OwnedForeignKey, OwnedModel, SameOrganisation, in_organisation, owner
from moderation.states import Visibility


class InboundEvent(OwnedModel, Leased):
    """One event of a webhook, for one organisation: every organisation that shares the page has its own.

    Written before the network is answered; kept for days, so that it can be read again.
    """

    organisation = owner(is_indexed=False)

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        READ = "read", _("Read")
        DEAD = "dead", _("Could not be read")  # a person can have it read again

    network = models.CharField(max_length=16, choices=Network.choices)
    social_account = OwnedForeignKey(
        SocialAccount, on_delete=models.CASCADE, related_name="inbound_events", db_index=False
    )
    lane = OwnedForeignKey(Lane, null=True, on_delete=models.SET_NULL, related_name="+")
    key = models.CharField(max_length=128)  # under which the network's repetition is recognised
    payload = models.JSONField()
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    received_at = models.DateTimeField(default=timezone.now)
    read_at = models.DateTimeField(null=True, blank=True)
    reason = models.CharField(max_length=60, blank=True)  # why it could not be read: a sentence key
    reason_data = models.JSONField(default=dict, blank=True)

    privacy = PrivacyClass(
        purpose=Purpose.MODERATION,
        subjects=(Subject.AUTHOR,),
        holds={"payload": Data.WORDS, "key": Data.FOREIGN_ID, "reason_data": Data.ACTS},
        record_class="raw_events",
        clock="received_at",
        ends_by=delete(),
        goes_when_named=True,
    )

    class Meta(OwnedModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["social_account", "key"], name="one_inbound_event_per_key"),
            SameOrganisation(field="social_account", name="inbound_event_and_account_share_organisation"),
            SameOrganisation(field="lane", name="inbound_event_and_lane_share_organisation"),
            in_organisation("inbound_event"),
        ]
        indexes = [
            models.Index(
                fields=["lane", "available_at"],
                name="inbound_event_waiting",
                condition=models.Q(lease_until=None, available_at__isnull=False),
            ),
            models.Index(
                fields=["lease_until"], name="inbound_event_leased", condition=models.Q(lease_until__isnull=False)
            ),
            models.Index(fields=["organisation", "received_at"], name="inbound_event_by_age"),
            models.Index(
                fields=["organisation", "-received_at"],
                name="inbound_event_dead",
                condition=models.Q(state="dead"),
            ),
        ]


class Poll(OwnedModel, Leased):
    """How far an account has been read by asking. `available_at` is when it is asked next."""

    social_account = OwnedForeignKey(SocialAccount, on_delete=models.CASCADE, related_name="polls")
    cursor = models.JSONField(default=dict)  # the provider's own
    since = models.DateTimeField()  # how far back to go where there is no cursor: the period chosen on connecting
    interval_seconds = models.PositiveIntegerField(default=300)
    polled_at = models.DateTimeField(null=True, blank=True)
    # When some of what is here is looked at again, and the item, by its activity and id, below which that goes on.
    revisit_at = models.DateTimeField(null=True, blank=True)
    revisited = models.JSONField(null=True, blank=True)
    reason = models.CharField(max_length=60, blank=True)
    reason_data = models.JSONField(default=dict, blank=True)

    privacy = NoPersonalData("how far an account has been read")

    class Meta(OwnedModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["social_account"], name="one_poll_per_account"),
            SameOrganisation(field="social_account", name="poll_and_account_share_organisation"),
            in_organisation("poll"),
        ]
        indexes = [
            models.Index(fields=["available_at"], name="poll_due", condition=models.Q(available_at__isnull=False))
        ]


class EarlyNews(OwnedModel):
    """What a network said of a message before the message itself came: news arrive in any order.

    Kept for as long as raw events are, and told to the message when it comes.
    """

    social_account = OwnedForeignKey(SocialAccount, on_delete=models.CASCADE, related_name="+")
    network_id = models.CharField(max_length=128)
    visibility = models.CharField(max_length=8, choices=Visibility.choices)
    at = models.DateTimeField()  # when it happened at the network
    received_at = models.DateTimeField(default=timezone.now)

    privacy = PrivacyClass(
        purpose=Purpose.MODERATION,
        subjects=(Subject.AUTHOR,),
        holds={"network_id": Data.FOREIGN_ID},
        record_class="raw_events",
        clock="received_at",
        ends_by=delete(),
        goes_when_named=True,
    )

    class Meta(OwnedModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["social_account", "network_id"], name="one_early_news_per_message"),
            SameOrganisation(field="social_account", name="early_news_and_account_share_organisation"),
        ]
        indexes = [models.Index(fields=["organisation", "received_at"], name="early_news_by_age")]
