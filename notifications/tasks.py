"""Celery's doors to the services here."""

from celery import shared_task
from django.utils import timezone

from lib.claims.loops import loop
from notifications.services.mailing import send_due


@shared_task(name="notifications.tasks.send_due_mail", ignore_result=True)
def send_due_mail() -> None:
    """Send the mails that are due."""
    with loop("mail"):
        send_due(now=timezone.now())
