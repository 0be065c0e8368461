"""Those who write to us: identities on networks, and the contacts behind them."""

from typing import Any, ClassVar

from django.db import models
from django.utils import timezone

from accounts.models import User
from integrations.models import Network
from lib.privacy import Data, PrivacyClass, Purpose, Subject, blank, delete, follows
from lib.tenancy.models import OwnedForeignKey, OwnedModel, OwnedQuerySet, SameOrganisation, in_organisation, owner


class Contact(OwnedModel):
    """The person behind one or several identities, as the organisation's agents know them."""

    name = models.CharField(max_length=200, blank=True)
    company = models.CharField(max_length=200, blank=True)
    emails = models.JSONField(default=list, blank=True)
    phones = models.JSONField(default=list, blank=True)
    language = models.CharField(max_length=8, blank=True)
    remark = models.TextField(blank=True)  # what every agent should know
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(default=timezone.now)
    last_activity_at = models.DateTimeField(default=timezone.now)  # of the person, through any identity

    privacy = PrivacyClass(
        purpose=Purpose.MODERATION,
        subjects=(Subject.AUTHOR,),
        holds={
            "name": Data.NAME,
            "company": Data.NAME,
            "emails": Data.CONTACT,
            "phones": Data.CONTACT,
            "remark": Data.WORDS,
        },
        record_class="people",
        clock="last_activity_at",
        ends_by=delete(),
        anonymises=blank("name", "company", "emails", "phones", "language", "remark"),
        identifies=("name", "emails", "phones"),
        reached_by={"contact": "pk", "identity": "identities", "thread": "identities__messages__thread"},
    )

    class Meta(OwnedModel.Meta):
        constraints = [in_organisation("contact")]
        indexes = [models.Index(fields=["organisation", "last_activity_at"], name="contact_by_activity")]

    def __str__(self) -> str:
        return f"contact {self.pk}"


class IdentityQuerySet(OwnedQuerySet["Identity"]):
    def of_person(self, contact: Contact) -> "IdentityQuerySet":
        """All identities of one person."""
        return self.filter(contact=contact)


class Identity(OwnedModel):
    """Someone on a network who writes to a social account, as the network shows them."""

    organisation = owner(is_indexed=False)
    network = models.CharField(max_length=16, choices=Network.choices)
    network_id = models.CharField(max_length=128)
    name = models.CharField(max_length=200, blank=True)
    handle = models.CharField(max_length=100, blank=True)
    permalink = models.URLField(max_length=500, blank=True)
    picture_url = models.URLField(max_length=1000, blank=True)  # at the network, where only our own server fetches it
    contact = OwnedForeignKey(Contact, null=True, blank=True, on_delete=models.SET_NULL, related_name="identities")
    first_seen_at = models.DateTimeField(default=timezone.now)
    last_activity_at = models.DateTimeField(default=timezone.now)
    blocked_by = models.JSONField(null=True, blank=True)  # ids of the social accounts that let nothing of theirs in
    anonymised_at = models.DateTimeField(null=True, blank=True)  # its author was irreversibly blanked

    objects: ClassVar[Any] = IdentityQuerySet.as_manager()

    privacy = PrivacyClass(
        purpose=Purpose.MODERATION,
        subjects=(Subject.AUTHOR,),
        holds={
            "network_id": Data.FOREIGN_ID,
            "name": Data.NAME,
            "handle": Data.FOREIGN_ID,
            "permalink": Data.FOREIGN_ID,
            "picture_url": Data.MEDIA,
            "blocked_by": Data.ACTS,
        },
        record_class="people",
        clock=("last_activity_at", "contact__last_activity_at"),
        ends_by=delete(),
        anonymises=blank("network_id", "name", "handle", "permalink", "picture_url"),
        anonymised_at="anonymised_at",
        identifies=("network_id", "name", "handle", "permalink", "picture_url"),
        reached_by={"identity": "pk", "contact": "contact", "thread": ("messages__thread", "items__thread")},
    )

    class Meta(OwnedModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "network", "network_id"], name="one_identity_per_person_and_network"
            ),
            SameOrganisation(field="contact", name="identity_and_contact_share_organisation"),
            in_organisation("identity"),
        ]
        indexes = [
            models.Index(fields=["contact"], name="identity_of_contact", condition=models.Q(contact__isnull=False)),
            models.Index(fields=["organisation", "last_activity_at"], name="identity_by_activity"),
        ]

    def __str__(self) -> str:
        return f"identity {self.pk}"

    def is_blocked_by(self, account_id: int) -> bool:
        """Whether this social account lets nothing of theirs in."""
        return account_id in (self.blocked_by or ())

    @property
    def title(self) -> str:
        """How people call them."""
        return self.name or (f"@{self.handle}" if self.handle else "")


class ContactMerge(OwnedModel):
    """An identity that was given to another contact. Kept, so that merging can be undone without loss."""

    identity = OwnedForeignKey(Identity, on_delete=models.CASCADE, related_name="merges")
    before = OwnedForeignKey(Contact, null=True, on_delete=models.CASCADE, related_name="+")
    after = OwnedForeignKey(Contact, null=True, on_delete=models.CASCADE, related_name="+")
    by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    privacy = PrivacyClass(
        purpose=Purpose.MODERATION,
        subjects=(Subject.AUTHOR, Subject.MEMBER),
        holds={"before": Data.ACTS, "after": Data.ACTS, "by": Data.ACTS},
        ends_by=follows("identity"),
        reached_by={"identity": "identity", "contact": ("before", "after")},
    )

    class Meta(OwnedModel.Meta):
        constraints = [
            SameOrganisation(field="identity", name="merge_and_identity_share_organisation"),
            SameOrganisation(field="before", name="merge_and_former_contact_share_organisation"),
            SameOrganisation(field="after", name="merge_and_contact_share_organisation"),
        ]
