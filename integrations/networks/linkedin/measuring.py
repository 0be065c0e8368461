"""What LinkedIn tells about reach and resonance.

Days are UTC's. Unique impressions are spelt in two ways and often missing in buckets: absent is left out, not zero. A
post without any activity is left out by LinkedIn, which is zero.
"""

from collections.abc import Collection, Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from integrations.contract import Account
from integrations.errors import PermanentError
from integrations.insights import Measure, PostMeasures
from integrations.networks.linkedin import limits
from integrations.networks.linkedin.client import LinkedInClient
from integrations.networks.linkedin.mapping import POSTS, moment

# LinkedIn's names -> ours.
SHARES: Mapping[str, str] = {
    "impressionCount": "views",
    "uniqueImpressionsCount": "reach",
    "uniqueImpressionsCounts": "reach",
    "clickCount": "clicks",
    "likeCount": "likes",
    "commentCount": "comments",
    "shareCount": "shares",
}
ENGAGEMENTS = ("clicks", "likes", "comments", "shares")
POSTS_A_CALL = 20


class LinkedInMeasuring:
    """Needs the client that ``LinkedInProvider`` sets. Figures are for administrators of the page."""

    _client: LinkedInClient

    account_metrics = frozenset(
        {*SHARES.values(), "engagements", "followers", "followers_gained", "followers_lost"}
    ) | {"profile_views"}
    post_metrics = frozenset({*SHARES.values(), "engagements"})
    measures_lag = limits.FIGURES_LAG
    measures_kept: timedelta | None = limits.FIGURES_KEPT

    def measure_account(self, account: Account, *, since: date, until: date, now: datetime) -> Iterator[Measure]:
        """Yield figures by day; one kind of figure that is refused leaves the others alone."""
        for kind in (self._shares, self._followers, self._views, self._size):
            try:
                yield from kind(account, since=since, until=until, now=now)
            except PermanentError:
                continue

    def measure_posts(
        self, account: Account, network_ids: Collection[str], *, now: datetime
    ) -> Mapping[str, PostMeasures]:
        """Return lifetime figures of posts; what LinkedIn leaves out has none yet. It does not tell what is gone."""
        ours = [urn for urn in network_ids if urn.startswith(POSTS)]
        found: dict[str, PostMeasures] = {urn: PostMeasures(values=_shown({})) for urn in ours}
        for start in range(0, len(ours), POSTS_A_CALL):
            some = ours[start : start + POSTS_A_CALL]
            for row in self._client.share_statistics(
                account.credentials.access_token, account.network_id, posts=some, now=now
            ):
                urn = str(row.get("share") or row.get("ugcPost") or "")
                if urn in found:
                    found[urn] = PostMeasures(values=_shown(row.get("totalShareStatistics") or {}))
        return found

    def _shares(self, account: Account, *, since: date, until: date, now: datetime) -> Iterator[Measure]:
        rows = self._client.share_statistics(
            account.credentials.access_token, account.network_id, days=_span(since, until), now=now
        )
        for row in rows:
            if day := _day(row):
                told = {name: row.get("totalShareStatistics", {}).get(name) for name in SHARES}
                known = {name: value for name, value in told.items() if isinstance(value, int)}
                for metric, value in _shown(known, absent_is_zero=False).items():
                    yield Measure(metric=metric, day=day, value=value)

    def _followers(self, account: Account, *, since: date, until: date, now: datetime) -> Iterator[Measure]:
        """LinkedIn tells what is left of gains and losses, from a year ago to the day before yesterday."""
        today = now.astimezone(UTC).date()
        since, until = max(since, today - limits.GAINS_BACK), min(until, today - limits.GAINS_LAG)
        if since > until:
            return
        rows = self._client.follower_statistics(
            account.credentials.access_token, account.network_id, days=_span(since, until), now=now
        )
        for row in rows:
            gains = row.get("followerGains") or {}
            told = [gains.get(name) for name in ("organicFollowerGain", "paidFollowerGain")]
            known = [each for each in told if isinstance(each, int)]
            if (day := _day(row)) and known:
                total = sum(known)
                yield Measure(metric="followers_gained", day=day, value=max(total, 0))
                yield Measure(metric="followers_lost", day=day, value=max(-total, 0))

    def _views(self, account: Account, *, since: date, until: date, now: datetime) -> Iterator[Measure]:
        rows = self._client.page_statistics(
            account.credentials.access_token, account.network_id, days=_span(since, until), now=now
        )
        for row in rows:
            views: Any = ((row.get("totalPageStatistics") or {}).get("views") or {}).get("allPageViews") or {}
            if (day := _day(row)) and isinstance(views.get("pageViews"), int):
                yield Measure(metric="profile_views", day=day, value=views["pageViews"])

    def _size(self, account: Account, *, since: date, until: date, now: datetime) -> Iterator[Measure]:
        """How many follow is told for now only."""
        today = now.astimezone(UTC).date()
        if since <= today <= until:
            count = self._client.network_size(account.credentials.access_token, account.network_id, now=now)
            yield Measure(metric="followers", day=today, value=count)


def _shown(statistics: Mapping[str, Any], *, absent_is_zero: bool = True) -> dict[str, int | float]:
    """Return LinkedIn's figures under our names, with their sum."""
    found: dict[str, int | float] = {}
    for name, metric in SHARES.items():
        value = statistics.get(name)
        if isinstance(value, int):
            found[metric] = value
        elif absent_is_zero and metric != "reach":
            found.setdefault(metric, 0)
    if any(metric in found for metric in ENGAGEMENTS):
        found["engagements"] = sum(found.get(metric, 0) for metric in ENGAGEMENTS)
    return found


def _span(since: date, until: date) -> tuple[datetime, datetime]:
    """Return the days' first moment and the moment after their last."""
    return _midnight(since), _midnight(until + timedelta(days=1))


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, tzinfo=UTC)


def _day(row: Mapping[str, Any]) -> date | None:
    start = moment((row.get("timeRange") or {}).get("start"))
    return start.date() if start else None
