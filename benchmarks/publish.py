"""Throughput of publishing: the whole engine, against a bare loop that makes the same calls in one thread.

Due texts are planted, one bell is rung, and the clock runs until the last one is settled. The sandbox answers at once.
Rounds of engine and bare loop alternate, so that a noisy machine disturbs both; figures are medians.
"""

import time
from collections.abc import Sequence

import requests

from benchmarks.harness import Figures, Run, at_least, at_most, main, median
from benchmarks.workbench.engine import Bench, Presence, bench, soon

ROUNDS = 5


def measure(run: Run) -> Figures:
    organisations = run.choose(small=20, full=100)
    with bench() as ours:
        several = ours.connect(organisations)
        single = ours.connect(organisations * 2)
        statements = _statements(ours, several)
        with ours.running("publish"):
            ours.wait_for_workers()
            _engine(ours, several, each=5)  # the first round pays for connections
            rounds = [
                (_bare(ours, several, each=5), *_engine(ours, several, each=5), *_engine(ours, single, each=1))
                for _ in run.progress(range(ROUNDS), "rounds")
            ]
    return {
        "per_second": median([engine for _bare, engine, _cpu, _one, _cpu_one in rounds]),
        "bare_per_second": median([each[0] for each in rounds]),
        "ratio": median([each[1] / each[0] for each in rounds]),
        "cpu_ms_per_publication": median([each[2] for each in rounds]),
        "statements_per_publication": statements,
        "per_second_one_per_organisation": median([each[3] for each in rounds]),
        "ratio_one_per_organisation": median([each[3] / each[0] for each in rounds]),
        "cpu_ms_one_per_organisation": median([each[4] for each in rounds]),
    }


def _engine(ours: Bench, presences: Sequence[Presence], *, each: int) -> tuple[float, float]:
    """Return publications per second, and milliseconds of processor time of all our processes per publication."""
    time.sleep(0.5)  # the last bells of the round before are answered
    before = int(ours.sandbox.published()["count"])
    number = ours.plant(presences, each=each, publish_at=soon())
    cpu = ours.cpu_seconds()
    began = time.perf_counter()
    ours.ring()
    ours.wait_until_idle(within_seconds=120)
    seconds = time.perf_counter() - began
    cpu = ours.cpu_seconds() - cpu
    assert int(ours.sandbox.published()["count"]) - before == number
    return number / seconds, cpu * 1000 / number


def _bare(ours: Bench, presences: Sequence[Presence], *, each: int) -> float:
    """Return calls per second of a plain loop: one session, one thread."""
    address = f"{ours.settings['X_API_URL']}/2/tweets"
    with requests.Session() as session:
        began = time.perf_counter()
        for presence in presences:
            for number in range(each):
                session.post(
                    address,
                    json={"text": f"Bare {began} {number}"},
                    headers={"Authorization": f"Bearer {presence.token}"},
                    timeout=30,
                ).raise_for_status()
        return len(presences) * each / (time.perf_counter() - began)


def _statements(ours: Bench, presences: Sequence[Presence]) -> float:
    """Count statements of one round made in this process, but for BEGIN and COMMIT and the scope that goes with BEGIN.

    Those of errands travel many to a message, and count each.
    """
    from django.db import connection
    from django.utils import timezone

    from scheduler.services.publishing import publish_due

    number = ours.plant(presences, each=5, publish_at=soon())
    statements = 0

    def count(execute, sql, params, many, context):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
        nonlocal statements
        own = ("BEGIN", "COMMIT", "SELECT set_config")
        statements += sum(bool(each.strip()) and not each.strip().startswith(own) for each in sql.split(";"))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(count):
        publish_due(timezone.now)
    return statements / number


if __name__ == "__main__":
    main(
        "publish",
        measure,
        goals={
            "ratio": at_least(0.5),
            "cpu_ms_per_publication": at_most(5),
            "statements_per_publication": at_most(6),
        },
    )
