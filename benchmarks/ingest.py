"""Intake: webhooks through the real web process and real workers; what is lost, what comes twice, how fast.

A storm first: each webhook sent ten times, shuffled, from several senders, while workers are killed, Redis is flushed,
PostgreSQL and the web process are killed and restarted. Then, in peace, a burst through the whole way in; and in this
process, what one message asks of the database and how long fifty comments in one webhook take.
"""

import argparse
import contextlib
import random
import signal
import subprocess
import threading
import time
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor

import requests

from benchmarks.harness import Figures, Run, at_most, exactly, main, median
from benchmarks.workbench.engine import Bench, bench, end
from benchmarks.workbench.strangers import Page, Web, body_of, comment, connect_pages, signature, web

_REPEATED = 10
_SENDERS = 4
_BATCH = 50
_SETTLED_WITHIN_SECONDS = 400


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--messages", type=int, help="how many in the storm (default: 200 small, 5000 full)")
    parser.add_argument("--seed", type=int, default=1)


def measure(run: Run) -> Figures:
    messages = run.options.messages or run.choose(small=200, full=5_000)
    burst = run.choose(small=1_000, full=20_000)
    with bench(durable=True) as ours, web(ours) as site:
        pages = connect_pages(4)
        secret = ours.settings["FACEBOOK_APP_SECRET"]
        run.say(f"a storm of {messages} messages, each told {_REPEATED} times")
        storm = _storm(run, ours, site, pages, messages)
        run.say(f"a burst of {burst}")
        per_second = _burst(ours, site, pages, burst)
        statements, batch_ms = _one_webhook(ours, pages, secret, rounds=run.choose(small=7, full=30))
    return {**storm, "per_second": per_second, "statements_per_message": statements, "batch_ms": batch_ms}


def _storm(run: Run, ours: Bench, site: Web, pages: Sequence[Page], number: int) -> dict[str, float | int | None]:
    dice = random.Random(run.options.seed)
    bodies = [body_of([comment(pages[each % len(pages)], each)]) for each in range(number)]
    told = bodies * _REPEATED
    dice.shuffle(told)
    workers = [ours.start("inbox"), ours.start("inbox"), ours.start("house"), ours.start("beat")]
    try:
        with ThreadPoolExecutor(_SENDERS) as pool:
            sent = [pool.submit(_send, site, body) for body in told]
            # Here and not in a thread: what a thread has started ends with it.
            _break_things(run, ours, site, workers, dice, while_any=sent)
            tries = sum(each.result() for each in sent)
        left = _wait_until_read(run, ours)
    finally:
        for process in workers:
            end(process)
    stored, distinct = _messages(ours)
    return {
        "messages": number,
        "told": tries,
        "lost": number - distinct,
        "twice": stored - distinct,
        "stuck": left,
    }


_sessions = threading.local()


def _send(site: Web, body: bytes) -> int:
    if not hasattr(_sessions, "session"):
        _sessions.session = requests.Session()
    return site.deliver(_sessions.session, body)


def _break_things(
    run: Run,
    ours: Bench,
    site: Web,
    workers: "list[subprocess.Popen[bytes]]",
    dice: random.Random,
    *,
    while_any: "list[Future[int]]",
) -> None:
    import redis

    hurts = ["redis", "web", "postgres"]
    while hurts or not all(each.done() for each in while_any):
        time.sleep(dice.uniform(1.5, 3))
        victim = dice.randrange(2)
        workers[victim].kill()
        workers[victim].wait()
        workers[victim] = ours.start("inbox")
        hurt = hurts.pop(0) if hurts else ""
        if hurt:
            run.say(f"hurting {hurt}")
        if hurt == "redis":
            redis.Redis.from_url(ours.servers.addresses.redis_url).flushall()
        elif hurt == "web":
            site.kill()
            site.start()
        elif hurt == "postgres":
            ours.servers.restart_postgres(signal.SIGKILL)


def _wait_until_read(run: Run, ours: Bench) -> int:
    deadline = time.monotonic() + _SETTLED_WITHIN_SECONDS
    left = _waiting(ours)
    while left and time.monotonic() < deadline:
        time.sleep(0.2)
        left = _waiting(ours)
    if left:
        run.say(f"{left} events were never read")
    return left


def _owners_count(ours: Bench, statement: str) -> tuple[int, ...]:
    """Ask as the schema's owner, who sees every organisation."""
    import psycopg

    for _ in range(100):  # it may be recovering
        with (
            contextlib.suppress(psycopg.OperationalError),
            psycopg.connect(ours.servers.addresses.database_owner_url) as connection,
        ):
            row = connection.execute(statement).fetchone()
            return tuple(row or ())
        time.sleep(0.1)
    raise TimeoutError("PostgreSQL did not come back")


def _waiting(ours: Bench) -> int:
    return _owners_count(ours, "SELECT count(*) FROM moderation_inboundevent WHERE state <> 'read'")[0]


def _messages(ours: Bench) -> tuple[int, ...]:
    return _owners_count(
        ours, "SELECT count(*), count(DISTINCT (social_account_id, network_id)) FROM moderation_message"
    )


def _burst(ours: Bench, site: Web, pages: Sequence[Page], number: int) -> float:
    """Return messages per second from the first request to the last row, in webhooks of fifty."""
    entries = [comment(pages[each % len(pages)], 1_000_000 + each) for each in range(number)]
    bodies = [body_of(entries[start : start + _BATCH]) for start in range(0, number, _BATCH)]
    with ours.running("inbox", "beat"):
        ours.wait_for_workers()
        began = time.perf_counter()
        with ThreadPoolExecutor(_SENDERS) as pool:
            list(pool.map(lambda body: _send(site, body), bodies))
        deadline = time.monotonic() + _SETTLED_WITHIN_SECONDS
        while _waiting(ours):
            if time.monotonic() > deadline:
                raise TimeoutError("the burst was not read")
            time.sleep(0.02)
        return number / (time.perf_counter() - began)


def _one_webhook(ours: Bench, pages: Sequence[Page], secret: str, *, rounds: int) -> tuple[float, float]:
    """Return statements per message of a webhook of fifty comments, and its milliseconds, received and read."""
    import psycopg
    from django.db import connection
    from django.test.utils import CaptureQueriesContext
    from django.utils import timezone

    from integrations.engagement import Arrived
    from integrations.registry import engaging
    from moderation.services.reading import read_due
    from moderation.services.receiving import receive

    provider = engaging("facebook")
    assert provider is not None
    connection.close()  # it may be of before a restart
    with psycopg.connect(ours.servers.addresses.database_owner_url, autocommit=True) as owner:
        owner.execute("ANALYZE")  # as autovacuum will within the minute: plans over a database just born are guesses

    def once(number: int) -> None:
        body = body_of([comment(pages[0], 5_000_000 + number * _BATCH + each) for each in range(_BATCH)])
        headers = {name.lower(): value for name, value in signature(body, secret).items()}
        receive("facebook", provider, Arrived(headers=headers, body=body), now=timezone.now())
        read_due(timezone.now)

    once(0)
    with CaptureQueriesContext(connection) as context:
        once(1)
    own = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE", "SELECT set_config")
    statements = sum(not query["sql"].startswith(own) for query in context.captured_queries)
    times = []
    for number in range(2, 2 + rounds):
        began = time.perf_counter()
        once(number)
        times.append((time.perf_counter() - began) * 1000)
    return statements / _BATCH, median(times)


if __name__ == "__main__":
    main(
        "ingest",
        measure,
        goals={
            "lost": exactly(0),
            "twice": exactly(0),
            "stuck": exactly(0),
            "statements_per_message": at_most(4),
            "batch_ms": at_most(60),
        },
        add_arguments=add_arguments,
    )
