"""How the platform is, in figures that hold nothing of any organisation."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from integrations.registry import provider, provider_keys
from operations import heartbeats
from operations.models import Heartbeat

#: From here on people are told.
LAG_MAX = timedelta(seconds=60)


@dataclass(frozen=True, kw_only=True)
class QueueState:
    """One queue of publications: lanes with work that is due, held for a person, or delayed until an hour."""

    queue: str
    due_lanes: int
    held_lanes: int
    delayed_lanes: int
    oldest_at: datetime | None
    lag: timedelta

    @property
    def is_late(self) -> bool:
        return self.lag > LAG_MAX


@dataclass(frozen=True, kw_only=True)
class Counts:
    """Publications that stand where a worker or a person has to act."""

    failed: int
    unknown: int
    asking: int  # of the unknown: those that only a person can decide
    leased: int
    expired: int
    tried_often: int


@dataclass(frozen=True, kw_only=True)
class KeptAside:
    """Events of a network that could not be read (dead letters), over all organisations."""

    network: str
    events: int
    organisations: int
    oldest_at: datetime


@dataclass(frozen=True, kw_only=True)
class AppBudget:
    """What the whole installation has used of an allowance that lasts a day or longer."""

    network: str
    budget: str
    unit: str
    used: int
    limit: int | None
    ends_at: datetime


def queue_states(now: datetime) -> list[QueueState]:
    """Return every queue that has work."""
    return [
        QueueState(**row, lag=max(now - row["oldest_at"], timedelta(0)) if row["oldest_at"] else timedelta(0))
        for row in _rows("SELECT * FROM passage.publication_lag(%s)", now)
    ]


def counts(now: datetime) -> Counts:
    """Return how many publications need somebody."""
    return Counts(**_rows("SELECT * FROM passage.publication_counts(%s)", now)[0])


def kept_aside() -> list[KeptAside]:
    """Return, by network, the events that nobody could read: an organisation's owner has them read again."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM passage.events_kept_aside()")
        return [KeptAside(network=row[0], events=row[1], organisations=row[2], oldest_at=row[3]) for row in cursor]


def app_budgets(now: datetime) -> list[AppBudget]:
    """Return the app's long budgets that are in use."""
    known = {(key, budget.key): budget for key in provider_keys() for budget in provider(key).budgets}
    found = []
    for row in _rows("SELECT * FROM passage.app_budgets(%s)", now):
        budget = known.get((row["network"], row["budget"]))
        found.append(AppBudget(**row, unit=budget.unit if budget else "", limit=budget.limit if budget else None))
    return found


def troubles(now: datetime) -> dict[str, str]:
    """Return what operators must be told now, as a stable key and a line; empty when all is well."""
    found = {
        f"lag:{each.queue}": f"The oldest due row of queue {each.queue} waits since {_age(each.lag)}; "
        f"{each.due_lanes} lanes are due. Is its worker running?"
        for each in queue_states(now)
        if each.is_late
    }
    for name, beaten_at in heartbeats.silent(now).items():
        since = f"for {_age(now - beaten_at)}" if beaten_at else "since this installation began"
        found[f"silent:{name}"] = f"Loop {name} has shown no sign of life {since}. Is its process running?"
    return found


def all_heartbeats() -> list[Heartbeat]:
    """Return every loop's last sign of life."""
    return list(Heartbeat.objects.order_by("name"))


def _age(duration: timedelta) -> str:
    return f"{int(duration.total_seconds())} s"


def _rows(query: str, now: datetime) -> list[dict[str, Any]]:
    with connection.cursor() as cursor:
        cursor.execute(query, [now])
        names = [column.name for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
