"""Content leases: what a network's terms let us keep for a time only. No setting of anybody lengthens them.

A model declares its lease (lib.privacy.ContentLease). Rooms above hand in what only they know:

    refresh_with("moderation.Message", fetch_anew)    fetch content before its lease ends, and write the new hour
    lost_with(accounts_without_grant)                 accounts whose grant is gone: their content ends with it
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet

from eventlog.services import record
from lib.privacy import ContentLease, blank
from lib.tenancy.scope import scope
from privacy.ending import Tally, blank_rows
from privacy.holds import holds_in_force
from privacy.models import RetentionRun
from privacy.registry import Entry, registry

#: What stands in place of a record class in work and proofs.
KEY = "content_lease"
EVERY = timedelta(minutes=30)
#: How long before its end content is fetched anew.
AHEAD = timedelta(hours=6)
BATCH = 1000

#: refresh(organisation_id, ids, now): fetch these rows anew where the network allows, and write their new hour.
#: Called outside any transaction; a failure leaves them to be blanked at their hour.
Refresh = Callable[[int, Sequence[int], datetime], None]
#: lost(now): ids of the scope's social accounts whose grant is gone for longer than their network bears.
Lost = Callable[[datetime], Iterable[int]]
Guard = Callable[[], None]

_refreshers: dict[str, Refresh] = {}
_lost: list[Lost] = []


def refresh_with(label: str, refresh: Refresh) -> None:
    """Fetch the content of a model's rows anew by this."""
    _refreshers[label] = refresh


def lost_with(lost: Lost) -> None:
    """Ask this which accounts have lost the grant that their content depends on."""
    if lost not in _lost:
        _lost.append(lost)


def leased() -> list[tuple[Entry, ContentLease]]:
    """Return the models whose rows carry a lease."""
    return [
        (entry, entry.personal.network_cap) for entry in registry() if entry.personal and entry.personal.network_cap
    ]


def run(
    organisation_id: int, *, at: datetime, clock: Callable[[], datetime], guard: Guard | None = None
) -> RetentionRun | None:
    """Fetch anew what may be, blank what ran out or lost its grant; return the proof, None when nothing had."""
    started_at, tally, batches = clock(), Tally(), 0
    for entry, cap in leased():
        _refresh(organisation_id, entry, cap, at)
        for blanked in _blank_all(organisation_id, entry, cap, at, guard):
            tally.add(blanked)
            batches += 1
    if not tally.total:
        return None
    with scope(organisation=organisation_id):
        record("privacy.lease.ended", data={"rows": tally.total})
        return RetentionRun.objects.create(
            organisation_id=organisation_id,
            record_class=KEY,
            as_of=at,
            started_at=started_at,
            ended_at=clock(),
            ended=dict(tally.rows),
            files=tally.files,
            batches=batches,
        )


def forecast(organisation_id: int, *, at: datetime) -> Counter[str]:
    """Count the rows whose content would be blanked. Changes nothing."""
    with scope(organisation=organisation_id):
        return Counter({entry.label: _over(entry, cap, at).count() for entry, cap in leased()})


def _refresh(organisation_id: int, entry: Entry, cap: ContentLease, at: datetime) -> None:
    refresh = _refreshers.get(entry.label)
    if refresh is None:
        return
    after = 0
    while True:
        with scope(organisation=organisation_id):
            ending = entry.rows().filter(**{f"{cap.until}__gt": at, f"{cap.until}__lte": at + AHEAD}, pk__gt=after)
            ids = list(ending.order_by("pk").values_list("pk", flat=True)[:BATCH])
        if not ids:
            return
        refresh(organisation_id, ids, at)
        after = ids[-1]


def _blank_all(
    organisation_id: int, entry: Entry, cap: ContentLease, at: datetime, guard: Guard | None
) -> Iterator[Tally]:
    ending = blank(*cap.blanks, cap.until)
    while True:
        with scope(organisation=organisation_id):
            if guard is not None:
                guard()
            over = _over(entry, cap, at).order_by(cap.until).values("pk")[:BATCH]
            rows = entry.rows().filter(pk__in=over).order_by("pk")
            ids = list(rows.select_for_update(skip_locked=True, of=("self",)).values_list("pk", flat=True))
            tally = blank_rows(entry.model, ids, ending, at=at, marks=cap.marks)
        if not ids:
            return
        yield tally


def _over(entry: Entry, cap: ContentLease, at: datetime) -> "QuerySet[Any]":
    """Return leased rows past their hour, or whose account has lost its grant, and which no hold keeps."""
    holds = holds_in_force()
    if holds.everything or any(rule.record_class in holds.record_classes for rule in _rules(entry)):
        return entry.rows().none()
    over = Q(**{f"{cap.until}__lte": at})
    lost = [account for ask in _lost for account in ask(at)]
    if lost:
        over |= Q(**{f"{cap.account}__in": lost, f"{cap.until}__isnull": False})
    return holds.spare(entry, entry.rows().filter(over))


def _rules(entry: Entry) -> Any:
    return entry.personal.rules if entry.personal else ()
