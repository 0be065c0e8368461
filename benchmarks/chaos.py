"""Chaos: workers killed, Redis flushed, PostgreSQL restarted, answers lost; what is lost, and what is out twice?

The twins count what was really published. At the end every publication must be out exactly once.
"""

import argparse
import random
import signal
import subprocess
import time

from benchmarks.harness import Figures, Run, exactly, main
from benchmarks.workbench.engine import Bench, bench, end, soon

_EACH = 10
_WORKERS = ("publish", "publish", "house", "beat")
#: After the last kill: a lease (90 s), the network's delay, two looks, and a claim.
_SETTLED_WITHIN_SECONDS = 420


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--publications", type=int, help="how many (default: 200 small, 2000 full)")
    parser.add_argument("--seed", type=int, default=1)


def measure(run: Run) -> Figures:
    number = run.options.publications or run.choose(small=200, full=2_000)
    dice = random.Random(run.options.seed)
    with bench(durable=True) as ours:
        presences = ours.connect(max(1, -(-number // _EACH)))
        planted = 0
        for index, presence in enumerate(presences):
            each = min(_EACH, number - planted)
            # Spread over the time in which things break.
            planted += ours.plant([presence], each=each, publish_at=soon(5 + 20 * index / len(presences)))
        # A delay on some calls, so that kills meet publications in the air; and answers that get lost.
        ours.sandbox.tell(
            "faults", operation="x.tweets", fault="delay", seconds=0.3, count=None, probability=0.3, seed=1
        )
        ours.sandbox.tell(
            "faults", operation="x.tweets", fault="lost_answer", count=max(2, number // 20), probability=0.1, seed=2
        )
        processes = [ours.start(name) for name in _WORKERS]
        try:
            kills = _break_things(run, ours, processes, dice)
            stuck = _wait_for_the_end(run, ours, number)
        finally:
            for process in processes:
                end(process)
        published = ours.sandbox.published()
    return {
        "publications": number,
        "lost": number - len(published["by_fingerprint"]),
        "twice": int(published["count"]) - len(published["by_fingerprint"]),
        "stuck": stuck,
        "kills": kills,
    }


def _break_things(run: Run, ours: Bench, processes: list["subprocess.Popen[bytes]"], dice: random.Random) -> int:
    """Kill workers at random moments for as long as hours fall due, and hurt the servers on the way."""
    import redis

    kills = 0
    began = time.monotonic()
    hurts = [(12.0, "redis"), (18.0, "postgres")]
    while time.monotonic() - began < 40:
        time.sleep(dice.uniform(1.5, 4))
        if hurts and time.monotonic() - began > hurts[0][0]:
            _when, what = hurts.pop(0)
            run.say(f"hurting {what}")
            if what == "redis":
                redis.Redis.from_url(ours.servers.addresses.redis_url).flushall()
            else:
                ours.servers.restart_postgres(signal.SIGKILL)
        victim = dice.randrange(len(_WORKERS) - 1)  # all but beat
        _kill(processes[victim])
        kills += 1
        processes[victim] = ours.start(_WORKERS[victim])
    run.say(f"killed {kills} workers")
    return kills


def _kill(process: subprocess.Popen[bytes]) -> None:
    """SIGKILL, to the worker and by it to its children, who die with their parent."""
    process.kill()
    process.wait()


def _wait_for_the_end(run: Run, ours: Bench, number: int) -> int:
    """Let the survivors work in peace, and return how many publications are still not published."""
    deadline = time.monotonic() + _SETTLED_WITHIN_SECONDS
    said = 0.0
    left = number
    while left and time.monotonic() < deadline:
        time.sleep(1)
        left = number - _count_published(ours)
        if time.monotonic() - said > 15:
            said = time.monotonic()
            run.say(f"{left} of {number} are not out yet")
    return left


def _count_published(ours: Bench) -> int:
    """Ask as the schema's owner, who sees every organisation."""
    import psycopg

    with psycopg.connect(ours.servers.addresses.database_owner_url) as connection:
        row = connection.execute("SELECT count(*) FROM scheduler_publication WHERE state = 'published'").fetchone()
    return int(row[0]) if row else 0


if __name__ == "__main__":
    main(
        "chaos",
        measure,
        goals={"lost": exactly(0), "twice": exactly(0), "stuck": exactly(0)},
        add_arguments=add_arguments,
    )
