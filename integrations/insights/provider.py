"""The methods of a provider that tells figures.

Names of metrics are ours and shared by the networks where they mean the same: ``followers``, ``followers_gained``,
``followers_lost``, ``views`` (times something was shown), ``reach`` (people), ``engagements``, ``likes``, ``comments``,
``shares``, ``saves``, ``clicks``, ``watch_seconds``, ``profile_views``, ``website_clicks``, ``calls``, ``directions``.
What only one network has carries the network's own name.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Protocol, runtime_checkable

from integrations.contract import Account


@dataclass(frozen=True, kw_only=True)
class Measure:
    """One metric of an account on one day, as the network counts days. Absent is not zero: it is left out."""

    metric: str
    day: date
    value: int | float


@dataclass(frozen=True, kw_only=True)
class PostMeasures:
    """What a post has reached since it is out; ``gone`` when the network has it no more."""

    values: Mapping[str, int | float]
    gone: bool = False


@runtime_checkable
class MeasuringProvider(Protocol):
    """What a network offers to those who count; costs are those of MEASURE."""

    @property
    def account_metrics(self) -> frozenset[str]:
        """The metrics of an account that it can tell at all."""
        ...

    @property
    def post_metrics(self) -> frozenset[str]:
        """The metrics of a post that it can tell at all."""
        ...

    @property
    def measures_lag(self) -> timedelta:
        """How long figures of a day may still change or be missing."""
        ...

    @property
    def measures_kept(self) -> timedelta | None:
        """How long its terms let us keep them without a fresh look at the authorisation; None: no figure."""
        ...

    def measure_account(self, account: Account, *, since: date, until: date, now: datetime) -> Iterator[Measure]:
        """Yield the figures of these days, both included; a metric that the network refuses is left out alone."""
        ...

    def measure_posts(
        self, account: Account, network_ids: Collection[str], *, now: datetime
    ) -> Mapping[str, PostMeasures]:
        """Return figures by post id; no entry for a post that the network told nothing about."""
        ...


@runtime_checkable
class FigureTelling(Protocol):
    """What a network adds whose webhooks tell figures too, of what cannot be asked for any more when it is over."""

    def read_figures(self, payload: Mapping[str, Any]) -> Mapping[str, PostMeasures]:
        """Return what a stored event says of posts, by their ids; nothing where it speaks of something else.

        Malformed parts raise ValueError.
        """
        ...
