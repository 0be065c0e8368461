"""What happens to planned publications when their social account is disconnected or comes back."""

from collections.abc import Collection, Mapping

from django.db.models import Count

from config.env import env
from eventlog.services import record
from integrations.events import AccountDisconnected, AccountReturned
from lib.tenancy.models import OwnedQuerySet
from scheduler.models import Publication
from scheduler.services import scheduling
from scheduler.states import State


def after_return(event: AccountReturned) -> None:
    """Do with publications whose hour passed meanwhile what the person who reconnected decided, if they decided."""
    if event.send_late is None:
        return  # the workers follow the organisation's setting
    late = _scheduled(event.social_account_ids).filter(publish_at__lt=event.at - env.publish_grace)
    for publication in late:
        if event.send_late:
            scheduling.enter(publication, publish_at=event.at, now=event.at)
        else:
            scheduling.set_aside(publication, reason="late_ask", now=event.at)


def after_disconnection(event: AccountDisconnected) -> None:
    """Cancel what was planned for an account, where the person wanted that; otherwise it stays, held."""
    if not event.cancel_scheduled:
        return
    for publication in _scheduled([event.social_account_id]):
        scheduling.leave(publication, State.CANCELLED, now=event.at, reason="account_disconnected")
        record("scheduler.publication.cancelled", publication, data={"key": "account_disconnected"})


def count_waiting(social_account_ids: Collection[int]) -> Mapping[int, int]:
    """Return how many scheduled publications each account has."""
    rows = Publication.objects.filter(social_account__in=social_account_ids, state=State.SCHEDULED)
    return dict(rows.values_list("social_account").annotate(number=Count("pk")))


def _scheduled(social_account_ids: Collection[int]) -> "OwnedQuerySet[Publication]":
    rows: OwnedQuerySet[Publication] = Publication.objects.filter(
        social_account__in=social_account_ids, state=State.SCHEDULED
    )
    return rows.select_for_update(of=("self",)).select_related("social_account", "post").order_by("pk")
