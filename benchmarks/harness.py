"""What every benchmark shares: the command line, servers of its own, progress, and the line it prints.

A benchmark is a file with one function; `python -m benchmarks.claims --scale full` runs it:

    def measure(run: Run) -> Figures:
        with throwaway() as servers:                    # PostgreSQL and Redis of its own
            product(servers.addresses)                  # migrated; Django and our modules may be imported from here on
            from lib.claims import claim
            for _ in run.progress(range(run.choose(small=20, full=500)), "claims"):
                ...
        return {"p95_ms": percentile(times_ms, 95)}

    if __name__ == "__main__":
        main("claims", measure, goals={"p95_ms": at_most(20)})

A ratio against a bare loop that does the same work, interleaved in the same run, survives a noisy machine; a time does
not. Goals are reported, never asserted: CI runs every benchmark small to see that it still works.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Sized
from dataclasses import dataclass, field
from typing import TypeVar

from launch import environment
from launch.place import ROOT
from launch.servers import Addresses

T = TypeVar("T")
Figures = Mapping[str, float | int | None]


@dataclass(frozen=True)
class Goal:
    """Bounds for a figure."""

    bounds: Mapping[str, float]
    holds: Callable[[float], bool]

    def as_json(self, figure: float | None) -> dict[str, float | bool]:
        return {**self.bounds, "met": figure is not None and self.holds(figure)}


def at_most(bound: float) -> Goal:
    return Goal({"at_most": bound}, lambda figure: figure <= bound)


def at_least(bound: float) -> Goal:
    return Goal({"at_least": bound}, lambda figure: figure >= bound)


def within(low: float, high: float) -> Goal:
    return Goal({"at_least": low, "at_most": high}, lambda figure: low <= figure <= high)


def exactly(bound: float) -> Goal:
    return Goal({"exactly": bound}, lambda figure: figure == bound)


@dataclass(frozen=True)
class Run:
    """What the person asked for, and where progress goes."""

    scale: str
    options: argparse.Namespace = field(default_factory=argparse.Namespace)

    def choose(self, *, small: T, full: T) -> T:
        return full if self.scale == "full" else small

    def say(self, text: str) -> None:
        print(f"{time.strftime('%H:%M:%S')} {text}", file=sys.stderr, flush=True)

    def progress(self, items: Iterable[T], what: str) -> Iterator[T]:
        """Pass the items on, and say every two seconds how many there were."""
        total = f" of {len(items)}" if isinstance(items, Sized) else ""
        said = time.monotonic()
        count = 0
        for count, item in enumerate(items, start=1):
            yield item
            if time.monotonic() - said > 2:
                said = time.monotonic()
                self.say(f"{what}: {count}{total}")
        self.say(f"{what}: {count}{total}")


def main(
    name: str,
    measure: Callable[[Run], Figures],
    *,
    goals: Mapping[str, Goal],
    add_arguments: Callable[[argparse.ArgumentParser], None] | None = None,
) -> None:
    """Run a benchmark from the command line and print its line."""
    parser = argparse.ArgumentParser(prog=f"python -m benchmarks.{name}", description=sys.modules["__main__"].__doc__)
    parser.add_argument("--scale", choices=("small", "full"), default="small")
    if add_arguments is not None:
        add_arguments(parser)
    options = parser.parse_args()
    figures = measure(Run(options.scale, options))
    print(json.dumps(report(name, options.scale, figures, goals)))


def report(name: str, scale: str, figures: Figures, goals: Mapping[str, Goal]) -> dict[str, object]:
    """Return the line as data: each goal says its bound and whether the figure keeps it."""
    return {
        "benchmark": name,
        "scale": scale,
        "figures": {
            key: round(value, 3 if abs(value) < 10 else 1) if isinstance(value, float) else value
            for key, value in figures.items()
        },
        "goals": {key: goal.as_json(figures.get(key)) for key, goal in goals.items()},
    }


def product(addresses: Addresses, *, settings: Mapping[str, str] | None = None) -> None:
    """Migrate the database and set Django up here; once per process. `settings` go before the defaults."""
    given = {**environment.placeholders(), **addresses.environment(), **(settings or {})}
    words = [sys.executable, str(ROOT / "manage.py"), "migrate", "--verbosity", "0"]
    subprocess.run(words, env=environment.for_child(given), cwd=ROOT, check=True, stdout=sys.stderr)
    os.environ |= {**given, "DJANGO_SETTINGS_MODULE": "config.settings"}
    import django

    django.setup()


def percentile(values: Sequence[float], percent: int) -> float:
    """Return the value below which so many percent of the values lie."""
    if len(values) == 1:
        return values[0]
    return statistics.quantiles(values, n=100, method="inclusive")[percent - 1]


def median(values: Sequence[float]) -> float:
    return statistics.median(values)
