"""Measuring: asking networks once a day what accounts and posts have reached, and keeping it as series by day.

Figures come at leisure: every call leaves a fifth of each budget to publishing and answering, and waits when there is
no room. A provider leaves out a metric that its network refuses, so that the others come all the same. What was asked
is asked again while the network may still change it (`measures_lag`).
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.db import connection
from django.db.models import F

from insights.models import AccountMeasure, Measuring, PostMeasure
from insights.services.keeping import keep_posts, kept_until_of
from integrations import vault
from integrations.budgets import Later, Need, need_of, reserve, write_reports
from integrations.contract import Feature, Operation
from integrations.errors import AuthorisationLost, ProviderError, RateLimited
from integrations.insights import Measure, MeasuringProvider, PostMeasures
from integrations.models import SocialAccount
from integrations.registry import provider
from integrations.services.aftermath import see_to_access
from lib.claims.claiming import Claim, Clock, by_organisation, wait_before_retry
from lib.claims.loops import come_round
from lib.claims.threads import CALLS_AT_ONCE, in_threads
from lib.tenancy.models import OwnedQuerySet
from lib.tenancy.scope import scope
from scheduler.models import Publication

logger = logging.getLogger(__name__)

_LEASE = timedelta(minutes=10)
EVERY = timedelta(hours=24)
#: How far back a newly connected account is measured.
FIRST = timedelta(days=28)
#: Posts that still gather figures, and how many of an account are looked at in one turn, the newest first.
_LIVELY = timedelta(days=90)
_POSTS_MAX = 200


@dataclass(kw_only=True)
class _Asking:
    """One account that is being asked."""

    measuring: Measuring
    claim: Claim
    account: SocialAccount
    posts: Mapping[str, int]  # id at the network -> publication
    since: date
    until: date
    error: ProviderError | None = None
    is_over: bool = False
    of_account: list[Measure] = field(default_factory=list)
    of_posts: Mapping[str, PostMeasures] = field(default_factory=dict)


def begin_measuring(*, now: datetime) -> int:
    """Give every account that may be measured and is not yet its first turn; return how many there were."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM passage.accounts_without_measuring()")
        found = cursor.fetchall()
    for organisation_id, account_id in found:
        with scope(organisation=organisation_id):
            Measuring.objects.get_or_create(social_account_id=account_id, defaults={"available_at": now})
    return len(found)


def measure_due(clock: Clock) -> int:
    """Ask for all accounts whose hour has come, and return how many were asked for."""
    asked = 0
    while claims := _claim(now=clock()):
        ready = _with_room(_load(claims, now=clock()), clock)
        in_threads(lambda each: _ask(each, clock), ready)
        for asking in ready:
            _take(asking, clock)
        write_reports(now=clock())
        asked += len(claims)
        come_round("measure")
    return asked


def measuring(network: str) -> MeasuringProvider | None:
    """Return the provider of a network when it tells figures, else None."""
    found = provider(network)
    return found if isinstance(found, MeasuringProvider) else None


def _claim(*, now: datetime) -> list[Claim]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM passage.claim_measurings(%s, %s, %s)", [CALLS_AT_ONCE, now, now + _LEASE])
        return [Claim(*row) for row in cursor.fetchall()]


def _load(claims: Sequence[Claim], *, now: datetime) -> list[_Asking]:
    askings: list[_Asking] = []
    for organisation_id, group in by_organisation(claims):
        by_id = {claim.id: claim for claim in group}
        with scope(organisation=organisation_id):
            rows = Measuring.objects.filter(pk__in=by_id).select_related("social_account__grant").order_by("pk")
            askings += [_asking(row, by_id[row.pk], now=now) for row in rows if row.lease_token == by_id[row.pk].token]
    return askings


def _asking(row: Measuring, claim: Claim, *, now: datetime) -> _Asking:
    account, today = row.social_account, now.date()
    tells = measuring(account.network)
    lag = tells.measures_lag if tells else timedelta()
    since = row.measured_through - lag if row.measured_through else today - FIRST
    young = Publication.objects.filter(social_account=account, published_at__gte=now - _LIVELY).exclude(network_id="")
    posts = young.order_by("-published_at").values_list("network_id", "pk")[:_POSTS_MAX]
    return _Asking(measuring=row, claim=claim, account=account, posts=dict(posts), since=min(since, today), until=today)


def _with_room(askings: Sequence[_Asking], clock: Clock) -> list[_Asking]:
    """Let those ask that may and for whom there is room; the others wait, with the reason shown."""
    able = []
    for each in askings:
        if _may_ask(each.account):
            able.append(each)
        else:
            _end(each, reason="account_held", again_at=clock() + EVERY, clock=clock)
    rooms = reserve([_need(each) for each in able], now=clock(), keep_room=True)
    for each, later in zip(able, rooms, strict=True):
        if later is not None:
            _wait_for_room(each, later, clock)
    return [each for each in able if not each.is_over]


def _may_ask(account: SocialAccount) -> bool:
    is_wanted = account.state == SocialAccount.State.ACTIVE and Feature.INSIGHTS in account.capabilities
    return is_wanted and measuring(account.network) is not None


def _need(asking: _Asking) -> Need:
    units = provider(asking.account.network).cost(Operation.MEASURE, count=len(asking.posts))
    return need_of(asking.account, units)


def _wait_for_room(asking: _Asking, later: Later, clock: Clock) -> None:
    data = {"budget": later.budget, "until_at": later.until.isoformat()}
    _end(asking, reason="over_budget", data=data, again_at=later.until, clock=clock)


def _ask(asking: _Asking, clock: Clock) -> None:
    """Ask for the account and then for its posts. In a thread, without a database."""
    tells = measuring(asking.account.network)
    if tells is None:
        return
    try:
        account = vault.account_for_calls(asking.account)
        days = tells.measure_account(account, since=asking.since, until=asking.until, now=clock())
        asking.of_account = list(days)
        if asking.posts:
            asking.of_posts = tells.measure_posts(account, list(asking.posts), now=clock())
    except ProviderError as error:
        asking.error = error
    except Exception:
        logger.exception("account %s could not be measured", asking.account.pk)
        asking.error = ProviderError("unavailable", network=asking.account.network)


def _take(asking: _Asking, clock: Clock) -> None:
    """Keep what came, also beside an error, and say when the network is asked again."""
    now, error = clock(), asking.error
    with scope(organisation=asking.claim.organisation_id):
        if not _ours(asking).update(lease_until=now + _LEASE):
            return  # another worker has it
        _store(asking, now=now)
    if error is None:
        _end(asking, reason="", again_at=now + EVERY, clock=clock)
        return
    again_at = getattr(error, "reset_at", None) if isinstance(error, RateLimited) else None
    again_at = again_at or now + max(wait_before_retry(asking.measuring.attempts + 1), timedelta(minutes=15))
    data = {"code": error.code, "network": error.network}
    _end(asking, reason=error.key, data=data, again_at=again_at, clock=clock)
    if isinstance(error, AuthorisationLost):
        with scope(organisation=asking.claim.organisation_id):
            see_to_access(asking.account.pk, error, now=now)


def _store(asking: _Asking, *, now: datetime) -> None:
    """Write the figures, and lengthen the stay of older ones: an answer shows that the authorisation stands."""
    kept_until = kept_until_of(asking.account.network, now=now)
    AccountMeasure.objects.bulk_create(
        [
            AccountMeasure(
                social_account=asking.account,
                metric=each.metric,
                day=each.day,
                value=each.value,
                taken_at=now,
                kept_until=kept_until,
            )
            for each in _last_of_each(asking.of_account)
        ],
        batch_size=1000,
        update_conflicts=True,
        unique_fields=["social_account", "metric", "day"],
        update_fields=["value", "taken_at", "kept_until"],
    )
    keep_posts(asking.of_posts, asking.posts, day=asking.until, network=asking.account.network, now=now)
    if kept_until and asking.error is None:
        AccountMeasure.objects.known().filter(social_account=asking.account).update(kept_until=kept_until)
        PostMeasure.objects.known().filter(publication__social_account=asking.account).update(kept_until=kept_until)


def _last_of_each(measures: Sequence[Measure]) -> list[Measure]:
    """One statement must not write a row twice: a day that came twice counts as told last."""
    return list({(each.metric, each.day): each for each in measures}.values())


def _end(asking: _Asking, *, reason: str, again_at: datetime, clock: Clock, data: dict[str, str] | None = None) -> None:
    asking.is_over = True
    is_well = not reason
    with scope(organisation=asking.claim.organisation_id):
        _ours(asking).update(
            available_at=again_at,
            lease_until=None,
            reason=reason,
            reason_data=data or {},
            attempts=0 if is_well else F("attempts") + 1,
            measured_at=clock() if is_well else F("measured_at"),
            measured_through=asking.until if is_well else F("measured_through"),
        )


def _ours(asking: _Asking) -> OwnedQuerySet[Measuring]:
    return Measuring.objects.filter(pk=asking.measuring.pk, lease_token=asking.claim.token, lease_until__isnull=False)
