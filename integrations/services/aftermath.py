"""What an error of a network means for an account and for all who share its access or its budget."""

from collections.abc import Iterable
from datetime import datetime

from django.db import connection

from integrations.errors import AuthorisationLost, Reach
from integrations.models import SocialAccount
from integrations.services.health import mark_account_lost
from integrations.services.lanes import delay_lanes
from integrations.services.refreshing import ask_for_refresh


def see_to_access(account_id: int, error: AuthorisationLost, *, now: datetime) -> None:
    """Have the account's access refreshed where that may help; else hold its lanes and tell its people."""
    again_at = ask_for_refresh(account_id, now=now) if error.refresh_may_help else None
    if again_at is None:
        mark_account_lost(account_id, error=error, now=now)


def delay(account_id: int, network: str, reach: Reach, *, queues: Iterable[str], until: datetime, reason: str) -> None:
    """Hold back, until an hour, the lanes that the same limit would meet: the account's, its grant's or the app's."""
    if reach is Reach.APP:
        with connection.cursor() as cursor:
            cursor.execute("SELECT passage.delay_network(%s, %s, %s)", [network, until, reason])
        return
    accounts = SocialAccount.objects.filter(pk=account_id)
    if reach is Reach.GRANT:
        accounts = SocialAccount.objects.filter(grant__social_accounts=account_id)
    delay_lanes(accounts, queues=queues, until=until, reason=reason)
