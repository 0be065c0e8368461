"""What YouTube tells of reach and resonance: Analytics by day, and the counts beside each film.

Days are YouTube's, which begin at midnight in California. Since 27 August 2026 views count from the first moment of
playing in every format; ``engagedViews`` count as views did before.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, datetime
from types import MappingProxyType
from zoneinfo import ZoneInfo

from integrations.contract import Account, Feature
from integrations.errors import AuthorisationLost, PermanentError
from integrations.insights import Measure, PostMeasures
from integrations.networks.youtube import limits
from integrations.networks.youtube.client import Json, YouTubeClient

Number = int | float

# Our names by Analytics' own; what only YouTube has keeps its name.
METRICS: Mapping[str, str] = MappingProxyType(
    {
        "views": "views",
        "engagedViews": "engagedViews",
        "likes": "likes",
        "comments": "comments",
        "shares": "shares",
        "estimatedMinutesWatched": "watch_seconds",
        "averageViewDuration": "averageViewDuration",
        "subscribersGained": "followers_gained",
        "subscribersLost": "followers_lost",
    }
)
COUNTS: Mapping[str, str] = MappingProxyType({"viewCount": "views", "likeCount": "likes", "commentCount": "comments"})
OF_A_FILM = ("shares", "estimatedMinutesWatched", "engagedViews")
FIRST_DAY = date(2005, 4, 23)  # of YouTube itself: a film's figures from its beginning


class YouTubeFigures:
    """Needs the client that ``YouTubeProvider`` sets."""

    _client: YouTubeClient

    account_metrics = frozenset(METRICS.values()) | {"followers"}
    post_metrics = frozenset(COUNTS.values()) | {METRICS[each] for each in OF_A_FILM}
    measures_lag = limits.MEASURES_LAG
    measures_kept = limits.MEASURES_KEPT

    def measure_account(self, account: Account, *, since: date, until: date, now: datetime) -> Iterator[Measure]:
        token = account.credentials.access_token
        yield from self._followers(token, since=since, until=until, now=now)
        for table in self._tables(
            token, list(METRICS), since=since, until=until, now=now, dimensions="day", sort="day"
        ):
            for row in _rows(table):
                day = date.fromisoformat(str(row.pop("day")))
                for name, value in row.items():
                    yield Measure(metric=METRICS[name], day=day, value=_in_our_unit(name, value))

    def measure_posts(
        self, account: Account, network_ids: Collection[str], *, now: datetime
    ) -> Mapping[str, PostMeasures]:
        """Counts for all films of the channel; what Analytics knows more of them, where it was allowed."""
        token, ids = account.credentials.access_token, list(dict.fromkeys(network_ids))
        found: dict[str, PostMeasures] = {}
        for start in range(0, len(ids), limits.LOOKUP_MAX):
            some = ids[start : start + limits.LOOKUP_MAX]
            here = {str(each["id"]): each for each in self._client.videos(token, some, part="statistics", now=now)}
            more = self._of_films(account, [each for each in some if each in here], now=now)
            for video_id in some:
                if video_id in here:
                    counts = _counts(here[video_id].get("statistics") or {})
                    found[video_id] = PostMeasures(values={**more.get(video_id, {}), **counts})
                else:
                    found[video_id] = PostMeasures(values={}, gone=True)
        return found

    def _followers(self, token: str, *, since: date, until: date, now: datetime) -> Iterator[Measure]:
        """The number of today; of earlier days nobody tells it."""
        today = now.astimezone(ZoneInfo(limits.PACIFIC)).date()
        if not since <= today <= until:
            return
        channel = self._client.my_channel(token, now=now) or {}
        statistics = channel.get("statistics") or {}
        count = str(statistics.get("subscriberCount") or "")
        if count.isdigit():
            yield Measure(metric="followers", day=today, value=int(count))

    def _of_films(
        self, account: Account, ids: Sequence[str], *, now: datetime
    ) -> Mapping[str, Mapping[str, int | float]]:
        if not ids or Feature.INSIGHTS not in account.features:
            return {}
        today = now.astimezone(ZoneInfo(limits.PACIFIC)).date()
        found: dict[str, dict[str, Number]] = {}
        try:
            for table in self._tables(
                account.credentials.access_token,
                list(OF_A_FILM),
                since=FIRST_DAY,
                until=today,
                now=now,
                first="views",
                dimensions="video",
                filters=f"video=={','.join(ids)}",
                sort="-views",
                maxResults=str(len(ids)),
            ):
                for row in _rows(table):
                    values = found.setdefault(str(row.pop("video")), {})
                    values |= {METRICS[name]: _in_our_unit(name, value) for name, value in row.items()}
        except AuthorisationLost as error:
            if error.key != "permission_missing":
                raise
        return found

    def _tables(
        self,
        token: str,
        metrics: Sequence[str],
        *,
        since: date,
        until: date,
        now: datetime,
        first: str = "",
        **more: str,
    ) -> Iterator[Json]:
        """Ask for all metrics at once; where YouTube refuses that, one by one, so that one refused takes none along.

        ``first`` is asked for with each of them, for the order it gives.
        """
        beside = [first] if first else []
        try:
            yield self._client.report(token, [*beside, *metrics], since=since, until=until, now=now, **more)
        except PermanentError as error:
            if error.status != 400:
                raise
            for each in metrics:
                try:
                    yield self._client.report(token, [*beside, each], since=since, until=until, now=now, **more)
                except PermanentError as refused:
                    if refused.status != 400:
                        raise


def _rows(table: Json) -> Iterator[dict[str, int | float | str]]:
    names = [str(each.get("name")) for each in table.get("columnHeaders") or ()]
    for row in table.get("rows") or ():
        yield {name: value for name, value in zip(names, row, strict=False) if value is not None}


def _counts(statistics: Json) -> dict[str, int | float]:
    """YouTube counts in texts, and leaves out what the owner hides."""
    return {ours: int(statistics[name]) for name, ours in COUNTS.items() if str(statistics.get(name, "")).isdigit()}


def _in_our_unit(name: str, value: float | str) -> int | float:
    number = float(value)
    number = number * 60 if name == "estimatedMinutesWatched" else number
    return int(number) if number.is_integer() else number
