"""Bring the table that Django's database cache keeps limits on sign-in in; it belongs to no organisation."""

from django.db import migrations

CREATE = """
CREATE UNLOGGED TABLE accounts_cache (
    cache_key varchar(255) PRIMARY KEY,
    value text NOT NULL,
    expires timestamptz NOT NULL
);
CREATE INDEX accounts_cache_expires ON accounts_cache (expires);
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_row_security")]

    operations = [migrations.RunSQL(CREATE, "DROP TABLE accounts_cache")]
