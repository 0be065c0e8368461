"""Chaos: workers killed, Redis flushed, PostgreSQL killed, answers lost; what is lost, and what is out twice?

Both networks, texts and posts with pictures. Everything that works on a publication is killed at random moments with
all its processes: publishing in mid-call, media half-way through an upload, looks, beat. Every call that writes may be
slow, lose its request or its answer, or answer with an error although it was done. The twins count what was really
published: at the end every publication must be out exactly once, with all its pictures.
"""

import argparse
import contextlib
import random
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from datetime import timedelta

import psutil

from benchmarks.harness import Figures, Run, exactly, main
from benchmarks.workbench.engine import Bench, Presence, bench, end, soon
from benchmarks.workbench.posts import Planted, schedule_all, write_mixed

_EACH = 10
_WORKERS = ("publish", "publish", "media", "media", "house", "beat")
#: What changes something at a network, on the way of a publication.
_COMMITS = ("facebook.feed", "x.tweets")
_UPLOADS = ("facebook.photos", "x.media.initialize", "x.media.append", "x.media.finalize", "x.media.metadata")
#: After the last kill: a lease (90 s), the network's delay, two looks, and tries that wait for each other.
_SETTLED_WITHIN_SECONDS = 900


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--publications", type=int, help="how many (default: 200 small, 2000 full)")
    parser.add_argument("--seed", type=int, default=1)


def measure(run: Run) -> Figures:
    number = run.options.publications or run.choose(small=200, full=2_000)
    dice = random.Random(run.options.seed)
    with bench(durable=True) as ours:
        _trouble(ours, number)
        planted, presences = _write(run, ours, number)
        processes = [ours.start(name) for name in _WORKERS]
        try:
            _schedule(run, presences, seconds=10 + number / 20)
            kills = _break_things(run, ours, processes, dice, seconds=30 + number / 20)
            stuck = _wait_for_the_end(run, ours, number)
        finally:
            for process in processes:
                end(process)
        published = ours.sandbox.ask("published")
        calls = ours.sandbox.ask("calls", limit=1)["totals"]
    out = {post["text"]: post["media"] for post in published["posts"]}
    return {
        "publications": number,
        "with_pictures": sum(map(bool, planted.pictures_by_text.values())),
        "lost": len(planted.pictures_by_text.keys() - out.keys()),
        "twice": int(published["count"]) - len(out.keys() & planted.pictures_by_text.keys()),
        "stuck": stuck,
        "pictures_missing": sum(
            max(0, pictures - out.get(text, pictures)) for text, pictures in planted.pictures_by_text.items()
        ),
        "kills": kills,
        "calls": sum(calls.values()),
    }


def _trouble(ours: Bench, number: int) -> None:
    """Make every writing call slow at times, so that kills meet it in the air, and spoil some of its answers."""
    some = max(2, number // 20)

    def add(operation: str, fault: str, **fields: object) -> None:
        ours.sandbox.tell("faults", operation=operation, fault=fault, seed=len(operation), **fields)

    for operation in (*_COMMITS, *_UPLOADS):
        # A post with three pictures takes a dozen uploading calls: spoilt as often as the one that publishes, it would
        # be tried, each time later, until nobody waits for it any more.
        often = 1.0 if operation in _COMMITS else 0.3
        add(operation, "delay", seconds=0.3, count=None, probability=0.3)
        add(operation, "lost_answer", count=some, probability=0.1 * often)
        add(operation, "lost_request", count=some, probability=0.05 * often)
        add(operation, "malformed_answer", count=some, probability=0.03 * often)
        add(operation, "status", status=502, carried_out=True, count=some, probability=0.03 * often)
        add(operation, "status", status=503, count=some, probability=0.03 * often)
    add("x.media.finalize", "slow_media", seconds=3, count=some, probability=0.2)


def _write(run: Run, ours: Bench, number: int) -> tuple[Planted, list[Presence]]:
    """Write all posts, for accounts of both networks."""
    accounts = max(2, -(-number // _EACH))
    presences = [
        each
        for network, share in (("facebook", accounts // 2), ("x", accounts - accounts // 2))
        for each in ours.connect(share, network=network)
    ]
    planted, left = Planted(), number
    for presence in run.progress(presences, "accounts with posts"):
        write_mixed(presence, min(_EACH, left), planted)
        left -= min(_EACH, left)
    return planted, presences


def _schedule(run: Run, presences: Sequence[Presence], *, seconds: float) -> None:
    """Schedule them over the time in which things break; uploads begin at once."""
    begin = soon(5)
    for index, presence in enumerate(run.progress(presences, "accounts with scheduled posts")):
        schedule_all(presence, publish_at=begin + timedelta(seconds=seconds * index / len(presences)))


def _break_things(
    run: Run, ours: Bench, processes: list["subprocess.Popen[bytes]"], dice: random.Random, *, seconds: float
) -> int:
    """Kill at random moments for as long as hours fall due, and hurt the servers on the way."""
    import redis

    def flush() -> None:
        redis.Redis.from_url(ours.servers.addresses.redis_url).flushall()

    hurts: list[tuple[float, str, Callable[[], None]]] = [
        (0.25, "Redis is flushed", flush),
        (0.40, "PostgreSQL is killed and restarted", lambda: ours.servers.restart_postgres(signal.SIGKILL)),
        (0.60, "Redis is flushed", flush),
        (0.75, "PostgreSQL is restarted", lambda: ours.servers.restart_postgres(signal.SIGINT)),
    ]
    kills = 0
    began = time.monotonic()
    while time.monotonic() - began < seconds:
        time.sleep(dice.uniform(1, 3))
        if hurts and time.monotonic() - began > seconds * hurts[0][0]:
            _share, what, hurt = hurts.pop(0)
            run.say(what)
            hurt()
        victim = dice.randrange(len(_WORKERS))
        _kill(processes[victim], dice)
        kills += 1
        if processes[victim].poll() is not None:
            processes[victim] = ours.start(_WORKERS[victim])
    run.say(f"killed {kills} processes")
    return kills


def _kill(process: subprocess.Popen[bytes], dice: random.Random) -> None:
    """SIGKILL to a worker with all its processes, or at times to one of those that do its work, in mid-call."""
    children = psutil.Process(process.pid).children(recursive=True) if process.poll() is None else []
    if children and dice.random() < 0.3:
        victims = [dice.choice(children)]
    else:
        process.kill()
        process.wait()
        victims = children
    for child in victims:
        with contextlib.suppress(psutil.NoSuchProcess):
            child.kill()


def _wait_for_the_end(run: Run, ours: Bench, number: int) -> int:
    """Let the survivors work in peace, and return how many publications are still not published."""
    ours.sandbox.forget_faults()
    deadline = time.monotonic() + _SETTLED_WITHIN_SECONDS
    said = 0.0
    left = number
    while left and time.monotonic() < deadline:
        time.sleep(1)
        states = _states(ours)
        left = number - states.get("published", 0)
        if time.monotonic() - said > 15:
            said = time.monotonic()
            run.say(f"{left} of {number} are not out yet: {_words(states)}")
    if left:
        run.say(f"{left} are stuck: {_words(_states(ours))}")
    return left


def _states(ours: Bench) -> dict[str, int]:
    """Count by state and reason; asked as the schema's owner, who sees every organisation."""
    import psycopg

    query = """
        SELECT CASE state WHEN 'published' THEN state ELSE concat_ws(' ', state, queue, reason) END, count(*)
        FROM scheduler_publication GROUP BY 1 ORDER BY 2 DESC
    """
    with psycopg.connect(ours.servers.addresses.database_owner_url) as connection:
        return {str(name): int(count) for name, count in connection.execute(query).fetchall()}


def _words(states: dict[str, int]) -> str:
    return ", ".join(f"{count} {name}" for name, count in states.items() if name != "published")


if __name__ == "__main__":
    main(
        "chaos",
        measure,
        goals={
            "lost": exactly(0),
            "twice": exactly(0),
            "stuck": exactly(0),
            "pictures_missing": exactly(0),
        },
        add_arguments=add_arguments,
    )
