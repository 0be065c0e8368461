"""Users, organisations, and what users are in them."""

from datetime import datetime
from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.permissions import ALLOWED, Permission, Role
from lib.privacy import Data, NoPersonalData, PrivacyClass, Purpose, Subject, blank, delete, lasts
from lib.tenancy.models import OwnedModel, OwnedQuerySet, in_organisation

#: How people read whoever has closed their account; their name is gone, what they did stays.
FORMER_MEMBER = _("Former member")


class UserManager(BaseUserManager["User"]):
    """Addresses are kept in lower case: people do not type theirs the same way twice."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        user = self.model(email=email.lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email=(username or "").lower())


class User(AbstractBaseUser, PermissionsMixin):
    """A person who signs in. `is_staff` marks an operator of the platform, who sees no organisation's data by it."""

    class Theme(models.TextChoices):
        SYSTEM = "system", _("As the system")
        LIGHT = "light", _("Light")
        DARK = "dark", _("Dark")

    email = models.EmailField(unique=True)
    name = models.CharField(max_length=120)
    language = models.CharField(max_length=8, default="en")
    theme = models.CharField(max_length=8, choices=Theme.choices, default=Theme.SYSTEM)
    shortcuts = models.BooleanField(default=True)  # whether single letters act
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(default=False)
    joined_at = models.DateTimeField(default=timezone.now)
    closed_at = models.DateTimeField(null=True, blank=True)  # by the person, or with their last organisation

    objects: ClassVar[UserManager] = UserManager()

    privacy = PrivacyClass(
        purpose=Purpose.SIGN_IN,
        subjects=(Subject.MEMBER,),
        holds={
            "email": Data.CONTACT,
            "name": Data.NAME,
            "password": Data.CREDENTIALS,
            "last_login": Data.ACTS,
            "language": Data.CHOICES,
            "theme": Data.CHOICES,
            "shortcuts": Data.CHOICES,
        },
        record_class="sign_in",
        clock="closed_at",
        ends_by=blank("email", "name", "password", "last_login"),  # the row stays: posts and events still name its id
        reached_by={"user": "pk"},
    )

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        constraints = [models.UniqueConstraint(Lower("email"), name="user_email_once_whatever_its_case")]

    def __str__(self) -> str:
        return self.name or str(FORMER_MEMBER)

    @property
    def initials(self) -> str:
        """Up to two letters for an avatar."""
        words = str(self).replace("@", " ").split()
        return "".join(word[0] for word in (words[:1] + words[-1:] if len(words) > 1 else words[:1])).upper()

    @property
    def tint(self) -> int:
        """One of six tints that tell people apart and mean nothing."""
        return (self.pk or 0) % 6 + 1


class Organisation(models.Model):
    """A client: who owns accounts, posts and data. Its rows are walled off from all other organisations'."""

    class WhenLate(models.TextChoices):
        """What to do with a publication whose hour passed while it could not go out."""

        SEND = "send", _("Send it at once")
        ASK = "ask", _("Ask a person")
        DROP = "drop", _("Let it fail")

    slug = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=120)
    agency_name = models.CharField(max_length=120, blank=True)  # who works for it, as shown under its name
    tint = models.PositiveSmallIntegerField(default=1)
    time_zone = models.CharField(max_length=60, default="Europe/Paris")
    language = models.CharField(max_length=8, default="en")
    when_late = models.CharField(max_length=8, choices=WhenLate.choices, default=WhenLate.ASK)
    quiet_weekdays = models.JSONField(default=list, blank=True)  # ISO weekdays, 1 is Monday: nothing goes out then
    created_at = models.DateTimeField(default=timezone.now)
    ends_at = models.DateTimeField(null=True, blank=True)  # announced: until then it can only be read, and undone
    closed_at = models.DateTimeField(null=True, blank=True)  # its data ends, or has ended; nobody enters any more

    privacy = NoPersonalData("a client's name and settings; who they are stands in Membership")

    def __str__(self) -> str:
        return self.name

    @property
    def initials(self) -> str:
        words = [word for word in self.name.split() if word[0].isalnum()]
        return "".join(word[0] for word in words[:2]).upper()


class Membership(OwnedModel):
    """A user's role in one organisation.

    Also readable in a scope that names only a user, before an organisation is chosen: through `mine`.
    """

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=16, choices=Role.choices)
    all_accounts = models.BooleanField(default=True)  # or only those listed in integrations.AccountAccess
    joined_at = models.DateTimeField(default=timezone.now)

    objects: ClassVar[Any] = OwnedQuerySet.as_manager()
    mine: ClassVar[Any] = models.Manager()

    privacy = PrivacyClass(
        purpose=Purpose.MEMBERSHIP,
        subjects=(Subject.MEMBER,),
        holds={"user": Data.ACTS, "role": Data.ACTS},
        ends_by=lasts(),
    )

    class Meta(OwnedModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["organisation", "user"], name="one_membership_per_user_and_organisation"),
            in_organisation("membership"),
        ]

    def __str__(self) -> str:
        return f"{self.user} ({self.get_role_display()})"

    def may(self, permission: Permission) -> bool:
        """Tell whether the role allows this."""
        return permission in ALLOWED[Role(self.role)]


class InvitationQuerySet(OwnedQuerySet["Invitation"]):
    def open(self, now: datetime) -> "InvitationQuerySet":
        return self.filter(accepted_at=None, revoked_at=None, expires_at__gt=now)


class Invitation(OwnedModel):
    """A place offered by mail. The link's token is kept as a hash only."""

    email = models.EmailField()
    role = models.CharField(max_length=16, choices=Role.choices)
    token_hash = models.CharField(max_length=64, unique=True)  # SHA-256, hexadecimal
    invited_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[Any] = InvitationQuerySet.as_manager()

    privacy = PrivacyClass(
        purpose=Purpose.MEMBERSHIP,
        subjects=(Subject.INVITED,),
        holds={"email": Data.CONTACT, "token_hash": Data.CREDENTIALS},
        record_class="notices",
        clock="expires_at",
        ends_by=delete(),
    )

    class Meta(OwnedModel.Meta):
        constraints = [
            # A second invitation replaces the first one, so that one person never holds two open links.
            models.UniqueConstraint(
                fields=["organisation", "email"],
                condition=models.Q(accepted_at=None, revoked_at=None),
                name="one_open_invitation_per_address",
            ),
        ]

    def __str__(self) -> str:
        return self.email
