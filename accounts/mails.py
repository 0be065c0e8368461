"""Mails of the accounts: subject, text and HTML side by side under templates/accounts/emails/."""

import logging
from collections.abc import Mapping
from typing import Any

from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import translation

from config.env import env

logger = logging.getLogger(__name__)


def send_mail(name: str, *, to: str, context: Mapping[str, Any], language: str | None = None) -> None:
    """Send one mail in the reader's language, now. A mail server that is down is logged, and nothing else fails."""
    with translation.override(language or translation.get_language()):
        message = _message(name, to=to, context={**context, "base_url": env.public_base_url})
    try:
        message.send()
    except OSError as error:  # smtplib's own errors are among these
        logger.warning("mail %s not sent: %s", name, type(error).__name__)


def send_mail_after_commit(name: str, *, to: str, context: Mapping[str, Any], language: str | None = None) -> None:
    """Send it once the transaction at hand is committed; never, should it be rolled back."""
    transaction.on_commit(lambda: send_mail(name, to=to, context=context, language=language), robust=True)


def _message(name: str, *, to: str, context: dict[str, Any]) -> EmailMultiAlternatives:
    template = f"accounts/emails/{name}"
    subject = " ".join(render_to_string(f"{template}-subject.txt", context).split())
    message = EmailMultiAlternatives(subject, render_to_string(f"{template}-body.txt", context), to=[to])
    message.attach_alternative(render_to_string(f"{template}-body.html", context), "text/html")
    return message
