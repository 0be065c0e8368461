"""What allauth asks us: whose address counts, what is written to the event log, which mails go out."""

import time
from typing import Any, cast

from allauth.account.adapter import DefaultAccountAdapter
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.mails import send_mail
from accounts.models import User
from accounts.pauses import PAUSED, seconds_of_pause
from accounts.requests import client_address, origin_of
from accounts.services.closing import ADDRESS_KEPT_MONTHS, is_kept_address
from eventlog.services import record

#: allauth's names for its mails, and ours.
_MAILS = {
    "account/email/email_confirmation_signup": "confirm-address",
    "account/email/email_confirmation": "confirm-address",
    "account/email/password_reset_key": "reset-password",
    "account/email/account_already_exists": "already-registered",
    "account/email/unknown_account": "not-registered",
}


class AccountAdapter(DefaultAccountAdapter):
    """Sign-in, as this product wants it."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": _("This address and password do not go together."),
        "too_many_login_attempts": _("Too many tries. There is a pause now."),
        "account_inactive": _("This account is closed. Ask an owner of your organisation."),
    }

    def get_client_ip(self, request: HttpRequest) -> str:
        """Return the address that limits count by: the connection's own. Headers are anybody's to write."""
        address = client_address(request)
        if address is None:
            raise PermissionDenied
        return address

    def save_user(self, request: HttpRequest, user: AbstractBaseUser, form: Any, commit: bool = True) -> User:
        """Keep what the form asked: name and address, and the language it was read in."""
        new = cast(User, user)
        new.email = form.cleaned_data["email"].lower()
        new.name = form.cleaned_data["name"]
        new.language = getattr(request, "LANGUAGE_CODE", new.language)
        new.set_password(form.cleaned_data["password1"])
        if commit:
            new.save()
            record("accounts.user.registered", new, origin=origin_of(request, new))
        return new

    def send_account_already_exists_mail(self, email: str) -> None:
        """Say that there is an account already; or that there was one, whose address is kept for a while."""
        if is_kept_address(email):
            send_mail("address-kept", to=email, context={"months": ADDRESS_KEPT_MONTHS})
        else:
            super().send_account_already_exists_mail(email)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send our mail in the reader's own language; in the one in force where we know no such reader."""
        user = context.get("user")
        language = user.language if isinstance(user, User) else None
        send_mail(_MAILS[template_prefix], to=email, context=context, language=language)

    def login(self, request: HttpRequest, user: AbstractBaseUser) -> None:
        super().login(request, user)  # gives the session a new key
        record("accounts.sign_in.succeeded", user, origin=origin_of(request, user))

    def logout(self, request: HttpRequest) -> None:
        if request.user.is_authenticated:
            record("accounts.sign_in.ended", request.user, origin=origin_of(request, request.user))
        super().logout(request)

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Refuse during a pause, and say in the error's parameters how long it lasts."""
        try:
            super().pre_authenticate(request, **credentials)
        except ValidationError as error:
            key = self._get_login_attempts_cache_key(request, **credentials)
            seconds = seconds_of_pause(request, "login_failed", key=key, now=time.time())
            raise ValidationError(error.message, code=PAUSED, params={"seconds": seconds}) from error

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """Record the failure with its address. What was typed is not kept: it may be a password."""
        user = User.objects.filter(email=str(credentials.get("email", "")).lower()).first()
        record("accounts.sign_in.failed", user, origin=origin_of(request))

    def set_password(self, user: AbstractBaseUser, password: str) -> None:
        super().set_password(user, password)
        record("accounts.password.changed", user)

    def add_message(self, *args: Any, **kwargs: Any) -> None:
        """Say nothing: the next page shows by itself what happened."""
