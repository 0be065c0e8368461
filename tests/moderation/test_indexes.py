"""The busy tables of the inbox: every look-up has an index, and no index stands twice."""

from typing import Any

from django.db import connection

from integrations.models import SocialAccount
from moderation.services.storing import Arrival, store
from tests.factories import NOON
from tests.moderation.arriving import written
from tests.moderation.conftest import Inbox

BUSY = ("identity", "inboundevent", "item", "message", "thread")

#: Pairs of indexes on one table of which the first is the beginning of the second, and neither covers a part alone.
BEGINNINGS = """
    SELECT less.indexrelid::regclass::text, more.indexrelid::regclass::text
    FROM pg_index less JOIN pg_index more USING (indrelid)
    WHERE indrelid = ANY (%s::regclass[]) AND less.indexrelid <> more.indexrelid AND NOT less.indisunique
      AND less.indpred IS NULL AND more.indpred IS NULL
      AND (string_to_array(more.indkey::text, ' '))[:less.indnkeyatts] = string_to_array(less.indkey::text, ' ')
"""


def test_no_index_of_a_busy_table_is_the_beginning_of_another(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(BEGINNINGS, [[f"moderation_{name}" for name in BUSY]])

        assert cursor.fetchall() == []


def test_a_plan_kept_for_all_values_reads_no_full_account_for_each_message(inbox: Inbox) -> None:
    account, full, more = inbox.account, 200, 20
    with inbox.scope(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL plan_cache_mode = force_generic_plan")
        _bring(inbox, *(_alone(account, number) for number in range(full)))
        before = _read(cursor)
        _bring(inbox, *(_alone(account, number) for number in range(full, full + more)))

        assert _read(cursor) - before < full * more / 4


def _alone(account: SocialAccount, number: int) -> Arrival:
    """Each under a post of its own: an item reads all its messages."""
    return written(account, number, thread_id=f"post-{number}")


def _bring(inbox: Inbox, *arrivals: Arrival) -> None:
    store(arrivals, organisation_id=inbox.house.acme.pk, now=NOON)


def _read(cursor: Any) -> int:
    """Return how many messages this transaction has read so far, by index or without."""
    cursor.execute(
        "SELECT seq_tup_read + idx_tup_fetch FROM pg_stat_xact_user_tables WHERE relname = 'moderation_message'"
    )
    return int(cursor.fetchone()[0])
