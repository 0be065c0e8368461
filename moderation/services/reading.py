"""Reading inbound events: what webhooks brought, batch by batch, into the inbox.

An event that cannot be read is kept aside with its reason, where a person can have it read again; it spoils no other.
"""

import logging
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.models import F

from eventlog.services import record
from insights.services.keeping import keep_told
from integrations.engagement import Author, Change, EngagingProvider, Incoming, IncomingMessage, Target, tells_names
from integrations.errors import PermanentError, ProviderError, TransientError
from integrations.insights import FigureTelling, PostMeasures
from integrations.models import SocialAccount
from integrations.registry import engaging
from integrations.services.lanes import lower_lanes
from lib.claims.claiming import Claim, Claimed, Clock, by_organisation, wait_before_retry
from lib.claims.doorbell import ring_after_commit
from lib.claims.loops import drain
from lib.tenancy.models import OwnedQuerySet
from lib.tenancy.scope import scope
from moderation.models import Identity, InboundEvent
from moderation.services.fetching import AT_ONCE, Errand, fetch_all
from moderation.services.storing import Arrival, store

logger = logging.getLogger(__name__)

QUEUE = "intake"

WORK = Claimed(
    function="claim_inbound_events",
    queue=QUEUE,
    batch=200,
    in_flight=2000,  # reading calls no network, but for the few events that come without their words
    lease=timedelta(minutes=2),
)

#: After so many tries an event is kept aside.
_TRIES_MAX = 8

_Named = tuple[int, str]  # an account's id, and a message's at the network


@dataclass(kw_only=True)
class _Reading:
    """One event on its way into the inbox."""

    event: InboundEvent
    claim: Claim
    incoming: list[Incoming] = field(default_factory=list)
    figures: Mapping[str, PostMeasures] = field(default_factory=dict)  # of posts, by their ids
    nameless: set[str] = field(default_factory=set)  # messages whose author the network did not name
    failure: str = ""  # it cannot be read: a sentence key
    again_at: datetime | None = None  # the network would not tell of it now


def read_due(clock: Clock) -> int:
    """Read until nothing waits, and return how many events were read."""
    return drain(WORK, read_claimed, clock, name="intake")


def read_claimed(claims: Sequence[Claim], clock: Clock) -> None:
    """Read a batch, organisation by organisation; one whose rows are trouble costs the others nothing."""
    for organisation_id, group in by_organisation(claims):
        try:
            _read_organisation(organisation_id, group, clock)
        except (OperationalError, InterfaceError):
            raise
        except Exception:
            logger.exception("inbound events of organisation %s could not be read", organisation_id)


def _read_organisation(organisation_id: int, claims: Sequence[Claim], clock: Clock) -> None:
    with scope(organisation=organisation_id):
        readings = _load(claims)
    for each in readings:
        _read(each)
    with scope(organisation=organisation_id):
        _find_nameless(readings)
    _fetch_what_came_without_words(readings, clock)
    with scope(organisation=organisation_id):
        try:
            with transaction.atomic():
                _store(readings, organisation_id=organisation_id, now=clock())
        except (OperationalError, InterfaceError):
            raise
        except Exception:
            # One event that the database refuses must not hold up the rest: each by itself.
            logger.exception("a batch of organisation %s is stored one by one", organisation_id)
            _store_one_by_one(readings, organisation_id=organisation_id, now=clock())


def _load(claims: Sequence[Claim]) -> list[_Reading]:
    by_id = {claim.id: claim for claim in claims}
    found = InboundEvent.objects.filter(pk__in=by_id, lease_until__isnull=False).select_related("social_account__grant")
    return [
        _Reading(event=event, claim=by_id[event.pk])
        for event in found.order_by("received_at", "pk")
        if event.lease_token == by_id[event.pk].token
    ]


def _read(reading: _Reading) -> None:
    event = reading.event
    network = _network(event.network)
    try:
        reading.incoming = list(network.read_event(event.payload, account_id=event.social_account.network_id))
        if isinstance(network, FigureTelling):
            reading.figures = network.read_figures(event.payload)
    except (ValueError, KeyError, TypeError, AttributeError):
        # The network's JSON may be anything; its words are never logged.
        logger.warning("inbound event %s of %s could not be read", event.pk, event.network)
        reading.failure = "event_unreadable"


def _find_nameless(readings: Sequence[_Reading]) -> None:
    """Note the messages whose authors a webhook did not name, unless we know them by name already."""
    found = {
        (reading.event.network, author.network_id)
        for reading in readings
        if tells_names(_network(reading.event.network))
        for each in reading.incoming
        if (author := _nameless_author(each)) is not None
    }
    if not found:
        return
    named = Identity.objects.filter(network_id__in=[network_id for _network, network_id in found]).exclude(name="")
    unknown = found - set(named.values_list("network", "network_id"))
    for reading in readings:
        reading.nameless = {
            each.message_id
            for each in reading.incoming
            if (author := _nameless_author(each)) is not None and (reading.event.network, author.network_id) in unknown
        }


def _nameless_author(incoming: Incoming) -> Author | None:
    message = incoming.message
    if message is None or message.by_account or message.author is None:
        return None
    return message.author if not message.author.name and not message.author.handle else None


def _network(key: str) -> EngagingProvider:
    found = engaging(key)
    if found is None:
        raise LookupError(f"{key} neither listens nor answers")
    return found


# -- events that name a message without its words ----------------------------------------------------------------------


def _fetch_what_came_without_words(readings: Sequence[_Reading], clock: Clock) -> None:
    wanting = [each for each in readings if each.nameless or any(one.needs_fetch for one in each.incoming)]
    if not wanting:
        return
    errands = list(_errands(wanting))
    told: dict[_Named, IncomingMessage | None] = {}
    silent: dict[_Named, ProviderError] = {}
    for errand, answer in zip(errands, fetch_all(errands, now=clock()), strict=True):
        if isinstance(answer, ProviderError):
            silent |= {(errand.account.pk, each.message_id): answer for each in errand.targets}
        else:
            told |= {(errand.account.pk, message_id): message for message_id, message in answer.items()}
    for reading in wanting:
        _take_words(reading, told, silent, now=clock())


def _errands(readings: Iterable[_Reading]) -> Iterable[Errand]:
    accounts: dict[int, SocialAccount] = {}
    targets: dict[int, dict[str, Target]] = defaultdict(dict)
    for reading in readings:
        account = reading.event.social_account
        accounts[account.pk] = account
        for each in reading.incoming:
            if (each.needs_fetch or each.message_id in reading.nameless) and each.message is not None:
                targets[account.pk][each.message_id] = each.message.target
    for account_id, account in accounts.items():
        wanted = tuple(targets[account_id].values())
        for start in range(0, len(wanted), AT_ONCE):
            yield Errand(account=account, targets=wanted[start : start + AT_ONCE])


def _take_words(
    reading: _Reading,
    told: Mapping[_Named, IncomingMessage | None],
    silent: Mapping[_Named, ProviderError],
    *,
    now: datetime,
) -> None:
    """Give each announced message its words, and its author a name; one that is gone by now is told as deleted.

    A name is a kindness: where it cannot be had, the message is taken without.
    """
    complete: list[Incoming] = []
    for each in reading.incoming:
        named = (reading.event.social_account_id, each.message_id)
        if not each.needs_fetch:
            complete.append(_with_name(each, told.get(named)) if each.message_id in reading.nameless else each)
        elif named in told:
            found = told[named]
            change = each.change if found is not None else Change.DELETED
            complete.append(replace(each, change=change, message=found, needs_fetch=False))
        else:  # not told of, and not told to be gone either
            why = silent.get(named) or TransientError("unavailable", network=reading.event.network)
            _ask_later(reading, why, now=now)
            return
    reading.incoming = complete


def _with_name(incoming: Incoming, found: IncomingMessage | None) -> Incoming:
    if found is None or found.author is None or incoming.message is None:
        return incoming
    return replace(incoming, message=replace(incoming.message, author=found.author))


def _ask_later(reading: _Reading, why: ProviderError, *, now: datetime) -> None:
    """Put the event off; aside where that is of no use."""
    if isinstance(why, PermanentError) or reading.event.attempts + 1 >= _TRIES_MAX:
        reading.failure = why.key
    else:
        reading.again_at = getattr(why, "reset_at", None) or now + wait_before_retry(reading.event.attempts + 1)


# -- writing it down ---------------------------------------------------------------------------------------------------


def _store(readings: Sequence[_Reading], *, organisation_id: int, now: datetime) -> None:
    readable = [each for each in readings if not each.failure and each.again_at is None]
    ours = _mark_read(readable, now=now)
    arrivals = [
        Arrival(
            account_id=each.event.social_account_id,
            network=each.event.network,
            incoming=one,
            as_of=each.event.received_at,
        )
        for each in readable
        if each.event.pk in ours
        for one in each.incoming
    ]
    store(arrivals, organisation_id=organisation_id, now=now)
    for each in readable:
        if each.event.pk in ours:
            day = each.event.received_at.date()
            keep_told(each.event.social_account, each.figures, day=day, now=now)
    _put_aside([each for each in readings if each.failure], now=now)
    _put_off([each for each in readings if not each.failure and each.again_at is not None])


def _store_one_by_one(readings: Sequence[_Reading], *, organisation_id: int, now: datetime) -> None:
    for each in readings:
        try:
            with transaction.atomic():
                _store([each], organisation_id=organisation_id, now=now)
        except (OperationalError, InterfaceError):
            raise
        except Exception:
            logger.exception("inbound event %s could not be stored", each.event.pk)
            each.failure = "event_not_stored"
            _put_aside([each], now=now)


def _mark_read(readings: Sequence[_Reading], *, now: datetime) -> set[int]:
    """Mark what is still ours as read, and return it: another worker may have taken what took too long."""
    if not readings:
        return set()
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE moderation_inboundevent e
            SET state = 'read', read_at = %s, available_at = NULL, lease_until = NULL, reason = '', reason_data = '{}'
            FROM unnest(%s::bigint[], %s::bigint[]) AS w (id, token)
            WHERE e.id = w.id AND e.lease_token = w.token AND e.lease_until IS NOT NULL
            RETURNING e.id
            """,
            [now, [each.event.pk for each in readings], [each.claim.token for each in readings]],
        )
        return {row[0] for row in cursor.fetchall()}


def _ours(reading: _Reading) -> OwnedQuerySet[InboundEvent]:
    return InboundEvent.objects.filter(pk=reading.event.pk, lease_token=reading.claim.token, lease_until__isnull=False)


def _put_aside(readings: Sequence[_Reading], *, now: datetime) -> None:
    for each in readings:
        _ours(each).update(
            state=InboundEvent.State.DEAD,
            read_at=now,
            available_at=None,
            lease_until=None,
            reason=each.failure,
            attempts=F("attempts") + 1,
        )


def _put_off(readings: Sequence[_Reading]) -> None:
    bounds: dict[int, datetime] = {}
    for each in readings:
        until = each.again_at
        if until is None or each.event.lane_id is None:
            continue
        _ours(each).update(available_at=until, lease_until=None, attempts=F("attempts") + 1)
        bounds[each.event.lane_id] = min(until, bounds.get(each.event.lane_id, until))
    lower_lanes(bounds)


@transaction.atomic
def read_again(events: Sequence[InboundEvent], *, now: datetime) -> int:
    """Have events read anew, those kept aside or any other; return how many."""
    bounds: dict[int, datetime] = {}
    for event in sorted(events, key=lambda one: one.pk):
        if event.lane_id is None:
            continue
        waiting = InboundEvent.objects.filter(pk=event.pk, lease_until=None)
        if waiting.update(state=InboundEvent.State.WAITING, available_at=now, attempts=0, reason="", read_at=None):
            bounds[event.lane_id] = now
    lower_lanes(bounds)
    record("moderation.event.read_again", data={"events": len(events)})
    ring_after_commit("moderation.tasks.read_events", queue="inbox")
    return len(events)


def give_back_expired(*, now: datetime) -> int:
    """Return events to their lanes whose worker died; reading them twice changes nothing."""
    given_back = 0
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM passage.organisations_with_expired_events(%s)", [now])
        organisations = [row[0] for row in cursor.fetchall()]
    for organisation_id in organisations:
        with scope(organisation=organisation_id):
            expired = InboundEvent.objects.filter(lease_until__lt=now).select_for_update(skip_locked=True)
            events = list(expired.order_by("pk")[:500])
            InboundEvent.objects.filter(pk__in=[each.pk for each in events]).update(
                lease_until=None, lease_token=F("lease_token") + 1, available_at=now, attempts=F("attempts") + 1
            )
            lower_lanes({each.lane_id: now for each in events if each.lane_id is not None})
            given_back += len(events)
    return given_back
