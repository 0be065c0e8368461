"""Announcing ahead that a person's consent ends, after which no refresh helps.

LinkedIn's lasts a year, Google's for an app in testing a week. Nothing has stopped yet: only somebody who signs in
again in time keeps it so.
"""

from datetime import datetime, timedelta

from django.db.models import Q

from eventlog.services import record
from integrations.events import ConsentEnding, publish
from integrations.models import Grant, SocialAccount
from live.changes import record_change

DAYS_AHEAD = (30, 7, 1)


def announce_ending(grant: Grant, *, now: datetime) -> bool:
    """Tell the rooms above when a consent is about to end, once for each of the days ahead. In scope.

    Return whether it was told now. A consent given anew begins afresh.
    """
    if grant.consent_ends_at is None or grant.state not in {Grant.State.ACTIVE, Grant.State.UNKNOWN}:
        return False
    left = grant.consent_ends_at - now
    step = min((days for days in DAYS_AHEAD if left <= timedelta(days=days)), default=None)
    if step is None:
        return False
    untold = Grant.objects.filter(pk=grant.pk).filter(Q(consent_told_days=None) | Q(consent_told_days__gt=step))
    if not untold.update(consent_told_days=step):
        return False
    ids = tuple(SocialAccount.objects.connected().filter(grant=grant).order_by("pk").values_list("pk", flat=True))
    record("integrations.grant.consent_ending", grant, data={"network": grant.network, "days": max(left.days, 0)})
    if ids:
        publish(ConsentEnding(social_account_ids=ids, ends_at=grant.consent_ends_at, at=now))
    for account_id in ids:
        record_change("account", account_id, social_account=account_id)
    return True
