"""What the network in memory tells of reach: whatever a test laid there."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from integrations.contract import Account
from integrations.insights import Measure, PostMeasures
from integrations.testing.network import MemoryNetwork


@dataclass(kw_only=True)
class MemoryFigures(MemoryNetwork):
    """``figures``: of each presence by metric and day. ``post_figures``: of each post by metric, whole at any time.

    ``refused_metrics`` are left out, as a network's refusal of one metric leaves the others.
    """

    figures: dict[str, dict[tuple[str, date], float]] = field(default_factory=dict)
    post_figures: dict[str, dict[str, float]] = field(default_factory=dict)
    refused_metrics: frozenset[str] = frozenset()
    measures_lag: timedelta = timedelta(days=2)
    measures_kept: timedelta | None = None

    account_metrics: frozenset[str] = frozenset({"followers", "reach"})
    post_metrics: frozenset[str] = frozenset({"likes", "views"})

    def measure_account(self, account: Account, *, since: date, until: date, now: datetime) -> Iterator[Measure]:
        def ask() -> list[Measure]:
            self._require(account.credentials)
            return [
                Measure(metric=metric, day=day, value=value)
                for (metric, day), value in sorted(self.figures.get(account.network_id, {}).items())
                if since <= day <= until and metric not in self.refused_metrics
            ]

        yield from self._call("measure_account", ask)

    def measure_posts(
        self, account: Account, network_ids: Collection[str], *, now: datetime
    ) -> Mapping[str, PostMeasures]:
        def ask() -> Mapping[str, PostMeasures]:
            self._require(account.credentials)
            return {
                each: PostMeasures(values=self.post_figures[each]) for each in network_ids if each in self.post_figures
            }

        return self._call("measure_posts", ask)
