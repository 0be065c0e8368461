"""Files in storage that no row names: a crash came between a file and its row. Swept each night, once they are old.

A file comes before its row wherever the row tells that it is there, so a young one may still get its own. What names
files is declared (`files=`), which a start-up check sees to.
"""

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import islice

from lib.tenancy.scope import scope
from privacy.files import store
from privacy.models import EndedFile
from privacy.registry import registry

logger = logging.getLogger(__name__)

#: Whose turn it is stands in rows of work, as for record classes (privacy/nightly.py).
KEY = "orphaned_files"
#: How long a file may be without a row: longer than any request or task that writes one.
SAFE_AGE = timedelta(days=2)
_BATCH = 500


def sweep(organisation_id: int, *, at: datetime) -> int:
    """Remove an organisation's files of which no row tells, and return how many went. Outside any scope."""
    removed = 0
    old = (key for key, written_at in store().keys(f"organisations/{organisation_id}/") if written_at < at - SAFE_AGE)
    while keys := list(islice(old, _BATCH)):
        for key in _without_row(organisation_id, keys):
            store().delete(key)
            removed += 1
    if removed:
        logger.warning("storage of organisation %s: %s files without a row were removed", organisation_id, removed)
    return removed


def _without_row(organisation_id: int, keys: Sequence[str]) -> list[str]:
    """Return those that no row names, nor is about to be removed anyway."""
    with scope(organisation=organisation_id):
        known = set(EndedFile.objects.filter(storage_key__in=keys).values_list("storage_key", flat=True))
        for entry in registry():
            if entry.is_owned and entry.personal:
                for column in entry.personal.files:
                    named = entry.rows().filter(**{f"{column}__in": keys})
                    known.update(named.values_list(column, flat=True))
    return [key for key in keys if key not in known]
