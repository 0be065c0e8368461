"""What people fill in: signing in and up, their own settings, organisations, invitations."""

import zoneinfo
from typing import Any

from allauth.account import forms as allauth_forms
from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership, Organisation, User
from accounts.pauses import PAUSED
from accounts.permissions import Permission, Role

_NAME_LENGTH = 120
WEEKDAYS = [
    ("1", _("Monday")),
    ("2", _("Tuesday")),
    ("3", _("Wednesday")),
    ("4", _("Thursday")),
    ("5", _("Friday")),
    ("6", _("Saturday")),
    ("7", _("Sunday")),
]


def zones() -> list[tuple[str, str]]:
    """Return the zones of the world that are places, by name; abbreviations and legacy names are left out."""
    areas = ("Africa/", "America/", "Antarctica/", "Asia/", "Atlantic/", "Australia/", "Europe/", "Indian/", "Pacific/")
    found = sorted(zone for zone in zoneinfo.available_timezones() if zone.startswith(areas))
    return [("UTC", "UTC"), *((zone, zone.replace("_", " ")) for zone in found)]


def _address_field(form: forms.Form, name: str) -> None:
    field = form.fields[name]
    field.label = _("E-mail")
    field.widget.attrs.pop("placeholder", None)
    field.widget.attrs["autocomplete"] = "username"


def _password_field(form: forms.Form, name: str, label: Any, *, autocomplete: str) -> None:
    field = form.fields[name]
    field.label, field.help_text = label, ""
    field.widget.attrs = {"autocomplete": autocomplete, "id": f"id_{name}"}


class SignInForm(allauth_forms.LoginForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _address_field(self, "login")
        _password_field(self, "password", _("Password"), autocomplete="current-password")
        self.fields["remember"].label = _("Stay signed in on this device for 14 days")

    @property
    def pause_seconds(self) -> int | None:
        """How long the pause lasts that the sign-in met; None when it met none."""
        met = [error for error in self.non_field_errors().as_data() if error.code == PAUSED]
        return int((met[0].params or {})["seconds"]) if met else None


class SignUpForm(allauth_forms.SignupForm):
    name = forms.CharField(
        label=_("Your name"), max_length=_NAME_LENGTH, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    field_order = ["name", "email", "password1"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _address_field(self, "email")
        _password_field(self, "password1", _("Password"), autocomplete="new-password")
        self.fields["password1"].help_text = _("At least 10 characters; a sentence is good.")


class ForgottenPasswordForm(allauth_forms.ResetPasswordForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _address_field(self, "email")


class NewPasswordForm(allauth_forms.ResetPasswordKeyForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _password_field(self, "password1", _("New password"), autocomplete="new-password")
        _password_field(self, "password2", _("New password, again"), autocomplete="new-password")


class ChangePasswordForm(allauth_forms.ChangePasswordForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _password_field(self, "oldpassword", _("Password now"), autocomplete="current-password")
        _password_field(self, "password1", _("New password"), autocomplete="new-password")
        _password_field(self, "password2", _("New password, again"), autocomplete="new-password")


class JoinForm(forms.Form):
    """Who follows an invitation without having an account yet."""

    name = forms.CharField(
        label=_("Your name"), max_length=_NAME_LENGTH, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    password = forms.CharField(
        label=_("Password"),
        strip=False,
        help_text=_("At least 10 characters; a sentence is good."),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args: Any, email: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._email = email

    def clean_password(self) -> str:
        from django.contrib.auth.password_validation import validate_password

        password: str = self.cleaned_data["password"]
        validate_password(password, User(email=self._email, name=self.cleaned_data.get("name", "")))
        return password


class ProfileForm(forms.Form):
    """A person's own settings."""

    name = forms.CharField(label=_("Name"), max_length=_NAME_LENGTH)
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)
    theme = forms.ChoiceField(label=_("Light or dark"), choices=User.Theme.choices)
    shortcuts = forms.BooleanField(
        label=_("Single letters act"),
        required=False,
        help_text=_("C composes, G then P opens the posts. Never while you type in a field."),
    )

    @classmethod
    def of(cls, user: User) -> "ProfileForm":
        return cls(initial={name: getattr(user, name) for name in cls.base_fields})


class CloseAccountForm(forms.Form):
    """Closing one's account: said twice."""

    password = forms.CharField(
        label=_("Password now"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    sure = forms.BooleanField(label=_("Close my account. I know that it cannot be undone."))


class OrganisationForm(forms.Form):
    """What a new organisation needs."""

    name = forms.CharField(label=_("Name"), max_length=_NAME_LENGTH)
    time_zone = forms.ChoiceField(
        label=_("Time zone"), choices=zones, help_text=_("Every hour of this organisation is shown and meant in it.")
    )
    language = forms.ChoiceField(
        label=_("Language"), choices=settings.LANGUAGES, help_text=_("Invitations are written in it.")
    )


class OrganisationSettingsForm(OrganisationForm):
    """What its owners may change later."""

    agency_name = forms.CharField(
        label=_("Agency"),
        required=False,
        max_length=_NAME_LENGTH,
        help_text=_("Who works for it; shown under its name."),
    )
    when_late = forms.ChoiceField(
        label=_("When a publication could not go out at its hour"), choices=Organisation.WhenLate.choices
    )
    quiet_weekdays = forms.MultipleChoiceField(
        label=_("Quiet days"),
        required=False,
        choices=WEEKDAYS,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Nothing is planned on them without a word of warning."),
    )

    field_order = ["name", "agency_name", "time_zone", "language", "when_late", "quiet_weekdays"]

    @classmethod
    def of(cls, organisation: Organisation) -> "OrganisationSettingsForm":
        initial = {name: getattr(organisation, name) for name in cls.base_fields}
        return cls(initial={**initial, "quiet_weekdays": [str(day) for day in organisation.quiet_weekdays]})

    def clean_quiet_weekdays(self) -> list[int]:
        return sorted(int(day) for day in self.cleaned_data["quiet_weekdays"])


def roles_for(membership: Membership) -> list[tuple[str, Any]]:
    """Return the roles this member may give: owners are made by owners."""
    return [
        (role.value, role.label) for role in Role if role is not Role.OWNER or membership.may(Permission.MANAGE_OWNERS)
    ]


class RoleForm(forms.Form):
    role = forms.ChoiceField(label=_("Role"))

    def __init__(self, *args: Any, actor: Membership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"] = forms.ChoiceField(label=_("Role"), choices=roles_for(actor))
        self.order_fields(self.field_order)


class InvitationForm(RoleForm):
    email = forms.EmailField(label=_("E-mail"))
    field_order = ["email", "role"]

    def clean_email(self) -> str:
        return str(self.cleaned_data["email"]).lower()
