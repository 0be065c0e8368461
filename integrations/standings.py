"""How much of the networks' budgets is used: for people to see. It reads, and takes nothing."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from integrations.budgets import PERCENT, Key, budgets_of, is_long, need_of, read_short, subject_of
from integrations.contract import Budget
from integrations.errors import Reach
from integrations.models import SocialAccount


@dataclass(frozen=True, kw_only=True)
class Standing:
    """How much of one budget is used, by everybody who shares it."""

    budget: Budget
    used: int
    limit: int | None  # None: nobody told us a figure, it is only counted
    until: datetime | None  # when it fills again, where that is known
    network: str = ""
    subject: str = ""  # the network's id of the person or the account whose it is; empty: the app's


_Figure = tuple[int | None, datetime | None]


def standings(
    accounts: Iterable[tuple[str, str]], *, units: Collection[str], now: datetime
) -> dict[tuple[str, str], list[Standing]]:
    """Return what each (network, network id) has used of its own short budgets in these units, with one call to Redis.

    A budget of which nothing is known (unused, or Redis is away) is left out where it has no figure of its own.
    """
    wanted = {
        Key(network, budget.key, network_id): budget
        for network, network_id in accounts
        for budget in budgets_of(network).values()
        if budget.reach is Reach.ACCOUNT and budget.unit in units and not is_long(budget)
    }
    found: dict[tuple[str, str], list[Standing]] = defaultdict(list)
    for standing in _judged(wanted, read_short(list(wanted), now=now)):
        found[standing.network, standing.subject].append(standing)
    return found


def all_standings(accounts: Iterable[SocialAccount], *, now: datetime) -> list[Standing]:
    """Return every budget that concerns these accounts (read with their grants): the app's, grants' and their own.

    One call to Redis and one statement, however many accounts there are.
    """
    wanted: dict[Key, Budget] = {}
    for account in accounts:
        need = need_of(account, {})
        for budget in budgets_of(account.network).values():
            subject = subject_of(budget.reach, need)
            if subject or budget.reach is Reach.APP:
                wanted[Key(account.network, budget.key, subject)] = budget
    long = [key for key, budget in wanted.items() if is_long(budget)]
    short = [key for key, budget in wanted.items() if not is_long(budget)]
    return list(_judged(wanted, {**read_short(short, now=now), **_read_long(long, now=now)}))


def _judged(wanted: Mapping[Key, Budget], figures: Mapping[Key, _Figure]) -> Iterable[Standing]:
    for key, budget in wanted.items():
        used, until = figures.get(key, (None, None))
        if used is None and (budget.unit == PERCENT or budget.limit is None):
            continue
        yield Standing(
            budget=budget,
            used=used or 0,
            limit=100 if budget.unit == PERCENT else budget.limit,
            until=until,
            network=key.network,
            subject=key.subject,
        )


def _read_long(keys: Sequence[Key], *, now: datetime) -> dict[Key, _Figure]:
    if not keys:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT place, used, ends_at FROM passage.budget_standings(%s, %s, %s, %s)",
            [[key.network for key in keys], [key.budget for key in keys], [key.subject for key in keys], now],
        )
        return {keys[place - 1]: (used, ends_at) for place, used, ends_at in cursor.fetchall()}
