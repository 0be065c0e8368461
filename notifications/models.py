"""Notices: what one person is told, in the product and, if they want, by mail."""

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership, User
from accounts.permissions import Role
from integrations.models import SocialAccount
from lib.claims.models import Leased
from lib.privacy import Data, PrivacyClass, Purpose, Subject, delete, lasts
from lib.tenancy.models import OwnedForeignKey, OwnedModel, OwnedQuerySet, SameOrganisation
from moderation.models import Item
from privacy.models import Export
from scheduler.models import Publication


class NoticeQuerySet(OwnedQuerySet["Notice"]):
    def of(self, user: User) -> "NoticeQuerySet":
        return self.filter(user=user)

    def open_to(self, membership: Membership) -> "NoticeQuerySet":
        """Those about accounts this member may still work with; owners also hear of those that nobody can mend."""
        if membership.all_accounts:
            return self
        accounts = SocialAccount.objects.open_to(membership).values("pk")
        about_theirs = (
            Q(social_account__in=accounts)
            | Q(publication__social_account__in=accounts)
            | Q(item__social_account__in=accounts)
        )
        if membership.role == Role.OWNER:
            about_theirs |= Q(kind__in=[Notice.Kind.OUT_OF_REACH, Notice.Kind.CONSENT_ENDING])
        return self.filter(about_theirs)

    def unread(self) -> "NoticeQuerySet":
        return self.filter(read_at=None)


class Notice(OwnedModel, Leased):
    """One person told of one thing. The lease is for its mail; `available_at` null: no mail, or none any more."""

    class Kind(models.TextChoices):
        FAILED = "failed", _("A publication failed")
        UNKNOWN = "unknown", _("An outcome is unknown")
        LATE = "late", _("A publication missed its hour")
        AFTER = "after", _("Something about a published post is left to decide")
        ACCOUNT_LOST = "account_lost", _("An authorisation was lost")
        REPLY_REFUSED = "reply_refused", _("A network refused an answer or an act")
        REPLY_UNKNOWN = "reply_unknown", _("Whether an answer arrived is unknown")
        MENTIONED = "mentioned", _("A colleague named you in a note")
        CONSENT_ENDING = "consent_ending", _("A consent is about to end")
        EXPORT_READY = "export_ready", _("An export is ready")
        EXPORT_FAILED = "export_failed", _("An export could not be made")
        OUT_OF_REACH = "out_of_reach", _("An authorisation was lost that nobody can renew")  # told to owners

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=16, choices=Kind.choices)
    publication = OwnedForeignKey(Publication, null=True, on_delete=models.CASCADE, related_name="+")
    social_account = OwnedForeignKey(SocialAccount, null=True, on_delete=models.CASCADE, related_name="+")
    item = OwnedForeignKey(Item, null=True, on_delete=models.CASCADE, related_name="+")
    export = OwnedForeignKey(Export, null=True, on_delete=models.CASCADE, related_name="+")
    by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")  # the colleague who did it
    happened_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)
    mailed_at = models.DateTimeField(null=True)

    objects: ClassVar[Any] = NoticeQuerySet.as_manager()

    privacy = PrivacyClass(
        purpose=Purpose.NOTIFYING,
        subjects=(Subject.MEMBER,),
        holds={"user": Data.ACTS, "by": Data.ACTS, "read_at": Data.ACTS},
        record_class="notices",
        clock="happened_at",
        ends_by=delete(),
        goes_with=("user",),
    )

    class Meta(OwnedModel.Meta):
        constraints = [
            # Told twice of the same thing at the same time, a person gets one notice and one mail.
            models.UniqueConstraint(
                fields=["user", "kind", "publication", "social_account", "item", "export", "happened_at"],
                name="one_notice_per_person_and_happening",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                condition=models.Q(publication__isnull=False)
                | models.Q(social_account__isnull=False)
                | models.Q(item__isnull=False)
                | models.Q(export__isnull=False),
                name="notice_is_about_something",
            ),
            SameOrganisation(field="publication", name="notice_and_publication_share_organisation"),
            SameOrganisation(field="social_account", name="notice_and_account_share_organisation"),
            SameOrganisation(field="item", name="notice_and_item_share_organisation"),
            SameOrganisation(field="export", name="notice_and_export_share_organisation"),
        ]
        indexes = [
            models.Index(fields=["organisation", "user", "-id"], name="notice_by_reader"),
            models.Index(
                fields=["organisation", "user"], name="notice_unread", condition=models.Q(read_at__isnull=True)
            ),
            models.Index(
                fields=["available_at"], name="notice_to_mail", condition=models.Q(available_at__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} → {self.user_id}"


class MailPreference(models.Model):
    """What a person wants by mail. Theirs alone, in all organisations; without a row they get everything."""

    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="+")
    on_trouble = models.BooleanField(
        default=True
    )  # whatever waits for them: failures, unknown outcomes, lost accounts, colleagues' calls

    privacy = PrivacyClass(
        purpose=Purpose.NOTIFYING,
        subjects=(Subject.MEMBER,),
        holds={"on_trouble": Data.CHOICES},
        ends_by=lasts(),
        goes_with=("user",),
    )

    def __str__(self) -> str:
        return f"{self.user_id}: {self.on_trouble}"
