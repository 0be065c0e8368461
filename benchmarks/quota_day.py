"""A day of listening and measuring, with time played: does every network's allowance last, and for publishing too?

Accounts of every network that this installation speaks to are connected at the twins; then a day passes in steps of a
quarter of an hour: what the loops of polling, measuring and refreshing do in life is done at each step, with the
clocks of the product and of the sandbox moved together. `over_quota_calls` counts what a twin refused for being too
much. `publish_room_share` is the share of accounts for which, after the day, one more post was within all budgets.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from benchmarks.harness import Figures, Run, at_least, exactly, main
from benchmarks.workbench.engine import Bench, Presence, bench, soon

_STEP = timedelta(minutes=15)
_DAY = timedelta(days=1)
_WORKERS = 4


@dataclass
class _Clock:
    now: datetime

    def __call__(self) -> datetime:
        return self.now


def measure(run: Run) -> Figures:
    each = run.choose(small=3, full=100)
    with bench() as ours:
        from integrations import registry

        networks = registry.provider_keys()
        for network in networks:
            _listen(ours.connect(each, network=network))
        ours.sandbox.tell("settings", rate_limits=True)  # which benchmarks begin without
        clock = _Clock(soon())
        with _counting() as over, ThreadPoolExecutor(_WORKERS) as workers:
            for _step in run.progress(range(_DAY // _STEP), "quarters of an hour"):
                _work(clock, workers)
                _pass(ours, clock)
        asked = _asked(ours)
        room = _room(ours, clock)
    for network in networks:
        run.say(f"{network}: {asked[network]} accounts read, {over[network]} calls too many, room {room[network]:.0%}")
    return {
        "networks": len(networks),
        "accounts": len(networks) * each,
        "accounts_read": sum(asked.values()),
        "over_quota_calls": sum(over.values()),
        "publish_room_share": min(room.values()),
    }


def _listen(presences: list[Presence]) -> None:
    """Let accounts be read and measured, as after connecting them."""
    from integrations.models import SocialAccount
    from lib.tenancy.scope import scope

    for presence in presences:
        with scope(organisation=presence.organisation_id):
            SocialAccount.objects.update(capabilities=["publish", "engage", "messages", "insights"])


def _work(clock: _Clock, workers: ThreadPoolExecutor) -> None:
    """Do what the workers' loops do in a quarter of an hour, several at once: most of it is waiting for answers."""
    from insights.services.measuring import begin_measuring, measure_due
    from integrations.services.refreshing import tend_grants
    from moderation.services.polling import begin_polling, poll_due

    while tend_grants(now=clock()):
        pass
    begin_polling(now=clock())
    list(workers.map(poll_due, [clock] * _WORKERS))
    begin_measuring(now=clock())
    list(workers.map(measure_due, [clock] * _WORKERS))


def _pass(ours: Bench, clock: _Clock) -> None:
    """Let a quarter of an hour pass, here and at the twins. Windows of minutes in Redis know real time only."""
    import redis

    from config.env import env

    clock.now += _STEP
    ours.sandbox.tell("clock", move=_STEP.total_seconds())
    redis.Redis.from_url(env.redis_url).flushdb()


@contextmanager
def _counting() -> Iterator[Counter[str]]:
    """Count, by network, each refusal for being too much that a provider meets."""
    from integrations.errors import RateLimited

    over: Counter[str] = Counter()
    begin = RateLimited.__init__

    def counted(self: RateLimited, *args: Any, **more: Any) -> None:
        begin(self, *args, **more)
        over[self.network] += self.key != "over_budget"  # our own word, said before any call

    RateLimited.__init__ = counted  # type: ignore[method-assign]
    try:
        yield over
    finally:
        RateLimited.__init__ = begin  # type: ignore[method-assign]


def _asked(ours: Bench) -> Counter[str]:
    """Count the accounts of each network that were read at all."""
    from lib.tenancy.scope import scope
    from moderation.models import Poll

    found: Counter[str] = Counter()
    for presence in ours.presences:
        with scope(organisation=presence.organisation_id):
            found[presence.network] += Poll.objects.exclude(polled_at=None).count()
    return found


def _room(ours: Bench, clock: _Clock) -> Mapping[str, float]:
    """Return, by network, for how many of its accounts one more post is within all budgets."""
    from integrations import registry
    from integrations.budgets import need_of, reserve
    from integrations.contract import Composition, Operation
    from integrations.models import SocialAccount
    from lib.tenancy.scope import scope

    room: Counter[str] = Counter()
    for presence in ours.presences:
        with scope(organisation=presence.organisation_id):
            account = SocialAccount.objects.select_related("grant").get(pk=presence.social_account_id)
        units = registry.provider(presence.network).cost(Operation.COMMIT, Composition(text="One more"))
        room[presence.network] += reserve([need_of(account, units)], now=clock()) == [None]
    number = Counter(presence.network for presence in ours.presences)
    return {network: room[network] / number[network] for network in number}


if __name__ == "__main__":
    main("quota_day", measure, goals={"over_quota_calls": exactly(0), "publish_room_share": at_least(1)})
