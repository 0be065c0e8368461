"""The busy tables of the inbox keep no index that another one serves for."""

from django.db import connection

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
