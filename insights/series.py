"""Reading figures back, for whoever reports: in the organisation's scope.

account_series(account.pk, "reach", since=date(2026, 11, 1), until=date(2026, 11, 30))    [(day, value), …]
latest_of_posts([publication.pk, …])                                                     {pk: {metric: value}}
"""

from collections.abc import Collection
from datetime import date

from insights.models import AccountMeasure, PostMeasure


def account_series(account_id: int, metric: str, *, since: date, until: date) -> list[tuple[date, float]]:
    """Return an account's figures of these days, both included, in order; days without one are left out."""
    rows = AccountMeasure.objects.known().filter(
        social_account=account_id, metric=metric, day__gte=since, day__lte=until
    )
    return list(rows.order_by("day").values_list("day", "value"))


def post_series(publication_id: int, metric: str) -> list[tuple[date, float]]:
    """Return what a post had reached by each day on which it was looked at, in order."""
    rows = PostMeasure.objects.known().filter(publication=publication_id, metric=metric)
    return list(rows.order_by("day").values_list("day", "value"))


def latest_of_posts(publication_ids: Collection[int]) -> dict[int, dict[str, float]]:
    """Return the newest figure of each metric of each post, by publication and metric, in one statement."""
    rows = (
        PostMeasure.objects.known()
        .filter(publication__in=publication_ids)
        .order_by("publication", "metric", "-day")
        .distinct("publication", "metric")
        .values_list("publication", "metric", "value")
    )
    found: dict[int, dict[str, float]] = {}
    for publication_id, metric, value in rows:
        found.setdefault(publication_id, {})[metric] = value
    return found
