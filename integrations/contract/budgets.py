"""The networks' allowances: what an operation is, what it costs, what an answer says is left."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from integrations.errors import Reach


class Operation(StrEnum):
    """What a caller is about to do, when it asks what that costs."""

    PREPARE = "prepare"
    CHECK = "check"
    COMMIT = "commit"
    LOOK = "look"
    DELETE = "delete"
    DESCRIBE = "describe"
    POLL = "poll"
    FETCH = "fetch"
    REPLY = "reply"
    ACT = "act"
    SUBSCRIBE = "subscribe"
    VERDICT = "verdict"
    FOLLOW_UP = "follow_up"
    EDIT = "edit"
    MEASURE = "measure"


@dataclass(frozen=True, kw_only=True)
class Budget:
    """An allowance of the network, in its own unit. ``limit`` None: only the answers tell (a percentage).

    ``window`` is its length; with ``rolling`` false it begins at the first use in it or where ``reset_at`` says.
    ``day_in`` names the time zone at whose midnight it fills again, for an allowance of a calendar day.
    """

    key: str
    reach: Reach
    unit: str
    limit: int | None = None
    window: timedelta | None = None
    rolling: bool = True
    day_in: str = ""


@dataclass(frozen=True, kw_only=True)
class UsageReport:
    """What an answer said about a budget. ``subject`` is whose: app, person or account, by the network's id."""

    network: str
    budget: str
    reach: Reach
    subject: str
    used: int
    limit: int
    reset_at: datetime | None = None


UsageSink = Callable[[UsageReport], object]


def ignore_usage(report: UsageReport) -> None:
    """Take no notice of budgets: for tests and one-off calls."""
