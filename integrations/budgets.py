"""The networks' budgets: asked before a batch of calls, corrected by what the answers say.

Counted budgets of a day or more are rows (BudgetUse), those of minutes stand in Redis, whose loss costs minutes. A
percentage is the network's own count, told anew with each answer, so Redis keeps the last word of it. What is over
budget goes later, not wrong; without Redis everything goes, and the network itself says when it is too much.

Use: `reserve` once per batch outside any scope, the calls, then `write_reports`.
"""

import logging
from collections import defaultdict, deque
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import redis
from django.db import connection

from config.env import env
from integrations import registry
from integrations.contract import Budget, UsageReport
from integrations.errors import Reach
from integrations.models import SocialAccount

logger = logging.getLogger(__name__)

KEPT_FOR_PUBLISHING = 0.2  # of each budget; what reads at leisure leaves it alone
READING_SHARE = 0.5  # of each budget, for what reads at regular turns
PERCENT_STOP = 95  # Meta: throttled at 100, and calls while throttled prolong it
PERCENT_KNOWN_FOR = timedelta(minutes=5)  # then one call asks anew, where the network names no time itself
LONG = timedelta(days=1)
A_MONTH = timedelta(days=30)
PERCENT = "percent"

# Grants as many units as fit, per key; a window begins with its first use. KEYS: one a budget and subject.
# ARGV: units, units allowed (-1: no limit) and window in ms, for each key. Answers granted and ms left, for each.
_TAKE = """
local answer = {}
for i, key in ipairs(KEYS) do
  local units, allowed, window = tonumber(ARGV[3*i-2]), tonumber(ARGV[3*i-1]), tonumber(ARGV[3*i])
  local used = tonumber(redis.call('GET', key) or '0')
  local granted = units
  if allowed >= 0 then granted = math.max(0, math.min(units, allowed - used)) end
  if granted > 0 then
    redis.call('INCRBY', key, granted)
    if redis.call('PTTL', key) < 0 then redis.call('PEXPIRE', key, window) end
  end
  answer[2*i-1] = granted
  answer[2*i] = math.max(0, redis.call('PTTL', key))
end
return answer
"""


@dataclass(frozen=True, kw_only=True)
class Need:
    """What one operation on behalf of one account may use up: `units` as `Provider.cost` gives them."""

    network: str
    account_id: str  # the network's id of the presence
    person_id: str  # the network's id of the grant's person
    units: Mapping[str, int]


def need_of(account: SocialAccount, units: Mapping[str, int]) -> Need:
    """Return what an operation on behalf of an account, read with its grant, may use up."""
    return Need(
        network=account.network,
        account_id=account.network_id,
        person_id=account.grant.outside_id if account.grant else "",
        units=units,
    )


@dataclass(frozen=True, kw_only=True)
class Later:
    """There is no room now; there may be at `until`."""

    budget: str
    until: datetime


@dataclass(frozen=True)
class Key:
    """One budget of one subject."""

    network: str
    budget: str
    subject: str

    def in_redis(self) -> str:
        return f"budget:{self.network}:{self.budget}:{self.subject}"


@dataclass(frozen=True)
class _Room:
    granted: int
    until: datetime


_reports: deque[UsageReport] = deque(maxlen=10_000)


def collect(report: UsageReport) -> None:
    """Take a report from a provider, in whichever thread it called. The sink given to integrations.registry."""
    _reports.append(report)


def reserve(needs: Sequence[Need], *, now: datetime, keep_room: bool = False) -> list[Later | None]:
    """Take the units for each of these operations, in order, and return None for each that may go now.

    `keep_room` leaves a fifth of every budget to publishing: for polling and other work that can wait. Units taken
    for an operation that another of its budgets refused stay taken; the network's next answer puts the count right.
    """
    budgets = {need.network: budgets_of(need.network) for need in needs}
    wanted: dict[Key, int] = defaultdict(int)
    for need in needs:
        for key, units in _keys(need, budgets[need.network]):
            wanted[key] += units
    if not wanted:
        return [None] * len(needs)
    rooms = _take(wanted, budgets, now=now, keep_room=keep_room)
    left = {key: room.granted for key, room in rooms.items()}
    return [_verdict(list(_keys(need, budgets[need.network])), rooms, left) for need in needs]


def write_reports(*, now: datetime) -> None:
    """Store what the networks said since the last time. Once a batch, after its calls, outside any scope."""
    latest: dict[Key, UsageReport] = {}
    for report in _collected():
        subject = "" if report.reach is Reach.APP else report.subject
        key = Key(report.network, report.budget, subject)
        latest[key] = _truer(latest.get(key), report)
    long: dict[Key, tuple[Budget, UsageReport]] = {}
    short: dict[Key, tuple[Budget, UsageReport]] = {}
    for key, report in latest.items():
        budget = budgets_of(key.network).get(key.budget)
        if budget is not None:
            (long if is_long(budget) else short)[key] = (budget, report)
    _write_short(short, now=now)
    _write_long(long, now=now)


def fair_interval(network: str, units: Mapping[str, int], *, accounts: int) -> timedelta:
    """Return how far apart one account's turns must lie so that all of them together leave half of every budget.

    `units` is what a turn costs at most, `accounts` how many of this network take turns; whoever shares a budget shares
    it evenly. Where each account, or each grant, has its own, nobody else counts.
    """
    interval = timedelta()
    for key, budget in budgets_of(network).items():
        if budget.unit == PERCENT or budget.limit is None or not units.get(key):
            continue
        turns = units[key] * (accounts if budget.reach is Reach.APP else 1)
        window = budget.window or (LONG if budget.day_in else A_MONTH)
        interval = max(interval, window * turns / (budget.limit * READING_SHARE))
    return interval


def _collected() -> Iterator[UsageReport]:
    """Take out what was reported so far; another thread may do the same."""
    with suppress(IndexError):
        while True:
            yield _reports.popleft()


# -- which budgets an operation touches --------------------------------------------------------------------------------


def budgets_of(network: str) -> Mapping[str, Budget]:
    return {budget.key: budget for budget in registry.provider(network).budgets}


def _keys(need: Need, budgets: Mapping[str, Budget]) -> Iterable[tuple[Key, int]]:
    """Yield what an operation uses: its counted units, and every percentage of its app, person and account."""
    for budget in budgets.values():
        units = 1 if budget.unit == PERCENT else need.units.get(budget.key, 0)
        if units:
            yield Key(need.network, budget.key, subject_of(budget.reach, need)), units


def subject_of(reach: Reach, need: Need) -> str:
    return {Reach.APP: "", Reach.GRANT: need.person_id}.get(reach, need.account_id)


def is_long(budget: Budget) -> bool:
    return budget.unit != PERCENT and (budget.window is None or budget.window >= LONG)


def _allowed(budget: Budget, *, keep_room: bool) -> int | None:
    """Return how many units may be used in all; None where the network sets no figure."""
    limit = PERCENT_STOP if budget.unit == PERCENT else budget.limit
    if limit is None:
        return None
    return int(limit * (1 - KEPT_FOR_PUBLISHING)) if keep_room else limit


def _window_ends_at(budget: Budget, now: datetime) -> datetime:
    """Return when a window that begins now ends; a budget without a window is counted by calendar months."""
    if budget.day_in:
        tomorrow = now.astimezone(ZoneInfo(budget.day_in)).date() + timedelta(days=1)
        return datetime.combine(tomorrow, time.min, tzinfo=ZoneInfo(budget.day_in)).astimezone(UTC)
    if budget.window is not None:
        return now + budget.window
    return (now.astimezone(UTC).replace(day=1) + timedelta(days=32)).replace(
        day=1, hour=0, minute=0, second=0, microsecond=0
    )


def _verdict(keys: Collection[tuple[Key, int]], rooms: Mapping[Key, _Room], left: dict[Key, int]) -> Later | None:
    full = [key for key, units in keys if left[key] < units]
    if full:
        latest = max(full, key=lambda key: rooms[key].until)
        return Later(budget=latest.budget, until=rooms[latest].until)
    for key, units in keys:
        left[key] -= units
    return None


# -- taking and reporting ----------------------------------------------------------------------------------------------


def _take(
    wanted: Mapping[Key, int], budgets: Mapping[str, Mapping[str, Budget]], *, now: datetime, keep_room: bool
) -> dict[Key, _Room]:
    by_place: dict[str, dict[Key, tuple[Budget, int]]] = {"percent": {}, "short": {}, "long": {}}
    for key, units in wanted.items():
        budget = budgets[key.network][key.budget]
        place = "percent" if budget.unit == PERCENT else "long" if is_long(budget) else "short"
        by_place[place][key] = (budget, units)
    return {
        **_ask_percent(by_place["percent"], now=now, keep_room=keep_room),
        **_take_short(by_place["short"], now=now, keep_room=keep_room),
        **_take_long(by_place["long"], now=now, keep_room=keep_room),
    }


def _ask_percent(wanted: Mapping[Key, tuple[Budget, int]], *, now: datetime, keep_room: bool) -> dict[Key, _Room]:
    figures = read_short(list(wanted), now=now)
    rooms = {}
    for key, (budget, units) in wanted.items():
        used, until = figures.get(key, (None, None))
        over = used is not None and used >= (_allowed(budget, keep_room=keep_room) or 0)
        rooms[key] = _Room(0 if over else units, until or now + PERCENT_KNOWN_FOR)
    return rooms


def _take_short(wanted: Mapping[Key, tuple[Budget, int]], *, now: datetime, keep_room: bool) -> dict[Key, _Room]:
    if not wanted:
        return {}
    arguments: list[int] = []
    for budget, units in wanted.values():
        allowed = _allowed(budget, keep_room=keep_room)
        arguments += [units, -1 if allowed is None else allowed, _milliseconds(_window_ends_at(budget, now) - now)]
    try:
        answer = _redis().eval(_TAKE, len(wanted), *(key.in_redis() for key in wanted), *arguments)
    except redis.RedisError as error:
        logger.warning("short budgets not counted: %s", type(error).__name__)
        return {key: _Room(units, now) for key, (_, units) in wanted.items()}
    return {
        key: _Room(int(answer[2 * place]), now + timedelta(milliseconds=int(answer[2 * place + 1])))
        for place, key in enumerate(wanted)
    }


def _take_long(wanted: Mapping[Key, tuple[Budget, int]], *, now: datetime, keep_room: bool) -> dict[Key, _Room]:
    if not wanted:
        return {}
    ordered = sorted(wanted, key=lambda key: (key.network, key.budget, key.subject))
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT place, granted, ends_at FROM passage.take_from_budgets(%s, %s, %s, %s, %s, %s, %s)",
            [
                [key.network for key in ordered],
                [key.budget for key in ordered],
                [key.subject for key in ordered],
                [wanted[key][1] for key in ordered],
                [_allowed(wanted[key][0], keep_room=keep_room) for key in ordered],
                [_window_ends_at(wanted[key][0], now) for key in ordered],
                now,
            ],
        )
        return {ordered[place - 1]: _Room(granted, ends_at) for place, granted, ends_at in cursor.fetchall()}


def _write_short(reports: Mapping[Key, tuple[Budget, UsageReport]], *, now: datetime) -> None:
    if not reports:
        return
    try:
        with _redis().pipeline(transaction=False) as pipe:
            for key, (budget, report) in reports.items():
                pipe.set(key.in_redis(), report.used, px=_milliseconds(_life(budget, report, now)))
            pipe.execute()
    except redis.RedisError as error:
        logger.warning("short budgets not stored: %s", type(error).__name__)


def _write_long(reports: Mapping[Key, tuple[Budget, UsageReport]], *, now: datetime) -> None:
    if not reports:
        return
    ordered = sorted(reports, key=lambda key: (key.network, key.budget, key.subject))
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT passage.report_budgets(%s, %s, %s, %s, %s)",
            [
                [key.network for key in ordered],
                [key.budget for key in ordered],
                [key.subject for key in ordered],
                [reports[key][1].used for key in ordered],
                [reports[key][1].reset_at or _window_ends_at(reports[key][0], now) for key in ordered],
            ],
        )


def _truer(one: UsageReport | None, other: UsageReport) -> UsageReport:
    """Return the report that is further on: answers of one batch arrive in any order, and windows end in between."""
    if one is None or one.reset_at is None or other.reset_at is None:
        return other
    return max(one, other, key=lambda report: (report.reset_at, report.used))


def _life(budget: Budget, report: UsageReport, now: datetime) -> timedelta:
    """Return how long a figure holds: as long as the network says, at most its window."""
    if report.reset_at is not None and report.reset_at > now:
        return report.reset_at - now
    if budget.unit == PERCENT:
        return PERCENT_KNOWN_FOR
    return budget.window or LONG


def read_short(keys: Sequence[Key], *, now: datetime) -> dict[Key, tuple[int | None, datetime | None]]:
    if not keys:
        return {}
    try:
        with _redis().pipeline(transaction=False) as pipe:
            for key in keys:
                pipe.get(key.in_redis())
                pipe.pttl(key.in_redis())
            answers = pipe.execute()
    except redis.RedisError as error:
        logger.warning("short budgets not read: %s", type(error).__name__)
        return {}
    return {
        key: (int(used), now + timedelta(milliseconds=left) if left > 0 else None)
        for key, used, left in zip(keys, answers[::2], answers[1::2], strict=True)
        if used is not None
    }


def _milliseconds(duration: timedelta) -> int:
    return max(1, int(duration.total_seconds() * 1000))


@cache
def _redis() -> "redis.Redis":
    return redis.Redis.from_url(env.redis_url, socket_connect_timeout=1, socket_timeout=1)
