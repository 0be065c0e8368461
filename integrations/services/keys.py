"""Changing keys: the master key that wraps data keys, and the data keys that seal tokens.

Changing the master key needs no other step than wrapping anew. Changing an organisation's data key takes two runs: the
first begins a new key and seals everything under it; the second, an hour later at the earliest, makes sure that
nothing else was sealed under the old one by a worker that had begun before, and ends the old key.
"""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from eventlog.services import record
from integrations import vault
from integrations.models import ConnectAttempt, Grant, SocialAccount
from lib.tenancy.scope import scope
from privacy.exporting import sealing
from privacy.models import Export

BATCH = 200
OLD_KEYS_LIVE = timedelta(hours=1)  # longer than any transaction that could still write under an old key


def organisation_ids() -> list[int]:
    """Return all organisations that are open."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM passage.organisation_ids()")
        return [pk for (pk,) in cursor.fetchall()]


def rewrap(organisation_id: int) -> None:
    """Wrap an organisation's data keys under the newest master key. Doing it twice harms nothing."""
    vault.keyring().rewrap(organisation_id)


def rotate_data_key(organisation_id: int, *, now: datetime) -> bool:
    """Carry the change of an organisation's data key one step on; return whether the old key has ended.

    May be stopped at any moment and run again: each batch is a transaction, and what is sealed anew is skipped.
    """
    keyring = vault.keyring()
    if keyring.changed_at(organisation_id) is None:
        return True  # nothing was ever sealed
    if not keyring.has_old_data_keys(organisation_id):
        keyring.add_data_key(organisation_id)
    for model, purpose_of in _SEALED:
        while _reseal_batch(model, purpose_of, organisation_id):
            pass
    changed_at = keyring.changed_at(organisation_id)
    if changed_at is None or now - changed_at < OLD_KEYS_LIVE:
        return False
    keyring.drop_old_data_keys(organisation_id)
    with scope(organisation=organisation_id):
        record("integrations.data_key.rotated")
    return True


def _reseal_batch(model: type[Any], purpose_of: Callable[[Any], str], organisation_id: int) -> int:
    """Seal up to 200 rows anew and return how many; rows are locked, so no newer token is lost."""
    with scope(organisation=organisation_id):
        old = list(_sealed_under_old_keys(model, organisation_id))
        rows = list(model.objects.select_for_update().filter(pk__in=old).order_by("pk"))
        for row in rows:
            text = vault.open_text(bytes(row.sealed), organisation_id=organisation_id, purpose=purpose_of(row))
            row.sealed = vault.seal_text(text, organisation_id=organisation_id, purpose=purpose_of(row))
        model.objects.bulk_update(rows, ["sealed"])
        return len(rows)


def _sealed_under_old_keys(model: type[Any], organisation_id: int) -> Iterator[int]:
    keyring = vault.keyring()
    found = 0
    rows = model.objects.exclude(sealed=None).order_by("pk").values_list("pk", "sealed")
    for pk, sealed in rows.iterator(chunk_size=1000):
        if not keyring.is_newest(bytes(sealed), organisation_id=organisation_id):
            yield pk
            found += 1
            if found == BATCH:
                return


_SEALED: tuple[tuple[type[Any], Callable[[Any], str]], ...] = (
    (Grant, lambda row: vault.person(row.network, row.outside_id)),
    (SocialAccount, lambda row: vault.presence(row.network, row.network_id)),
    (ConnectAttempt, lambda row: f"connect:{row.state_hash}"),
    (Export, lambda row: sealing.purpose_of(row.pk)),
)
