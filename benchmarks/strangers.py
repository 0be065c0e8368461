"""Whether a clock tells what belongs to others from what does not exist: a stranger's id against an absent one.

Every address of organisations is asked for by somebody who owns another organisation, in process, through the whole
stack of middleware: with the id of a row that exists elsewhere, and with one that exists nowhere, in turns whose order
is drawn. The figure is the ratio of the medians; `noise` is the farthest such ratio of two absent ids, by which the
machine is known. The table of rows is the one by which `tests/test_strangers.py` compares status, headers and body.
"""

import logging
import random
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from benchmarks.harness import Figures, Run, exactly, main, median, product, within
from launch.servers import throwaway

Ask = Callable[[], None]

#: As far as medians of 1,000 may lie apart.
FAIR = within(0.95, 1.05)


def measure(run: Run) -> Figures:
    rounds = run.choose(small=150, full=1_000)
    with throwaway() as servers:
        product(servers.addresses)
        addresses, unknown = _addresses()
        ratios: dict[str, float] = {}
        noise: list[float] = []
        for name, asks in run.progress(list(addresses.items()), "addresses"):
            stranger, absent, another = _medians(asks, rounds)
            ratios[name] = stranger / absent
            noise.append(another / absent)
    return {
        **ratios,
        "farthest": _farthest(ratios.values()),
        "noise": _farthest(noise),
        "addresses": len(ratios),
        "unmeasured": unknown,
    }


def _farthest(ratios: Iterable[float]) -> float:
    return max(ratios, key=lambda ratio: abs(ratio - 1))


def _medians(asks: Sequence[Ask], rounds: int) -> list[float]:
    """Return the median time of each, asked in turns whose order is drawn."""
    dice = random.Random(1)
    times: list[list[float]] = [[] for _ in asks]
    for number in range(-10, rounds):  # the first ones pay for caches
        for place in dice.sample(range(len(asks)), len(asks)):
            began = time.perf_counter()
            asks[place]()
            if number >= 0:
                times[place].append(time.perf_counter() - began)
    return [median(each) for each in times]


def _addresses() -> tuple[Mapping[str, Sequence[Ask]], int]:
    """Return, per address, what asks with a stranger's id and twice with absent ones; and how many have no such row."""
    from django.test import Client

    from accounts.permissions import Role
    from lib.tenancy.scope import scope
    from tests.houses import make_house
    from tests.test_strangers import ABSENT, INSIDE, ROWS, WORDS

    logging.getLogger("django.request").setLevel(logging.ERROR)  # a line for each 404
    house = make_house()
    with scope(organisation=house.acme.pk):
        ids: Mapping[str, int] = {name: make().pk for name, make in ROWS.items()}
    ids = {**ids, "membership_id": house.member(Role.ANALYST).pk}
    client = Client()
    client.force_login(house.charlie)

    found: dict[str, Sequence[Ask]] = {
        "organisation": [_asking(client, "get", f"/o/{slug}/") for slug in (house.acme.slug, "none", "nope")]
    }
    unknown = 0
    for route in INSIDE:
        names = [name for name in route.arguments if name.endswith("_id")]
        words = {**WORDS, "slug": house.elsewhere.slug}
        paths = [
            route.path(**words, **values)
            for values in (ids, dict.fromkeys(names, ABSENT), dict.fromkeys(names, ABSENT + 1))
            if ids.keys() >= set(names)
        ]
        method = _method(client, paths)
        if names and method:
            found[route.name] = [_asking(client, method, path) for path in paths]
        elif names:
            unknown += 1
    return found, unknown


def _method(client: Any, paths: Sequence[str]) -> str:
    """Return how an address may be asked for, or nothing."""
    allowed = (method for method in ("get", "post") if paths and getattr(client, method)(paths[-1]).status_code == 404)
    return next(allowed, "")


def _asking(client: Any, method: str, path: str) -> Ask:
    def ask() -> None:
        answer = getattr(client, method)(path)
        assert answer.status_code == 404, (path, answer.status_code)

    return ask


if __name__ == "__main__":
    main("strangers", measure, goals={"farthest": FAIR, "unmeasured": exactly(0)})
