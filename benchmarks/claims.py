"""Claims at a million due rows, seven in ten of one organisation: time, and how many are served."""

import time
from collections.abc import Mapping
from typing import Any

from benchmarks.harness import Figures, Run, at_most, main, percentile, product
from launch.servers import throwaway

_ORGANISATIONS = """
    INSERT INTO accounts_organisation (id, slug, name, agency_name, tint, time_zone, language, when_late,
                                       quiet_weekdays, created_at)
    SELECT n, 'bench-' || n, 'Bench', '', 1, 'UTC', 'en', 'send', '[]', now() FROM generate_series(1, %(n)s) n
"""
_ACCOUNTS = """
    INSERT INTO {table} ({columns}) SELECT {values} FROM generate_series(1, %(n)s) n
"""
_LANES = """
    INSERT INTO integrations_lane (id, organisation_id, queue, network, social_account_id, next_at, not_before_reason)
    SELECT a.id, a.organisation_id, 'publish', 'x', a.id, %(now)s - interval '1 hour', ''
    FROM integrations_socialaccount a
"""
_POSTS = """
    INSERT INTO scheduler_publication (organisation_id, post_id, social_account_id, state, publish_at, queue, lane_id,
        available_at, lease_token, attempts, progress, is_prepared, network_id, permalink, reason, reason_data,
        created_at, state_changed_at)
    SELECT l.organisation_id, n, l.id, 'scheduled', due.at, 'publish', l.id, due.at, 0, 0, '{}', true, '', '', '', '{}',
           now(), now()
    FROM (
      SELECT n, CASE WHEN n %% 10 < 7 THEN 1 + n %% 4 ELSE 5 + (n::bigint * 7919) %% (%(lanes)s - 4) END AS lane
      FROM generate_series(1, %(rows)s) n
    ) r
    JOIN integrations_lane l ON l.id = r.lane
    CROSS JOIN LATERAL (SELECT %(now)s - interval '1 hour' * ((n * 31) %% 1000) / 1000.0 AS at) due
"""


def measure(run: Run) -> Figures:
    rows, organisations = run.choose(small=100_000, full=1_000_000), run.choose(small=2_000, full=20_000)
    with throwaway() as servers:
        product(servers.addresses)
        run.say(f"planting {rows} due rows for {organisations} organisations")
        _plant(servers.addresses.database_owner_url, rows, organisations)
        from django.utils import timezone

        from scheduler.services.publishing import WORK

        times, served, claimed = [], set(), 0
        for _ in run.progress(range(run.choose(small=100, full=500)), "claims"):
            began = time.perf_counter()
            claims = WORK.claim(now=timezone.now())
            times.append((time.perf_counter() - began) * 1000)
            claimed += len(claims)
            served |= {each.organisation_id for each in claims}
            _give_back(servers.addresses.database_owner_url)
    return {
        "p95_ms": percentile(times, 95),
        "p50_ms": percentile(times, 50),
        "organisations_served": len(served),
        "rows_claimed": claimed,
    }


def _plant(owner_url: str, rows: int, organisations: int) -> None:
    """Fill the tables as the schema's owner. The first organisation floods: 4 lanes hold seven rows in ten."""
    import psycopg
    from django.apps import apps
    from django.utils import timezone

    parameters = {"n": organisations + 3, "rows": rows, "lanes": organisations + 3, "now": timezone.now()}
    with psycopg.connect(owner_url) as connection:
        connection.execute(_ORGANISATIONS, parameters)
        account = apps.get_model("integrations", "SocialAccount")
        connection.execute(*_insert(account, parameters))
        connection.execute(_LANES, parameters)
        connection.execute("ALTER TABLE scheduler_publication DROP CONSTRAINT publication_and_post_share_organisation")
        connection.execute(_POSTS, parameters)
        connection.commit()
        connection.execute("ALTER TABLE scheduler_publication SET (autovacuum_enabled = off)")
        connection.commit()
        connection.autocommit = True
        connection.execute("VACUUM ANALYZE scheduler_publication")
        connection.execute("VACUUM ANALYZE integrations_lane")


def _insert(model: Any, parameters: Mapping[str, Any]) -> tuple[str, Mapping[str, Any]]:
    """Return an INSERT of accounts that names only what has no default in the database."""
    known = {
        "id": "n",
        "organisation_id": "CASE WHEN n <= 4 THEN 1 ELSE n - 3 END",
        "network": "'x'",
        "network_id": "n::text",
        "name": "'Bench'",
        "state": "'active'",
        "capabilities": "'[]'",
        "details": "'{}'",
        "state_changed_at": "now()",
        "connected_at": "now()",
    }
    for field in model._meta.local_concrete_fields:
        if field.column not in known and not field.null:
            known[field.column] = "''"
    return _ACCOUNTS.format(
        table=model._meta.db_table, columns=", ".join(known), values=", ".join(known.values())
    ), parameters


def _give_back(owner_url: str) -> None:
    """End what was claimed, as its worker would: the limit in flight is not what is measured."""
    import psycopg

    with psycopg.connect(owner_url) as connection:
        connection.execute(
            "UPDATE scheduler_publication SET lease_until = NULL, available_at = NULL, state = 'published', "
            "network_id = id::text WHERE lease_until IS NOT NULL"
        )


if __name__ == "__main__":
    main("claims", measure, goals={"p95_ms": at_most(20)})
