"""Polling: asking networks what they have not told, account by account, with cursors that overlap.

The backstop of webhooks where a network has them, the only way where it has not. Each page is stored before the next is
asked for, and the cursor with it, so that what dies in between is asked again and nothing is lost. Publishing and
answering go first: a poll leaves a fifth of every budget alone and waits when there is no room.
"""

import logging
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.models import F

from integrations import vault
from integrations.budgets import Later, Need, fair_interval, need_of, reserve, write_reports
from integrations.contract import Operation
from integrations.engagement import EngagingProvider, Page, Standing, tells_messages
from integrations.errors import AuthorisationLost, ProviderError, RateLimited
from integrations.events import AccountReturned, Wait
from integrations.models import SocialAccount
from integrations.registry import engaging, provider
from integrations.services.aftermath import see_to_access
from lib.claims.claiming import Claim, Clock, by_organisation, wait_before_retry
from lib.claims.loops import come_round
from lib.claims.threads import CALLS_AT_ONCE, in_threads
from lib.tenancy.models import OwnedQuerySet
from lib.tenancy.scope import scope
from moderation.models import Poll, Thread
from moderation.services.missing import Listed, look_for_missing
from moderation.services.revisiting import Turn, revisit
from moderation.services.storing import Arrival, store
from scheduler.models import Publication

logger = logging.getLogger(__name__)

_LEASE = timedelta(minutes=5)
#: How far back a newly connected account is read, unless somebody asks for more.
BACKFILL = timedelta(days=7)
#: How often an account is asked whose network also tells us by itself, and one whose network does not.
WITH_WEBHOOKS = timedelta(minutes=15)
WITHOUT_WEBHOOKS = timedelta(minutes=3)
#: Posts under which people still write: published, or written under, so recently; and no more than so many at a time.
_LIVELY = timedelta(days=14)
_WATCHED_MAX = 50
#: Pages of one account in one turn: others wait meanwhile, and the rest comes with the next.
_PAGES_MAX = 20


@dataclass(kw_only=True)
class _Asking:
    """One account that is being asked."""

    poll: Poll
    claim: Claim
    account: SocialAccount
    watched: tuple[str, ...]
    crowd: int  # accounts of this network that are asked in turns
    pages: Iterator[Page] | None = None
    asked_at: datetime
    turns: int = 0
    error: ProviderError | None = None
    is_over: bool = field(default=False)
    is_well: bool = field(default=False)  # all that there was to read has been read
    standing: list[Standing] = field(default_factory=list)  # of threads that were read whole

    @property
    def listed(self) -> Listed:
        return Listed(
            organisation_id=self.claim.organisation_id,
            account=self.account,
            standing=tuple(self.standing),
            asked_at=self.asked_at,
        )


def poll_due(clock: Clock) -> int:
    """Ask all accounts whose hour has come, and return how many were asked."""
    polled = 0
    while claims := _claim(now=clock()):
        askings = _load(claims, now=clock())
        ready = _with_room(askings, clock)
        while active := [each for each in ready if not each.is_over]:
            pages = in_threads(lambda each: _next_page(each, clock), active)
            for asking, page in zip(active, pages, strict=True):
                _take(asking, page, clock)
        revisit([_turn(each) for each in ready if each.is_well], clock)
        look_for_missing([each.listed for each in ready if each.standing], now=clock())
        write_reports(now=clock())
        polled += len(claims)
        come_round("poll")
    return polled


def after_return(event: AccountReturned) -> None:
    """Ask accounts that were reconnected at once: what was said while they were held waits to be read."""
    held = Poll.objects.filter(social_account__in=event.social_account_ids, available_at__gt=event.at, lease_until=None)
    held.update(available_at=event.at, reason="", reason_data={})


def find_waiting(social_account_ids: Collection[int], now: datetime) -> list[Wait]:
    """Return which of these accounts are not read before an hour because something is in the way, or used up."""
    held = Poll.objects.filter(social_account__in=social_account_ids, available_at__gt=now).exclude(reason="")
    return [
        Wait(social_account_id=account_id, what="poll", until=until, reason=reason)
        for account_id, until, reason in held.values_list("social_account_id", "available_at", "reason")
        if until is not None
    ]


def begin_polling(*, now: datetime) -> int:
    """Give every account that listens and has no poll yet its first one; return how many there were."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM passage.accounts_without_poll()")
        found = cursor.fetchall()
    for organisation_id, account_id in found:
        with scope(organisation=organisation_id):
            Poll.objects.get_or_create(
                social_account_id=account_id, defaults={"since": now - BACKFILL, "available_at": now}
            )
    return len(found)


@transaction.atomic
def fill_back(account: SocialAccount, *, since: datetime, now: datetime) -> Poll:
    """Read an account again from `since` on, at once: what is here already stays as it is.

    A worker that is asking meanwhile loses its claim: it would write its own cursor over the new beginning.
    """
    poll, created = Poll.objects.get_or_create(social_account=account, defaults={"since": since, "available_at": now})
    if not created:
        poll.since, poll.cursor, poll.available_at = since, {}, now
        poll.lease_until, poll.lease_token, poll.attempts = None, F("lease_token") + 1, 0
        poll.reason, poll.reason_data = "", {}
        poll.save()
        poll.refresh_from_db()
    found: Poll = poll
    return found


def _claim(*, now: datetime) -> list[Claim]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM passage.claim_polls(%s, %s, %s)", [CALLS_AT_ONCE, now, now + _LEASE])
        return [Claim(*row) for row in cursor.fetchall()]


def _load(claims: Sequence[Claim], *, now: datetime) -> list[_Asking]:
    askings: list[_Asking] = []
    crowds = _crowds()
    for organisation_id, group in by_organisation(claims):
        by_id = {claim.id: claim for claim in group}
        with scope(organisation=organisation_id):
            polls = Poll.objects.filter(pk__in=by_id).select_related("social_account__grant").order_by("pk")
            for poll in polls:
                if poll.lease_token != by_id[poll.pk].token:
                    continue
                askings.append(
                    _Asking(
                        poll=poll,
                        claim=by_id[poll.pk],
                        account=poll.social_account,
                        watched=_watched(poll.social_account, now=now),
                        crowd=crowds.get(poll.social_account.network, 1),
                        asked_at=now,
                    )
                )
    return askings


def _crowds() -> dict[str, int]:
    """Return how many accounts of each network are asked, in all organisations: they share what the app may use."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM passage.polled_accounts()")
        return dict(cursor.fetchall())


def _watched(account: SocialAccount, *, now: datetime) -> tuple[str, ...]:
    """Return our posts that are young, and others under which people have written lately, the liveliest first."""
    lively = Thread.objects.filter(social_account=account, last_activity_at__gte=now - _LIVELY).exclude(subject_id="")
    young = Publication.objects.filter(social_account=account, published_at__gte=now - _LIVELY).exclude(network_id="")
    found = [
        *lively.order_by("-last_activity_at").values_list("subject_id", flat=True)[:_WATCHED_MAX],
        *young.order_by("-published_at").values_list("network_id", flat=True)[:_WATCHED_MAX],
    ]
    return tuple(dict.fromkeys(found))[:_WATCHED_MAX]


def _with_room(askings: Sequence[_Asking], clock: Clock) -> list[_Asking]:
    """Let those ask that may and for whom there is room; the others wait, with the reason shown."""
    able = []
    for each in askings:
        if each.account.state != SocialAccount.State.ACTIVE or engaging(each.account.network) is None:
            _end(each, reason="account_held", again_at=clock() + WITH_WEBHOOKS, clock=clock)
        else:
            able.append(each)
    rooms = reserve([_need(each) for each in able], now=clock(), keep_room=True)
    for each, later in zip(able, rooms, strict=True):
        if later is not None:
            _wait_for_room(each, later, clock)
    return [each for each in able if not each.is_over]


def _wait_for_room(asking: _Asking, later: Later, clock: Clock) -> None:
    data = {"budget": later.budget, "until_at": later.until.isoformat()}
    _end(asking, reason="over_budget", data=data, again_at=later.until, clock=clock)


def _need(asking: _Asking) -> Need:
    return need_of(asking.account, _cost(asking))


def _cost(asking: _Asking) -> Mapping[str, int]:
    return provider(asking.account.network).cost(Operation.POLL, count=len(asking.watched))


def _next_page(asking: _Asking, clock: Clock) -> Page | None:
    """Ask for one page more. In a thread, without a database; the first one begins the poll."""
    try:
        if asking.pages is None:
            asking.pages = _provider(asking).poll(
                vault.account_for_calls(asking.account),
                cursor=asking.poll.cursor,
                since=asking.poll.since,
                watched=asking.watched,
                now=clock(),
            )
        return next(asking.pages, None)
    except ProviderError as error:
        asking.error = error
    except Exception:
        logger.exception("account %s could not be asked", asking.account.pk)
        asking.error = ProviderError("unavailable", network=asking.account.network)
    return None


def _provider(asking: _Asking) -> EngagingProvider:
    found = engaging(asking.account.network)
    if found is None:
        raise LookupError(f"{asking.account.network} neither listens nor answers")
    return found


def _take(asking: _Asking, page: Page | None, clock: Clock) -> None:
    """Store a page and the cursor behind it; without one, the poll has ended or failed."""
    if page is None:
        _end_of(asking, clock)
        return
    organisation_id = asking.claim.organisation_id
    try:
        with scope(organisation=organisation_id):
            if not _ours(asking).update(cursor=dict(page.cursor), lease_until=clock() + _LEASE):
                asking.is_over = True  # another worker has it
                return
            arrivals = [
                Arrival(
                    account_id=asking.account.pk, network=asking.account.network, incoming=each, as_of=asking.asked_at
                )
                for each in page.incoming
                if not each.needs_fetch
            ]
            store(arrivals, organisation_id=organisation_id, now=clock())
        asking.standing += page.standing
    except (OperationalError, InterfaceError):
        raise
    except Exception:
        logger.exception("what account %s brought could not be stored", asking.account.pk)
        asking.error = ProviderError("unavailable", network=asking.account.network)
    asking.turns += 1
    if asking.error is not None:
        _end_of(asking, clock)
    elif asking.turns >= _PAGES_MAX:
        _end(asking, reason="", again_at=clock(), clock=clock)


def _end_of(asking: _Asking, clock: Clock) -> None:
    now, error = clock(), asking.error
    if error is None:
        _end(asking, reason="", again_at=now + _interval(asking), clock=clock)
        return
    again_at = getattr(error, "reset_at", None) if isinstance(error, RateLimited) else None
    again_at = again_at or now + max(wait_before_retry(asking.poll.attempts + 1), timedelta(minutes=1))
    data = {"code": error.code, "network": error.network}
    _end(asking, reason=error.key, data=data, again_at=again_at, clock=clock)
    if isinstance(error, AuthorisationLost):
        with scope(organisation=asking.claim.organisation_id):
            see_to_access(asking.account.pk, error, now=now)


def _turn(asking: _Asking) -> Turn:
    return Turn(
        organisation_id=asking.claim.organisation_id,
        poll_id=asking.poll.pk,
        account=asking.account,
        crowd=asking.crowd,
    )


def _interval(asking: _Asking) -> timedelta:
    """Return when to ask anew: as soon as is useful, and no sooner than all who share the budgets can."""
    usual = WITH_WEBHOOKS if tells_messages(_provider(asking)) else WITHOUT_WEBHOOKS
    return max(usual, fair_interval(asking.account.network, _cost(asking), accounts=asking.crowd))


def _end(asking: _Asking, *, reason: str, again_at: datetime, clock: Clock, data: dict[str, str] | None = None) -> None:
    asking.is_over = True
    is_well = not reason
    asking.is_well = is_well
    with scope(organisation=asking.claim.organisation_id):
        _ours(asking).update(
            available_at=again_at,
            lease_until=None,
            reason=reason,
            reason_data=data or {},
            attempts=0 if is_well else F("attempts") + 1,
            polled_at=clock() if is_well else F("polled_at"),
            interval_seconds=int(_interval(asking).total_seconds()) if is_well else F("interval_seconds"),
        )


def _ours(asking: _Asking) -> OwnedQuerySet[Poll]:
    return Poll.objects.filter(pk=asking.poll.pk, lease_token=asking.claim.token, lease_until__isnull=False)
