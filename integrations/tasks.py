"""Celery's doors to the work of grants and accounts. A message is a doorbell: it carries nothing, may be lost or
doubled, and whoever hears it does what is due.
"""

from datetime import datetime

from celery import shared_task
from django.db import connection
from django.utils import timezone

from integrations.services import connecting, looking, refreshing
from integrations.services.bells import LOOK_AT_ACCOUNTS, TEND_GRANTS, TIDY_CONNECTIONS
from lib.claims.loops import loop
from lib.tenancy.scope import scope


@shared_task(name=TEND_GRANTS)
def tend_grants() -> None:
    """Refresh what is due, revoke what was withdrawn."""
    with loop("grants"):
        while refreshing.tend_grants(now=timezone.now()):
            pass


@shared_task(name=LOOK_AT_ACCOUNTS)
def look_at_accounts() -> None:
    """Look at accounts whose day has come."""
    with loop("looks"):
        while looking.look_at_accounts(now=timezone.now()):
            pass


@shared_task(name=TIDY_CONNECTIONS)
def tidy_connections() -> None:
    """End attempts at connecting that nobody finished."""
    with loop("tidying"):
        _tidy(now=timezone.now())


def _tidy(*, now: datetime) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM passage.organisations_with_old_attempts(%s)", [now - connecting.CHOOSE_WITHIN])
        organisation_ids = [pk for (pk,) in cursor.fetchall()]
    for organisation_id in organisation_ids:
        with scope(organisation=organisation_id):
            connecting.tidy(now=now)
