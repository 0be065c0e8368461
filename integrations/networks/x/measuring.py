"""What X tells about reach: an account's followers, its posts' counts, and what its newest posts did day by day.

X has no figures of an account by day but those of its posts (``GET /2/tweets/analytics``), and each post read is paid:
the series is asked for only where the operator wants it. Its days are UTC's.
"""

import logging
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from integrations.contract import Account
from integrations.errors import PermanentError
from integrations.insights import Measure, PostMeasures
from integrations.networks.x import limits
from integrations.networks.x.client import FIGURE_FIELDS, OWN_FIGURE_FIELDS, XClient
from integrations.networks.x.following import newest_posts

logger = logging.getLogger(__name__)

# X's name -> ours.
USER_METRICS = {"followers_count": "followers", "listed_count": "listed_count"}
PUBLIC_METRICS = {
    "impression_count": "views",
    "like_count": "likes",
    "reply_count": "comments",
    "bookmark_count": "saves",
    "quote_count": "quote_count",
    "retweet_count": "shares",  # the older name
    "repost_count": "shares",
}
OWN_METRICS = {
    "engagements": "engagements",
    "url_link_clicks": "clicks",
    "user_profile_clicks": "profile_views",
}
DAY_METRICS = {
    "impressions": "views",
    "engagements": "engagements",
    "likes": "likes",
    "replies": "comments",
    "retweets": "shares",
    "bookmarks": "saves",
    "url_clicks": "clicks",
    "user_profile_clicks": "profile_views",
    "follows": "followers_gained",
    "unfollows": "followers_lost",
}


def measure_account(
    client: XClient, account: Account, *, since: date, until: date, with_days: bool, now: datetime
) -> Iterator[Measure]:
    """Yield the followers of today, where it is one of these days, and with ``with_days`` the sums of all posts."""
    today = now.astimezone(UTC).date()
    if since <= today <= until:
        user = client.me(account.credentials.access_token, subject=account.network_id)
        for metric, value in _named(user.get("public_metrics") or {}, USER_METRICS).items():
            yield Measure(metric=metric, day=today, value=value)
    if with_days:
        try:
            yield from _days(client, account, since=since, until=until, now=now)
        except PermanentError as error:
            logger.info("x refused figures by day: %s %s", error.status, error.reason)


def _days(client: XClient, account: Account, *, since: date, until: date, now: datetime) -> Iterator[Measure]:
    ids = [
        str(post["id"])
        for post in newest_posts(client, account, since=now - limits.FIGURES_BACK, now=now)
        if post.get("id")
    ]
    sums: dict[tuple[str, date], int] = defaultdict(int)
    for start in range(0, len(ids), limits.LOOKUP_MAX):
        answer = client.analytics(
            account.credentials.access_token,
            ids[start : start + limits.LOOKUP_MAX],
            subject=account.network_id,
            since=datetime.combine(since, time.min, tzinfo=UTC),
            until=min(datetime.combine(until + timedelta(days=1), time.min, tzinfo=UTC), now),
            fields=",".join(["id", "timestamped_metrics", *DAY_METRICS]),
        )
        for post in answer.get("data") or ():
            for bucket in post.get("timestamped_metrics") or ():
                day = datetime.fromisoformat(str(bucket["timestamp"])).astimezone(UTC).date()
                for metric, value in _named(bucket.get("metrics") or {}, DAY_METRICS).items():
                    sums[metric, day] += value
    for (metric, day), value in sorted(sums.items()):
        if since <= day <= until:
            yield Measure(metric=metric, day=day, value=value)


def measure_posts(client: XClient, account: Account, network_ids: Collection[str]) -> Mapping[str, PostMeasures]:
    """Look posts up, a hundred a call; the figures that X tells the author alone are left out where it refuses them."""
    found: dict[str, PostMeasures] = {}
    ids = list(network_ids)
    for start in range(0, len(ids), limits.LOOKUP_MAX):
        answer = _figures(client, account, ids[start : start + limits.LOOKUP_MAX])
        for error in answer.get("errors") or ():
            gone = str(error.get("resource_id") or error.get("value") or "")
            if gone in ids and str(error.get("type") or "").rstrip("/").endswith("/resource-not-found"):
                found[gone] = PostMeasures(values={}, gone=True)
        for post in answer.get("data") or ():
            found[str(post["id"])] = PostMeasures(values=_values(post))
    return found


def _figures(client: XClient, account: Account, ids: list[str]) -> Mapping[str, Any]:
    token, subject = account.credentials.access_token, account.network_id
    try:
        return client.own_posts(token, ids, OWN_FIGURE_FIELDS, subject=subject)
    except PermanentError as error:
        logger.info("x refused an account's own figures: %s %s", error.status, error.reason)
        return client.own_posts(token, ids, FIGURE_FIELDS, subject=subject)


def _values(post: Mapping[str, Any]) -> Mapping[str, int]:
    public, own = post.get("public_metrics") or {}, post.get("non_public_metrics") or {}
    return {**_named(public, PUBLIC_METRICS), **_named(own, OWN_METRICS)}


def _named(counts: Mapping[str, Any], names: Mapping[str, str]) -> Mapping[str, int]:
    """Return counts under our names; what X leaves out stays out."""
    return {ours: counts[theirs] for theirs, ours in names.items() if isinstance(counts.get(theirs), int)}
