"""How fast retention ends messages, and whether those who read the inbox meanwhile notice.

Threads of years ago, with items, messages and identities, are laid by COPY beside as many of today. Retention ends the
old ones as it does at night, in its small batches, while another process reads the inbox's list. `rows_per_second`
counts every row that went; `bare_ratio` is that speed against bare DELETEs of the same number of messages and items, in
statements as large. `list_p95_ratio` is the list's p95 while the purge runs against its p95 with the machine to itself
and, since a purge is a process like any other, `busy_p95_ratio` against its p95 beside one that only counts.
"""

import multiprocessing
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from multiprocessing.synchronize import Event
from typing import Any

from benchmarks.harness import Figures, Run, at_least, at_most, main, percentile, product
from launch.servers import throwaway

NOW = datetime(2026, 12, 9, 12, 0, tzinfo=UTC)
LONG_AGO = NOW - timedelta(days=1000)
MESSAGES_A_THREAD = 8
ITEMS_A_THREAD = 2


def measure(run: Run) -> Figures:
    threads = run.choose(small=1_000, full=10_000)
    with throwaway() as servers:
        product(servers.addresses)
        organisation_id = _organisation()
        _fill(organisation_id, threads, NOW)
        _fill(organisation_id, threads, LONG_AGO)
        _fill(organisation_id, threads, LONG_AGO - timedelta(days=1000))
        _analyse(servers)
        bare_per_second = _bare(organisation_id, threads)
        run.say(f"bare: {bare_per_second:,.0f} rows a second")

        alone = _list_times(organisation_id, lambda: time.sleep(run.choose(small=3, full=10)))
        counting = multiprocessing.get_context("fork").Process(target=_count, daemon=True)
        busy = _list_times(organisation_id, lambda: _beside(counting, run.choose(small=3, full=10)))
        purged: list[float] = []
        meanwhile = _list_times(organisation_id, lambda: purged.append(_purge(organisation_id, run)))
    return {
        "rows_per_second": purged[0],
        "bare_ratio": purged[0] / bare_per_second,
        "list_p95_ms": percentile(alone, 95),
        "list_p95_ratio": percentile(meanwhile, 95) / percentile(alone, 95),
        "busy_p95_ratio": percentile(meanwhile, 95) / percentile(busy, 95),
    }


def _organisation() -> int:
    from accounts.models import User
    from accounts.services.organisations import create_organisation
    from integrations.models import SocialAccount
    from lib.tenancy.scope import scope

    user = User.objects.create_user("bench@example.org", "a-password-for-benchmarks", name="Alice Bench")
    organisation = create_organisation("Bench", owner=user, time_zone="Europe/London", language="en")
    with scope(organisation=organisation.pk):
        SocialAccount.objects.create(network="facebook", network_id="page-1", name="Bench", kind="page")
    return int(organisation.pk)


def _fill(organisation_id: int, threads: int, at: datetime) -> None:
    """Lay threads with two items and eight messages each, in one statement a table."""
    from django.db import connection

    from lib.tenancy.scope import scope

    stamp = f"{at:%Y%m%d}"
    with scope(organisation=organisation_id), connection.cursor() as cursor:
        given: dict[str, Any] = {"o": organisation_id, "n": threads, "at": at, "stamp": stamp, "items": ITEMS_A_THREAD}
        for statement in _LAID:
            cursor.execute(statement, {**given, "messages": MESSAGES_A_THREAD})


#: Columns without a value here have none, or what the model gives a new row.
_LAID = [
    """
    INSERT INTO moderation_identity (organisation_id, network, network_id, name, handle, permalink, picture_url,
                                     first_seen_at, last_activity_at)
    SELECT %(o)s, 'facebook', %(stamp)s || '-' || g, 'Author ' || g, '', '', '', %(at)s, now()
    FROM generate_series(1, %(n)s) g
    """,
    """
    INSERT INTO moderation_thread (organisation_id, social_account_id, kind, network_id, subject_id, subject_text,
                                   subject_permalink, started_at, last_activity_at)
    SELECT %(o)s, a.id, 'comment', %(stamp)s || '-' || g, '', 'A post', '', %(at)s,
           %(at)s::timestamptz - g * interval '1 second'
    FROM generate_series(1, %(n)s) g, integrations_socialaccount a
    """,
    """
    INSERT INTO moderation_item (organisation_id, social_account_id, thread_id, key, identity_id, kind, state,
                                 state_changed_at, version, author_name, excerpt, message_count, first_message_at,
                                 last_activity_at, last_stranger_message_id, last_own_message_id, last_note_id,
                                 is_muted, is_spam, is_hidden, is_deleted, send_failed, approval_pending)
    SELECT %(o)s, t.social_account_id, t.id, i.network_id || '-' || k, i.id, 'comment', 'closed', %(at)s, 1, i.name,
           'Is the stollen back?', 4, %(at)s, t.last_activity_at, 0, 0, 0,
           false, false, false, false, false, false
    FROM moderation_thread t
    JOIN moderation_identity i ON i.network_id = t.network_id AND i.organisation_id = %(o)s
    CROSS JOIN generate_series(1, %(items)s) k
    WHERE t.organisation_id = %(o)s AND t.network_id LIKE %(stamp)s || '-%%'
    """,
    """
    INSERT INTO moderation_message (organisation_id, thread_id, item_id, social_account_id, network_id, origin, kind,
                                    author_id, text, attachments, permalink, answers_id, written_at, received_at,
                                    visibility, is_liked, version, way_out, reason, reason_data, words)
    SELECT %(o)s, i.thread_id, i.id, i.social_account_id, i.id || '-' || m, 'stranger', 'comment', i.identity_id,
           'Is the stollen back on Friday, and is it as fresh as last year? ' || m, '[]', '', '', i.last_activity_at,
           i.last_activity_at, 'visible', false, 1, '', '', '{}',
           to_tsvector('simple', 'o' || %(o)s || ' is the stollen back on friday and fresh as last year ' || m)
    FROM moderation_item i
    JOIN moderation_thread t ON t.id = i.thread_id
    CROSS JOIN generate_series(1, %(messages)s / %(items)s) m
    WHERE i.organisation_id = %(o)s AND t.network_id LIKE %(stamp)s || '-%%'
    """,
]


def _analyse(servers: Any) -> None:
    """Give the planner its figures, as autovacuum would have: the app's role may not."""
    import psycopg

    with psycopg.connect(servers.addresses.environment()["DATABASE_OWNER_URL"], autocommit=True) as owner:
        owner.execute("ANALYZE")


def _bare(organisation_id: int, threads: int) -> float:
    """Delete the oldest third by hand, a batch a transaction, and return rows per second."""
    from django.db import connection

    from lib.tenancy.scope import scope
    from privacy.engine import BATCH

    batch = BATCH // (1 + ITEMS_A_THREAD + MESSAGES_A_THREAD)
    began, rows = time.perf_counter(), 0
    while True:
        with scope(organisation=organisation_id), connection.cursor() as cursor:
            cursor.execute(
                "SELECT array_agg(id) FROM (SELECT id FROM moderation_thread WHERE last_activity_at < %s"
                " ORDER BY last_activity_at LIMIT %s) t",
                [LONG_AGO - timedelta(days=900), batch],
            )
            (ids,) = cursor.fetchone()
            if not ids:
                break
            for statement in (
                "DELETE FROM moderation_message WHERE thread_id = ANY(%s)",
                "DELETE FROM moderation_item WHERE thread_id = ANY(%s)",
                "DELETE FROM moderation_thread WHERE id = ANY(%s)",
            ):
                cursor.execute(statement, [ids])
                rows += cursor.rowcount
    assert rows == threads * (1 + ITEMS_A_THREAD + MESSAGES_A_THREAD), rows
    return rows / (time.perf_counter() - began)


def _purge(organisation_id: int, run: Run) -> float:
    """Apply the rule as the night does, and return rows per second."""
    from privacy import engine

    began = time.perf_counter()
    proof = engine.run(organisation_id, "messages", at=NOW, clock=lambda: NOW)
    seconds = time.perf_counter() - began
    run.say(f"purge: {proof.rows:,} rows in {proof.batches} batches, {seconds:.1f} s")
    return proof.rows / seconds


def _list_times(organisation_id: int, during: Callable[[], object]) -> list[float]:
    """Return how long the list took each time, in milliseconds, read by another process while `during` runs."""
    from django.db import connections

    connections.close_all()  # a connection does not survive a fork
    context = multiprocessing.get_context("fork")
    stop, receiver_and_sender = context.Event(), context.Pipe(duplex=False)
    receiver, sender = receiver_and_sender
    reader = context.Process(target=_read, args=(organisation_id, stop, sender), daemon=True)
    reader.start()
    assert receiver.recv() == "ready"
    during()
    stop.set()
    times: list[float] = receiver.recv()
    reader.join()
    return times


def _read(organisation_id: int, stop: Event, sender: Any) -> None:
    """Read the list fifty times a second, as agents' browsers would."""
    _list(organisation_id)
    sender.send("ready")
    times: list[float] = []
    while not stop.is_set() or len(times) < 20:
        began = time.perf_counter()
        _list(organisation_id)
        times.append((time.perf_counter() - began) * 1000)
        time.sleep(0.02)
    sender.send(times)


def _list(organisation_id: int) -> None:
    from lib.tenancy.scope import scope
    from moderation.models import Item

    with scope(organisation=organisation_id):
        assert list(Item.objects.newest_first()[:50])


def _beside(counting: Any, seconds: float) -> None:
    """Keep one process busy with nothing."""
    counting.start()
    time.sleep(seconds)
    counting.terminate()
    counting.join()


def _count() -> None:
    while True:
        pass


if __name__ == "__main__":
    main("purge", measure, goals={"rows_per_second": at_least(20_000), "list_p95_ratio": at_most(1.2)})
