"""Lateness: 200 posts due in one second, from their due time to the arrival of their request at the network.

Worker and beat run as in life; the sandbox notes when the head of each request arrives.
"""

import hashlib
import time

from benchmarks.harness import Figures, Run, at_most, main, percentile
from benchmarks.workbench.engine import bench, plant, soon

POSTS = 200


def measure(run: Run) -> Figures:
    organisations = run.choose(small=50, full=POSTS)
    with bench() as ours:
        presences = ours.connect(organisations)
        lateness: list[float] = []
        with ours.running("publish", "beat"):
            ours.wait_for_workers()
            for _ in run.progress(range(run.choose(small=1, full=3)), "rounds"):
                lateness += _one_round(ours, presences)
    return {"p50_s": percentile(lateness, 50), "p99_s": percentile(lateness, 99), "posts": len(lateness)}


def _one_round(ours, presences) -> list[float]:  # type: ignore[no-untyped-def]  # noqa: ANN001
    from lib.tenancy.scope import scope
    from scheduler.models import Publication

    due: dict[str, float] = {}
    each = POSTS // len(presences)
    due_at = soon(4 + 3 * len(presences) * _seconds_to_plant(presences[0], each))
    for presence in presences:
        ids = plant(presence, [due_at] * each)
        with scope(organisation=presence.organisation_id):
            rows = Publication.objects.filter(pk__in=ids).select_related("post")
            due |= {hashlib.sha256(row.post.text.encode()).hexdigest(): due_at.timestamp() for row in rows}
    assert due_at > soon(), "planting took longer than expected"
    time.sleep(max(0.0, (due_at - soon()).total_seconds()))
    ours.wait_until_idle(within_seconds=60)
    calls = ours.sandbox.ask("calls", operation="x.tweets", limit=10_000)["calls"]
    late = [call["at"] - due[call["fingerprint"]] for call in calls if call["fingerprint"] in due]
    assert len(late) == len(due), f"{len(late)} of {len(due)} arrived"
    return late


def _seconds_to_plant(presence, number: int) -> float:  # type: ignore[no-untyped-def]  # noqa: ANN001
    """Return how long planting takes on this machine just now, by planting for the year after."""
    began = time.perf_counter()
    plant(presence, [soon(366 * 86_400)] * number)
    return time.perf_counter() - began


if __name__ == "__main__":
    main("lateness", measure, goals={"p99_s": at_most(1)})
