"""Random lives of publications: workers die, answers are lost, people change their minds. Once all the same."""

import random
import re
from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from integrations.errors import RateLimited, Reach, TransientError
from integrations.services.lanes import hold_lanes, resume_lanes
from lib.tenancy.scope import scope
from scheduler.models import Delivery, Post, Publication
from scheduler.services import preparing, publishing, reconciling, scheduling
from scheduler.services.refusals import NotPossible
from scheduler.services.sweeping import give_back_expired
from scheduler.states import Outcome, State
from tests.factories import in_minutes, make_asset, make_post
from tests.scheduler.conftest import Acme

SEEDS = 3
STEPS = 60
POSTS = 3


class Killed(BaseException):
    """SIGKILL: nothing that is written for errors may catch it."""


class World:
    """Acme, its workers, and everything that can happen to them; the same seed brings the same life."""

    def __init__(self, acme: Acme, seed: int) -> None:
        self.acme, self.dice = acme, random.Random(seed)
        self.accounts = [acme.connect("bakery"), acme.connect("forge")]
        self.deadly = True
        with scope(organisation=acme.organisation.pk):
            type(acme.organisation).objects.update(when_late="send")
            for number in range(POSTS):
                self._plan(number)

    def _plan(self, number: int) -> None:
        post = make_post(f"Post {number} #{number}#")
        if number % 2:
            post.post_assets.create(asset=make_asset(), position=1, organisation_id=post.organisation_id)
        for account in self.accounts:
            Publication.objects.create(post=post, social_account=account)
        hour = in_minutes(self.dice.randrange(30))
        scheduling.schedule_post(post, publish_at=hour, actor=self.acme.alice, now=self.acme.clock())

    # -- what happens

    def step(self) -> None:
        acts: list[Callable[[], Any]] = [
            self.work, self.work, self.work, self.work, self.wait, self.wait, self.wait,
            self.lose_an_answer, self.refuse_for_now, self.edit, self.move, self.cancel, self.hold, self.resume,
        ]  # fmt: skip
        self.dice.choice(acts)()

    def work(self) -> None:
        workers: list[Callable[[], object]] = [
            lambda: publishing.publish_due(self.acme.clock),
            lambda: preparing.prepare_due(self.acme.clock),
            lambda: reconciling.reconcile_due(self.acme.clock),
            lambda: give_back_expired(now=self.acme.clock()),
        ]
        worker = self.dice.choice(workers)
        try:
            worker()
        except Killed:
            connection.close()  # as the database sees it

    def wait(self) -> None:
        self.acme.clock.forward(seconds=self.dice.choice([1, 5, 20, 60, 200]))

    def lose_an_answer(self) -> None:
        self.acme.network.lose_answer(self.dice.choice(["commit", "commit", "upload"]), done=self.dice.random() < 0.5)

    def refuse_for_now(self) -> None:
        error = self.dice.choice(
            [
                TransientError("unavailable", network="memory", status=503),
                RateLimited("rate_limited", network="memory", reach=self.dice.choice(list(Reach))),
            ]
        )
        self.acme.network.fail_next(self.dice.choice(["commit", "find_published", "upload"]), error)

    def edit(self) -> None:
        with scope(organisation=self.acme.organisation.pk):
            post = self.dice.choice(list(Post.objects.order_by("pk")))
            states = {each.state for each in scheduling.lock_publications(post)}
            if states <= {State.SCHEDULED, State.CANCELLED}:
                Post.objects.filter(pk=post.pk).update(text=f"{post.text} again")
                post.refresh_from_db()
                scheduling.prepare_again(post, now=self.acme.clock())

    def move(self) -> None:
        later = self.acme.clock() + timedelta(minutes=self.dice.randrange(1, 20))
        self._decide(lambda each, **who: scheduling.move_publication(each, publish_at=later, **who))

    def cancel(self) -> None:
        if self.dice.random() < 0.2:
            self._decide(scheduling.cancel_publication)

    def hold(self) -> None:
        with scope(organisation=self.acme.organisation.pk):
            hold_lanes([self.dice.choice(self.accounts)], reason="access_lost")

    def resume(self) -> None:
        with scope(organisation=self.acme.organisation.pk):
            resume_lanes(self.accounts)

    def _decide(self, act: Callable[..., None]) -> None:
        with scope(organisation=self.acme.organisation.pk), suppress(NotPossible):
            act(self.dice.choice(self.all), actor=self.acme.alice, now=self.acme.clock())

    def perhaps_die(self) -> None:
        if self.deadly and self.dice.random() < 0.15:
            raise Killed

    # -- what is true

    @property
    def all(self) -> list[Publication]:
        found = Publication.objects.select_related("lane", "post", "social_account").order_by("pk")
        return list(found)

    def sent(self) -> Counter[tuple[str, str]]:
        """How often each post stands on each account, by the network's own word."""
        return Counter(
            (account, re.search(r"#(\d+)#", each.text)[1])  # type: ignore[index]
            for account, posts in self.acme.network.posts.items()
            for each in posts
        )

    def check(self) -> None:
        """Hold at every moment: nothing twice, nothing said that is not so, nothing that no claim would ever find."""
        twice = {key: count for key, count in self.sent().items() if count > 1}
        assert not twice
        with scope(organisation=self.acme.organisation.pk):
            publications = self.all
            sending = {each.pk for each in publications if each.state == State.SENDING}
            assert sending == set(
                Delivery.objects.filter(outcome=Outcome.OPEN).values_list("publication_id", flat=True)
            )
            for each in publications:
                if each.state == State.PUBLISHED:
                    assert self.count(each) == 1
                if each.available_at is not None and each.lease_until is None:
                    assert each.lane.queue == each.queue
                    assert each.lane.next_at is not None
                    assert each.lane.next_at <= each.available_at

    def count(self, publication: Publication) -> int:
        number = re.search(r"#(\d+)#", publication.post.text)
        assert number
        return self.sent()[publication.social_account.network_id, number[1]]

    def end(self) -> None:
        """Let everything run out, undisturbed."""
        self.deadly = False
        self.acme.network._faults.clear()
        self.resume()
        for _round in range(12):
            self.acme.clock.forward(minutes=61)  # longer than any wait
            give_back_expired(now=self.acme.clock())
            for worker in (preparing.prepare_due, publishing.publish_due, reconciling.reconcile_due):
                worker(self.acme.clock)


def _dying(world: World, act: Callable[..., Any]) -> Callable[..., Any]:
    def guarded(*args: Any, **more: Any) -> Any:
        world.perhaps_die()
        result = act(*args, **more)
        world.perhaps_die()
        return result

    return guarded


@pytest.mark.parametrize("seed", range(SEEDS))
def test_once_whatever_happens(acme: Acme, seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    world = World(acme, seed)

    def one_after_the_other(act: Callable[[Any], Any], items: Iterable[Any]) -> list[Any]:
        return [_dying(world, act)(each) for each in items]

    monkeypatch.setattr(publishing, "in_threads", one_after_the_other)
    monkeypatch.setattr(reconciling, "in_threads", one_after_the_other)
    for module, names in (
        (publishing, ("load", "_begin", "settle")),
        (preparing, ("load", "settle", "_write")),
        (reconciling, ("load", "settle")),
    ):
        for name in names:
            monkeypatch.setattr(module, name, _dying(world, getattr(module, name)))

    for _step in range(STEPS):
        world.step()
        world.check()
    world.end()
    world.check()

    with scope(organisation=acme.organisation.pk):
        ends = [(each.pk, each.state, world.count(each)) for each in world.all]
    assert all((state, count) in {(State.PUBLISHED, 1), (State.CANCELLED, 0)} for _pk, state, count in ends), ends
