"""Social accounts, the grants through which we speak for them, and the lanes their work waits in."""

from datetime import datetime
from typing import Any, ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership, User
from lib.claims.models import Leased
from lib.privacy import Data, NoPersonalData, PrivacyClass, Purpose, Subject, by_passage, delete, follows, lasts
from lib.tenancy.models import OwnedForeignKey, OwnedModel, OwnedQuerySet, SameOrganisation, in_organisation


class Network(models.TextChoices):
    """The networks we speak to; a network is offered once it stands in integrations.registry."""

    FACEBOOK = "facebook", "Facebook"
    X = "x", "X"
    INSTAGRAM = "instagram", "Instagram"
    LINKEDIN = "linkedin", "LinkedIn"
    YOUTUBE = "youtube", "YouTube"
    GOOGLE_BUSINESS = "google_business", "Google Business Profile"


class Grant(OwnedModel, Leased):
    """What one person at a network allowed us: a family of tokens that may serve several social accounts.

    Its work, from `available_at` on, is to be refreshed, or revoked at the network once withdrawn. The call is made
    outside any transaction, and its answer is stored only when `token_version` is still the one it began with.
    """

    class State(models.TextChoices):
        ACTIVE = "active", _("Active")
        LOST = "lost", _("Authorisation lost")
        UNKNOWN = "unknown", _("Outcome unknown")  # a refresh was sent and its answer lost
        WITHDRAWN = "withdrawn", _("Withdrawn")  # by us, on disconnecting the last account

    network = models.CharField(max_length=16, choices=Network.choices)
    outside_id = models.CharField(max_length=64)  # the person's id at the network
    name = models.CharField(max_length=200)  # as the network shows the person
    sealed = models.BinaryField(null=True, editable=False)  # credentials (integrations.vault); null once withdrawn
    token_version = models.PositiveIntegerField(default=1, editable=False)
    scopes = models.JSONField(default=list)
    missing_scopes = models.JSONField(default=list)
    state = models.CharField(max_length=12, choices=State.choices, default=State.ACTIVE)
    state_reason = models.CharField(max_length=60, blank=True)  # a sentence key
    state_changed_at = models.DateTimeField(default=timezone.now)
    granted_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    granted_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField(null=True, blank=True)  # of the access token; null: it does not expire
    refreshed_at = models.DateTimeField(null=True, blank=True)
    consent_ends_at = models.DateTimeField(null=True, blank=True)  # from then on no refresh helps; null: no such day
    consent_told_days = models.PositiveSmallIntegerField(null=True, editable=False)  # services.consents.DAYS_AHEAD

    privacy = PrivacyClass(
        purpose=Purpose.CONNECTING,
        subjects=(Subject.GRANTOR, Subject.MEMBER),
        holds={
            "outside_id": Data.FOREIGN_ID,
            "name": Data.NAME,
            "sealed": Data.CREDENTIALS,
            "granted_by": Data.ACTS,
        },
        ends_by=lasts(),
    )

    class Meta(OwnedModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "network", "outside_id"], name="one_grant_per_person_and_organisation"
            ),
            in_organisation("grant"),
        ]
        indexes = [
            models.Index(
                fields=["available_at"],
                name="grant_with_work",
                condition=models.Q(available_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.get_network_display()})"


class SocialAccountQuerySet(OwnedQuerySet["SocialAccount"]):
    def connected(self) -> "SocialAccountQuerySet":
        """Those we speak for, or would if their authorisation had not been lost."""
        return self.exclude(state=SocialAccount.State.DISCONNECTED)

    def open_to(self, membership: Membership) -> "SocialAccountQuerySet":
        """Those this member may work with."""
        if membership.all_accounts:
            return self.all()
        return self.filter(accesses__membership=membership)

    def in_order(self) -> "SocialAccountQuerySet":
        return self.order_by("network", "name", "id")


class SocialAccount(OwnedModel):
    """An organisation's presence on one network: a page, a channel, a profile."""

    class State(models.TextChoices):
        ACTIVE = "active", _("Healthy")
        LOST = "lost", _("Authorisation lost")  # publications are held until someone reconnects
        DISCONNECTED = "disconnected", _("Disconnected")  # by a person; its history stays

    class Listening(models.TextChoices):
        OFF = "off"  # not wanted, not allowed, or not asked for yet
        TOLD = "told"  # the network tells us by itself
        POLLED = "polled"  # it does not; we ask, with some delay
        LEAVING = "leaving"  # disconnected by the last who used it: the network is still to be told

    network = models.CharField(max_length=16, choices=Network.choices)
    network_id = models.CharField(max_length=64)
    grant = OwnedForeignKey(Grant, null=True, on_delete=models.SET_NULL, related_name="social_accounts")
    sealed = models.BinaryField(null=True, editable=False)  # own credentials (a page token)
    name = models.CharField(max_length=200)
    handle = models.CharField(max_length=100, blank=True)
    kind = models.CharField(max_length=40, blank=True)  # page, user, channel, location
    permalink = models.URLField(max_length=500, blank=True)
    picture_url = models.URLField(max_length=1000, blank=True)  # at the network, where only our own server fetches it
    picture = models.CharField(max_length=200, blank=True)  # our small copy, in storage
    followers = models.PositiveIntegerField(null=True, blank=True)
    capabilities = models.JSONField(default=list)  # contract.Feature values
    details = models.JSONField(default=dict)  # the network's facts that calls need (contract.Presence.details)
    state = models.CharField(max_length=12, choices=State.choices, default=State.ACTIVE)
    state_reason = models.CharField(max_length=60, blank=True)  # a sentence key
    state_changed_at = models.DateTimeField(default=timezone.now)
    connected_at = models.DateTimeField(default=timezone.now)
    checked_at = models.DateTimeField(null=True, blank=True)  # when the network last answered for it
    look_at = models.DateTimeField(null=True, blank=True, editable=False)  # when its health is looked at next
    listening = models.CharField(max_length=12, choices=Listening.choices, default=Listening.OFF, db_default="off")
    listening_reason = models.CharField(
        max_length=60, blank=True, db_default=""
    )  # why it is only polled: a sentence key
    listening_checked_at = models.DateTimeField(null=True, blank=True)
    # Where the network agrees later only, by asking back at our address (YouTube's hub): when it last did.
    listening_confirmed_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[Any] = SocialAccountQuerySet.as_manager()

    privacy = PrivacyClass(
        purpose=Purpose.CONNECTING,
        subjects=(Subject.GRANTOR,),  # a profile is a person's; a page is not
        holds={
            "network_id": Data.FOREIGN_ID,
            "name": Data.NAME,
            "handle": Data.FOREIGN_ID,
            "permalink": Data.FOREIGN_ID,
            "picture_url": Data.MEDIA,
            "picture": Data.MEDIA,
            "details": Data.FOREIGN_ID,
            "sealed": Data.CREDENTIALS,
        },
        ends_by=lasts(),
        files=("picture",),
    )

    class Meta(OwnedModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "network", "network_id"], name="one_social_account_per_presence"
            ),
            SameOrganisation(field="grant", name="social_account_and_grant_share_organisation"),
            in_organisation("social_account"),
        ]
        indexes = [
            models.Index(
                fields=["look_at"], name="social_account_to_look_at", condition=models.Q(look_at__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def title(self) -> str:
        """How people call it: a page by its name, a profile by its handle."""
        return f"@{self.handle}" if self.handle and self.kind != "page" else self.name

    @property
    def is_held(self) -> bool:
        """Whether its work waits for a person to reconnect it."""
        return self.state == self.State.LOST


class AccountAccess(OwnedModel):
    """A social account that a member with chosen accounts may work with."""

    membership = OwnedForeignKey(Membership, on_delete=models.CASCADE, related_name="accesses")
    social_account = OwnedForeignKey(SocialAccount, on_delete=models.CASCADE, related_name="accesses")

    privacy = PrivacyClass(
        purpose=Purpose.MEMBERSHIP,
        subjects=(Subject.MEMBER,),
        holds={"membership": Data.ACTS},
        ends_by=follows("membership"),
    )

    class Meta(OwnedModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["membership", "social_account"], name="one_access_per_member_and_account"),
            SameOrganisation(field="membership", name="access_and_membership_share_organisation"),
            SameOrganisation(field="social_account", name="access_and_account_share_organisation"),
        ]


class Lane(OwnedModel):
    """Where one social account's work of one kind waits, so that no account or organisation starves another.

    `next_at` is the exact lower bound of its waiting work, lowered in the transaction that inserts, moves or returns a
    row, and null when nothing waits. `not_before` holds the lane back: until an hour (a budget), or until a person has
    acted (services.lanes.HELD_UNTIL: a lost authorisation, an account disconnected).
    """

    queue = models.CharField(max_length=16)
    network = models.CharField(max_length=16)  # the account's: a claim limits what is in flight per network
    social_account = OwnedForeignKey(SocialAccount, on_delete=models.CASCADE, related_name="lanes")
    next_at = models.DateTimeField(null=True)
    not_before = models.DateTimeField(null=True)
    not_before_reason = models.CharField(max_length=60, blank=True)

    privacy = NoPersonalData("hours at which an account's work is due")

    class Meta(OwnedModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["social_account", "queue"], name="one_lane_per_account_and_queue"),
            SameOrganisation(field="social_account", name="lane_and_account_share_organisation"),
            in_organisation("lane"),
        ]
        indexes = [
            models.Index(fields=["queue", "next_at"], name="lane_due", condition=models.Q(next_at__isnull=False)),
            # Of a great backlog, a claim goes from organisation to organisation.
            models.Index(
                fields=["queue", "organisation", "next_at"],
                name="lane_waiting",
                condition=models.Q(next_at__isnull=False),
            ),
        ]


class ConnectLinkQuerySet(OwnedQuerySet["ConnectLink"]):
    def open(self, now: datetime) -> "ConnectLinkQuerySet":
        return self.filter(ended_at=None, expires_at__gt=now)


class ConnectLink(OwnedModel):
    """A link by which somebody without an account here may connect their own pages. Of its token, a hash is kept."""

    name = models.CharField(max_length=100)  # for whom it is, as whoever made it calls them
    token_hash = models.CharField(max_length=64, unique=True)  # SHA-256, hexadecimal
    created_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)  # by a person, before its time
    used_at = models.DateTimeField(null=True, blank=True)  # when somebody last came back by it with an access

    objects: ClassVar[Any] = ConnectLinkQuerySet.as_manager()

    privacy = PrivacyClass(
        purpose=Purpose.CONNECTING,
        subjects=(Subject.GRANTOR, Subject.MEMBER),
        holds={"name": Data.NAME, "token_hash": Data.CREDENTIALS, "created_by": Data.ACTS},
        record_class="notices",
        clock="expires_at",
        ends_by=delete(),
    )

    class Meta(OwnedModel.Meta):
        constraints = [in_organisation("connect_link")]
        indexes = [models.Index(fields=["organisation", "expires_at"], name="connect_link_by_end")]

    def __str__(self) -> str:
        return self.name


class ConnectAttempt(OwnedModel):
    """One person on the way to a network and back, to bring an account or to bring one back.

    A member has a `user`, whoever came by a link a `link`.

    Kept for a day. `sealed` holds the PKCE verifier until the person returns, then what the grant reaches, tokens
    included, until they have chosen.
    """

    class Step(models.TextChoices):
        AWAY = "away"  # at the network
        CHOOSING = "choosing"
        DONE = "done"
        FAILED = "failed"

    network = models.CharField(max_length=16, choices=Network.choices)
    user = models.ForeignKey(User, null=True, on_delete=models.CASCADE, related_name="+")
    link = OwnedForeignKey(ConnectLink, null=True, on_delete=models.CASCADE, related_name="attempts")
    social_account = OwnedForeignKey(SocialAccount, null=True, on_delete=models.CASCADE, related_name="+")
    send_late = models.BooleanField(null=True)
    state_hash = models.CharField(max_length=64, unique=True)  # SHA-256 of the state parameter, hexadecimal
    started_at = models.DateTimeField()
    step = models.CharField(max_length=12, choices=Step.choices, default=Step.AWAY)
    sealed = models.BinaryField(null=True, editable=False)
    grant = OwnedForeignKey(Grant, null=True, on_delete=models.CASCADE, related_name="+")
    reason = models.CharField(max_length=60, blank=True)  # why it failed: a sentence key
    reason_data = models.JSONField(default=dict)

    privacy = PrivacyClass(
        purpose=Purpose.CONNECTING,
        subjects=(Subject.GRANTOR, Subject.MEMBER),
        holds={"user": Data.ACTS, "sealed": Data.CREDENTIALS, "state_hash": Data.CREDENTIALS, "reason_data": Data.ACTS},
        record_class="connect_attempts",
        clock="started_at",
        ends_by=delete(),
        goes_with=("user",),
    )

    class Meta(OwnedModel.Meta):
        constraints = [
            SameOrganisation(field="social_account", name="attempt_and_account_share_organisation"),
            SameOrganisation(field="grant", name="attempt_and_grant_share_organisation"),
            SameOrganisation(field="link", name="attempt_and_link_share_organisation"),
            models.CheckConstraint(
                condition=models.Q(user=None) | models.Q(link=None), name="attempt_of_a_member_or_by_a_link"
            ),
        ]
        indexes = [models.Index(fields=["started_at"], name="connect_attempt_by_age")]


class OutsideUse(models.Model):
    """Which organisations use a person or a presence outside: the platform's register.

    Revoking a grant and unsubscribing a page act on all organisations that share them, so both wait for the last one.
    The app's role has no right on this table: functions of the passage act for the organisation in scope.
    """

    class Kind(models.TextChoices):
        PERSON = "person"
        PRESENCE = "presence"

    network = models.CharField(max_length=16)  # networks that are one app share their persons (registry)
    kind = models.CharField(max_length=12, choices=Kind.choices)
    outside_id = models.CharField(max_length=64)
    organisation_id = models.BigIntegerField()

    privacy = PrivacyClass(
        purpose=Purpose.CONNECTING,
        subjects=(Subject.GRANTOR,),
        holds={"outside_id": Data.FOREIGN_ID},
        ends_by=lasts(),  # released with the grant or the account (passage.release_outside)
        left_out="the platform's register, closed to all; grants and accounts tell the same",
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["network", "kind", "outside_id", "organisation_id"], name="one_outside_use_per_organisation"
            )
        ]

    def __str__(self) -> str:
        return f"{self.network} {self.kind} {self.outside_id}"


class BudgetUse(models.Model):
    """Units of a network's daily or monthly budget used so far, by all organisations that share its subject.

    The app's role reads and writes it through functions of the passage only.
    """

    network = models.CharField(max_length=16)
    budget = models.CharField(max_length=40)  # contract.Budget.key
    subject = models.CharField(max_length=64, blank=True)  # a network's id; empty: the whole app
    used = models.BigIntegerField(default=0)
    ends_at = models.DateTimeField()

    privacy = PrivacyClass(
        purpose=Purpose.CONNECTING,
        subjects=(Subject.GRANTOR,),
        holds={"subject": Data.FOREIGN_ID},
        record_class="sessions",
        clock="ends_at",
        ends_by=by_passage("end_budgets"),
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["network", "budget", "subject"], name="one_use_per_budget_and_subject")
        ]

    def __str__(self) -> str:
        return f"{self.budget} {self.subject}: {self.used}"
