"""Writing down what posts have reached, whether a network was asked for it or told it by itself."""

from collections.abc import Mapping
from datetime import date, datetime

from insights.models import PostMeasure
from integrations.contract import Feature
from integrations.insights import MeasuringProvider, PostMeasures
from integrations.models import SocialAccount
from integrations.registry import provider
from scheduler.models import Publication


def keep_posts(
    figures: Mapping[str, PostMeasures], publications: Mapping[str, int], *, day: date, network: str, now: datetime
) -> None:
    """Write figures by the posts' network ids, as of a day; those of posts that are no publication are left out."""
    kept_until = kept_until_of(network, now=now)
    PostMeasure.objects.bulk_create(
        [
            PostMeasure(
                publication_id=publications[network_id],
                metric=metric,
                day=day,
                value=value,
                taken_at=now,
                kept_until=kept_until,
            )
            for network_id, measures in figures.items()
            if network_id in publications
            for metric, value in measures.values.items()
        ],
        batch_size=1000,
        update_conflicts=True,
        unique_fields=["publication", "metric", "day"],
        update_fields=["value", "taken_at", "kept_until"],
    )


def keep_told(account: SocialAccount, figures: Mapping[str, PostMeasures], *, day: date, now: datetime) -> None:
    """Write down what a network told of an account's posts by itself, where the account may be measured."""
    if not figures or Feature.INSIGHTS not in account.capabilities:
        return
    found = Publication.objects.filter(social_account=account, network_id__in=figures)
    publications = dict(found.values_list("network_id", "pk"))
    keep_posts(figures, publications, day=day, network=account.network, now=now)


def kept_until_of(network: str, *, now: datetime) -> datetime | None:
    """Return until when a network's terms let figures of now be kept; None: they set no such hour."""
    tells = provider(network)
    kept = tells.measures_kept if isinstance(tells, MeasuringProvider) else None
    return now + kept if kept else None
