"""Ends what is over, in small batches: each its own scope and transaction, so nobody waits and a kill loses one batch.

    run(7, "messages", at=now)          one organisation, one record class, until nothing is left
    forecast(7, "messages", at=then)    what such a run would end, changing nothing

Asked again it finds nothing; killed, it takes up its own unfinished run. What must not end is asked for in every batch,
so a hold placed meanwhile is heard at once.
"""

import logging
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection, models
from django.db.models import QuerySet, Sum

from eventlog.services import record
from lib.privacy import Blank, Delete, Passage, Rule
from lib.tenancy.models import OwnedModel
from lib.tenancy.scope import scope
from privacy.due import due_rows, size_column
from privacy.ending import Tally, anonymise_person, blank_rows, delete_person, delete_rows
from privacy.files import remove_ended_files
from privacy.holds import Holds, holds_in_force
from privacy.models import RetentionRun
from privacy.record_classes import RECORD_CLASSES, Mode
from privacy.registry import Entry, entries_of, registry, relations_to
from privacy.rules import InForce, default_of, in_force

logger = logging.getLogger(__name__)

#: Rows a transaction ends at most, followers included.
BATCH = 4000
#: People a transaction ends at most: each may have left words in many places.
PEOPLE = 200

Guard = Callable[[], None]


@dataclass(kw_only=True)
class Forecast:
    """What a run would end, in figures."""

    rows: Counter[str] = field(default_factory=Counter)  # model's label -> rows
    files: int = 0
    file_bytes: int = 0
    held: Counter[str] = field(default_factory=Counter)  # due, and kept by a hold

    @property
    def total(self) -> int:
        return sum(self.rows.values())


def record_classes_to_run(organisation_id: int | None) -> list[str]:
    """Return the classes with rows of an organisation's, or (None) with the platform's own."""
    return [
        key
        for key in RECORD_CLASSES
        if any(_concerns(entry, rule, organisation_id) for entry in entries_of(key) for rule in entry.rules(key))
    ]


def run(
    organisation_id: int | None,
    key: str,
    *,
    at: datetime,
    clock: Callable[[], datetime],
    guard: Guard | None = None,
    is_enough: Callable[[], bool] | None = None,
) -> RetentionRun:
    """Apply one record class's rules to one organisation (None: the platform) as of `at`, and return the proof.

    `guard` is called in every transaction, and raises when somebody else has taken the work. Once `is_enough` says so,
    asked after each batch, the run is left as it is, without an end, for the next call to take up.
    """
    found = _begin(organisation_id, key, at=at, started_at=clock())
    for entry in entries_of(key):
        for rule in entry.rules(key):
            if _concerns(entry, rule, organisation_id):
                limit = most = PEOPLE if _as_person(entry, key) else BATCH
                while ended := _batch(found, entry, rule, limit=limit, guard=guard):
                    remove_ended_files(organisation_id)
                    # Followers fill a batch before rows do: ask for about as many as went, for more when all did.
                    limit = min(most, 2 * limit if ended >= limit else ended + ended // 4 + 1)
                    if is_enough is not None and is_enough():
                        return found
    remove_ended_files(organisation_id)
    return _finish(found, clock(), guard)


def forecast(organisation_id: int | None, key: str, *, at: datetime, instead: InForce | None = None) -> Forecast:
    """Count what a run as of `at` would end, under the rule in force then or another one instead. Changes nothing."""
    found = Forecast()
    with scope(organisation=organisation_id):
        rule_in_force = instead or _in_force(organisation_id, key, at)
        holds = holds_in_force()
        for entry in entries_of(key):
            for rule in entry.rules(key):
                if _concerns(entry, rule, organisation_id):
                    _foresee(found, entry, rule, rule_in_force=rule_in_force, holds=holds, at=at)
    found.rows, found.held = +found.rows, +found.held  # without what would end nothing
    return found


def due_ids(entry: Entry, rule_in_force: InForce, *, at: datetime, after: int, limit: int) -> list[int]:
    """Return ids of a model's rows that a run as of `at` would end under this rule, after an id. In the scope."""
    key, cutoff, holds = rule_in_force.record_class.key, rule_in_force.cutoff(at), holds_in_force()
    if cutoff is None or holds.keeps_all(key):
        return []
    rows = entry.rows().none()
    for rule in entry.rules(key):
        rows = rows | holds.spare(entry, _due(entry, rule, rule_in_force, cutoff))
    return list(rows.filter(pk__gt=after).order_by("pk").values_list("pk", flat=True)[:limit])


def _begin(organisation_id: int | None, key: str, *, at: datetime, started_at: datetime) -> RetentionRun:
    with scope(organisation=organisation_id):
        rule = _in_force(organisation_id, key, at)
        found, is_new = RetentionRun.objects.get_or_create(
            organisation_id=organisation_id,
            record_class=key,
            ended_at=None,
            defaults={"as_of": at, "started_at": started_at},
        )
        # Taken up again after a kill, on another night perhaps: the rule is the one of now.
        found.as_of, found.mode = at, rule.mode.value
        found.period = rule.period.code if rule.period is not None else ""
        found.save(update_fields=["as_of", "mode", "period"])
        if not is_new:
            logger.info("retention of %s, organisation %s: takes up run %s again", key, organisation_id, found.pk)
        return found


def _batch(found: RetentionRun, entry: Entry, rule: Rule, *, limit: int, guard: Guard | None) -> int:
    """End up to a batch, of up to `limit` rows of this model, and add it to the proof, in one transaction.

    Return how many rows of the model went, at least 1 while anything did; 0 when nothing is left.
    """
    with scope(organisation=found.organisation_id):
        if guard is not None:
            guard()
        tally = _end(entry, rule, found, limit)
        if not tally.total:
            return 0
        row = RetentionRun.objects.select_for_update().get(pk=found.pk)
        row.ended = dict(Counter(row.ended) + tally.rows)
        row.files, row.file_bytes = row.files + tally.files, row.file_bytes + tally.file_bytes
        row.batches += 1
        row.save(update_fields=["ended", "files", "file_bytes", "batches"])
        return max(1, tally.rows[entry.label])


def _finish(found: RetentionRun, ended_at: datetime, guard: Guard | None) -> RetentionRun:
    with scope(organisation=found.organisation_id):
        if guard is not None:
            guard()
        row = RetentionRun.objects.select_for_update().get(pk=found.pk)
        row.held = sum(_held(found.organisation_id, found.record_class, found.as_of).values())
        row.ended_at = ended_at
        row.save(update_fields=["held", "ended_at"])
        if row.rows:
            record("privacy.retention.ran", data={"record_class": row.record_class, "rows": row.rows, "run": row.pk})
        else:
            # That nothing was over is proven by the latest such run alone.
            _empty_before(row).delete()
        return row


def _empty_before(run: RetentionRun) -> "QuerySet[RetentionRun]":
    same = RetentionRun.objects.filter(organisation_id=run.organisation_id, record_class=run.record_class)
    return same.filter(pk__lt=run.pk, ended={}, held=0, ended_at__isnull=False)


def _end(entry: Entry, rule: Rule, found: RetentionRun, limit: int) -> Tally:
    organisation_id, key, at = found.organisation_id, found.record_class, found.as_of
    holds = holds_in_force()
    if holds.keeps_all(key):
        return Tally()
    if isinstance(rule.ends_by, Passage):
        return Tally(rows=Counter({entry.label: _through_passage(rule.ends_by, BATCH, at)}))
    rule_in_force = _in_force(organisation_id, key, at)
    cutoff = rule_in_force.cutoff(at)
    if cutoff is None:
        return Tally()
    as_person = _as_person(entry, key)
    rows = holds.spare(entry, _due(entry, rule, rule_in_force, cutoff))
    # The oldest first; whoever holds a row now has it until another night.
    ids = list(
        entry.rows()
        .filter(pk__in=rows.order_by(rule.clocks[0]).values("pk")[:limit])
        .order_by("pk")
        .select_for_update(skip_locked=True, of=("self",))
        .values_list("pk", flat=True)
    )
    if not ids:
        return Tally()
    if as_person and entry.kind is not None:
        if rule_in_force.mode is Mode.ANONYMISE:
            return anonymise_person(entry.kind, ids, at=at)
        return delete_person(entry.kind, ids, room=BATCH, at=at)
    if isinstance(rule.ends_by, Blank):
        return blank_rows(entry.model, ids, rule.ends_by, at=at)
    return delete_rows(entry.model, ids, room=max(BATCH, len(ids)), at=at)


def _foresee(found: Forecast, entry: Entry, rule: Rule, *, rule_in_force: InForce, holds: Holds, at: datetime) -> None:
    if isinstance(rule.ends_by, Passage):
        found.rows[entry.label] += _through_passage(rule.ends_by, 0, at)
        return
    cutoff = rule_in_force.cutoff(at)
    if cutoff is None:
        return
    due = _due(entry, rule, rule_in_force, cutoff)
    ending = due.none() if holds.keeps_all(rule_in_force.record_class.key) else holds.spare(entry, due)
    all_due = due.count()
    ended = ending.count()
    found.held[entry.label] += all_due - ended
    found.rows[entry.label] += ended
    if not isinstance(rule.ends_by, Delete) or _anonymises(entry, rule_in_force):
        return
    if ended:
        _count_files(found, entry, ending)
        for follower, rows in _going_with(entry, ending):
            found.rows[follower.label] += rows.count()
            _count_files(found, follower, rows)
    if all_due > ended:
        kept = entry.rows().filter(pk__in=due.values("pk")).exclude(pk__in=ending.values("pk"))
        for follower, rows in _going_with(entry, kept):
            found.held[follower.label] += rows.count()


def _going_with(entry: Entry, rows: "QuerySet[Any]") -> Iterator[tuple[Entry, "QuerySet[Any]"]]:
    """Yield what goes with these rows: what follows them, and what goes with a person."""
    seen = {entry.model}
    yield from _followers(entry.model, rows, seen)
    if entry.kind is None:
        return
    for other in registry():
        if other.model in seen or other.personal is None or entry.kind not in other.personal.goes_with:
            continue
        reached = other.reached(entry.kind, rows.values("pk"))
        if reached is not None:
            seen.add(other.model)
            yield other, reached


def _followers(
    model: type[models.Model], rows: "QuerySet[Any]", seen: set[type[models.Model]]
) -> Iterator[tuple[Entry, "QuerySet[Any]"]]:
    """Yield what goes with these rows by CASCADE. A model that two ways lead to is counted by the first."""
    for relation in relations_to(model):
        if relation.on_delete is not models.CASCADE or relation.model in seen:
            continue
        seen.add(relation.model)
        following = relation.model._base_manager.filter(**{f"{relation.field.name}__in": rows.values("pk")})
        entry = next(each for each in registry() if each.model is relation.model)
        yield entry, following
        yield from _followers(relation.model, following, seen)


def _count_files(found: Forecast, entry: Entry, rows: "QuerySet[Any]") -> None:
    declared = entry.personal
    if declared is None or not declared.files:
        return
    for column in declared.files:
        found.files += rows.exclude(**{column: ""}).count()
    if size := size_column(declared, entry.model):
        found.file_bytes += rows.aggregate(total=Sum(size))["total"] or 0


def _held(organisation_id: int | None, key: str, at: datetime) -> Counter[str]:
    """Count the rows that were due and that a hold keeps; without a look at what would follow them."""
    holds, found = holds_in_force(), Counter[str]()
    if not (holds.everything or holds.record_classes or holds.subjects):
        return found
    rule_in_force = _in_force(organisation_id, key, at)
    cutoff = rule_in_force.cutoff(at)
    for entry in entries_of(key):
        for rule in entry.rules(key):
            if cutoff is None or isinstance(rule.ends_by, Passage) or not _concerns(entry, rule, organisation_id):
                continue
            due = _due(entry, rule, rule_in_force, cutoff)
            spared = 0 if holds.keeps_all(key) else holds.spare(entry, due).count()
            found[entry.label] += due.count() - spared
    return found


def _due(entry: Entry, rule: Rule, rule_in_force: InForce, cutoff: datetime) -> "QuerySet[Any]":
    """Return what is over. Where people are anonymised, whoever has been already is not."""
    declared = entry.personal
    ending = declared.anonymises if declared and _anonymises(entry, rule_in_force) else rule.ends_by
    return due_rows(entry, rule, cutoff=cutoff, ending=ending)


def _anonymises(entry: Entry, rule_in_force: InForce) -> bool:
    return _as_person(entry, rule_in_force.record_class.key) and rule_in_force.mode is Mode.ANONYMISE


def _in_force(organisation_id: int | None, key: str, at: datetime) -> InForce:
    return default_of(RECORD_CLASSES[key]) if organisation_id is None else in_force(key, at=at)


def _concerns(entry: Entry, rule: Rule, organisation_id: int | None) -> bool:
    """Whether a run for an organisation, or for the platform, has to do with this rule's rows."""
    if isinstance(rule.ends_by, Passage) and entry.names_organisation:
        return True  # such as events, which are an organisation's or the platform's: the function knows which
    return issubclass(entry.model, OwnedModel) == (organisation_id is not None)


def _as_person(entry: Entry, key: str) -> bool:
    """Whether these rows are people, whose mode the organisation chooses and who left words in many places."""
    return entry.kind is not None and len(RECORD_CLASSES[key].modes) > 1


def _through_passage(ending: Passage, limit: int, at: datetime) -> int:
    """End up to `limit` rows through the passage; with 0, count what it would end."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT passage.{ending.function}(%s, %s)", [limit, at])  # named in code
        return int(cursor.fetchone()[0])
