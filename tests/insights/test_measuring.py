"""Figures are asked for once a day, kept as series, and end as the rules and the networks' terms say."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from insights.models import AccountMeasure, Measuring, PostMeasure
from insights.series import account_series, latest_of_posts, post_series
from insights.services.measuring import EVERY, begin_measuring, measure_due
from integrations import registry, vault
from integrations.errors import AuthorisationLost, Reach, TransientError
from integrations.models import SocialAccount
from integrations.testing import InMemoryProvider
from lib.tenancy.scope import scope
from privacy import engine, leases
from scheduler.models import Publication
from scheduler.states import State
from tests.factories import make_publication, make_social_account
from tests.houses import House
from tests.scheduler.conftest import Clock

pytestmark = pytest.mark.django_db(transaction=True)


@dataclass
class Stage:
    """Acme's account ``bakery`` with one post that is out."""

    house: House
    network: InMemoryProvider
    account: SocialAccount
    publication: Publication
    clock: Clock = field(default_factory=Clock)

    @property
    def now(self) -> datetime:
        return self.clock.now

    @property
    def today(self) -> date:
        return self.now.date()

    def tells(self, metric: str, value: float, *, days_ago: int = 0) -> None:
        self.network.figures.setdefault("bakery", {})[metric, self.today - timedelta(days=days_ago)] = value

    def measure(self) -> int:
        begin_measuring(now=self.now)
        return measure_due(self.clock)

    def scope(self) -> Any:
        return scope(organisation=self.house.acme.pk)

    def row(self) -> Measuring:
        with self.scope():
            return Measuring.objects.get()

    def series(self, metric: str) -> list[float]:
        with self.scope():
            found = account_series(self.account.pk, metric, since=date.min, until=date.max)
        return [value for _day, value in found]


@pytest.fixture
def stage(house: House) -> Iterator[Stage]:
    network, clock = InMemoryProvider(), Clock()
    with registry.replaced({"memory": network}), scope(organisation=house.acme.pk):
        account = make_social_account("memory", network_id="bakery", name="Bakery", capabilities=["insights"])
        grant = account.grant
        grant.sealed = vault.seal(
            network.access(now=clock.now),
            organisation_id=house.acme.pk,
            purpose=vault.person(grant.network, grant.outside_id),
        )
        grant.save()
        publication = make_publication(
            social_account=account,
            state=State.PUBLISHED,
            network_id="post-1",
            published_at=clock.now - timedelta(days=1),
            available_at=None,
        )
    with registry.replaced({"memory": network}):
        yield Stage(house=house, network=network, account=account, publication=publication, clock=clock)


def test_an_account_is_measured_back_to_four_weeks_and_then_once_a_day(stage: Stage) -> None:
    stage.tells("reach", 40, days_ago=20)
    stage.tells("reach", 60, days_ago=1)
    stage.tells("reach", 9, days_ago=40)

    assert stage.measure() == 1
    assert stage.series("reach") == [40, 60]
    assert stage.measure() == 0

    stage.clock.now += EVERY
    stage.tells("reach", 75)
    assert stage.measure() == 1
    assert stage.series("reach") == [40, 60, 75]


def test_a_day_that_the_network_corrects_is_corrected(stage: Stage) -> None:
    stage.tells("reach", 60, days_ago=1)
    stage.measure()
    stage.clock.now += EVERY
    stage.network.figures["bakery"] = {("reach", stage.today - timedelta(days=2)): 66}

    stage.measure()

    assert stage.series("reach") == [66]


def test_a_refused_metric_leaves_the_others(stage: Stage) -> None:
    stage.tells("reach", 60)
    stage.tells("followers", 1200)
    stage.network.refused_metrics = frozenset({"reach"})

    stage.measure()

    assert stage.series("followers") == [1200]
    assert stage.row().reason == ""


def test_posts_gather_a_series_by_day(stage: Stage) -> None:
    stage.network.post_figures["post-1"] = {"likes": 3, "views": 80}
    stage.measure()
    stage.clock.now += EVERY
    stage.network.post_figures["post-1"] = {"likes": 5, "views": 120}
    stage.measure()

    with stage.scope():
        assert [value for _day, value in post_series(stage.publication.pk, "likes")] == [3, 5]
        assert latest_of_posts([stage.publication.pk]) == {stage.publication.pk: {"likes": 5, "views": 120}}


def test_an_account_whose_figures_were_not_allowed_is_not_asked(stage: Stage) -> None:
    with stage.scope():
        SocialAccount.objects.update(capabilities=["publish"])

    assert stage.measure() == 0
    assert stage.network.calls["measure_account"] == 0


def test_a_disturbance_is_asked_again_and_keeps_what_came_before(stage: Stage) -> None:
    stage.tells("reach", 60, days_ago=1)
    stage.measure()
    stage.clock.now += EVERY
    stage.network.fail_next("measure_account", TransientError("unavailable", network="memory", status=503))

    stage.measure()

    assert stage.series("reach") == [60]
    row = stage.row()
    assert row.reason == "unavailable"
    assert row.available_at is not None
    assert stage.now < row.available_at < stage.now + EVERY


def test_a_lost_authorisation_stops_the_account_and_tells_its_people(stage: Stage) -> None:
    stage.network.fail_next(
        "measure_account", AuthorisationLost("access_withdrawn", network="memory", status=401, reach=Reach.GRANT)
    )

    stage.measure()

    with stage.scope():
        assert SocialAccount.objects.get().state == SocialAccount.State.LOST


def test_a_worker_that_was_overtaken_writes_nothing(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    stage.tells("reach", 60)
    ask = stage.network.measure_account

    def overtaken(*args: Any, **kwargs: Any) -> Any:
        found = list(ask(*args, **kwargs))
        with stage.scope():
            row = Measuring.objects.get()
            Measuring.objects.filter(pk=row.pk).update(lease_token=row.lease_token + 1)
        return found

    monkeypatch.setattr(stage.network, "measure_account", overtaken)
    stage.measure()

    assert stage.series("reach") == []


def test_figures_end_26_months_after_they_were_taken(stage: Stage) -> None:
    stage.tells("reach", 60)
    stage.network.post_figures["post-1"] = {"likes": 3}
    stage.measure()

    def ended(at: datetime) -> int:
        return engine.run(stage.house.acme.pk, "statistics", at=at, clock=lambda: at).rows

    over = stage.now + timedelta(days=794)  # 26 months are 791 to 793 days
    assert ended(stage.now + timedelta(days=788)) == 0
    assert ended(over) == 2


def test_terms_that_ask_for_a_standing_authorisation_end_figures_without_one(stage: Stage) -> None:
    stage.network.measures_kept = timedelta(days=30)
    stage.tells("reach", 60)
    stage.network.post_figures["post-1"] = {"likes": 3}
    stage.measure()
    stage.clock.now += timedelta(days=20)
    stage.measure()  # the authorisation stands: another thirty days

    def run(at: datetime) -> None:
        leases.run(stage.house.acme.pk, at=at, clock=lambda: at)

    run(stage.now + timedelta(days=29))
    assert stage.series("reach") == [60]
    run(stage.now + timedelta(days=31))
    assert stage.series("reach") == []
    with stage.scope():
        assert PostMeasure.objects.known().count() == 0
        assert AccountMeasure.objects.count() == 1
