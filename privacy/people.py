"""One person across an organisation: found by what they are called, whole with all identities and contacts.

Nothing here knows what an identity is: the registry says which rows are people (`reached_by` leads to "pk") and which
columns they are found by (`identifies`). Each function needs the organisation's scope.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import models
from django.db.models import Q
from django.db.models.functions import Cast

from lib.privacy import Follows
from lib.words import fold
from privacy.holds import Holds, holds_in_force
from privacy.record_classes import Mode
from privacy.registry import Entry, entry_of, find_kind, registry
from privacy.traces import Terms, distinctive, parts, values_of

#: Kinds of rows that are people.
KINDS = ("identity", "contact")
#: Results a search shows at most.
MOST = 30
#: Of what somebody said, how many of the latest are searched for in raw events, which last for days.
_LATEST = 5000


@dataclass(frozen=True)
class Person:
    """The rows that are one person."""

    identity_ids: tuple[int, ...] = ()
    contact_ids: tuple[int, ...] = ()

    def ids(self, kind: str) -> tuple[int, ...]:
        return self.identity_ids if kind == "identity" else self.contact_ids

    @property
    def is_nobody(self) -> bool:
        return not (self.identity_ids or self.contact_ids)


#: Called once in the transaction that asks for an erasure, before anything goes.
Foresee = Callable[[Person, datetime], None]
_foreseers: list[Foresee] = []


def before_erasing(act: Foresee) -> None:
    """Call `act(person, at)` when a person's erasure is asked for, in that transaction."""
    if act not in _foreseers:
        _foreseers.append(act)


def foresee_erasure(person: Person, at: datetime) -> None:
    for act in _foreseers:
        act(person, at)


Widen = Callable[[Person], Person]
_widen: list[Widen] = []


def widen_with(widen: Widen) -> None:
    """Ask this which other rows are the same person, such as contacts that were merged away."""
    if widen not in _widen:
        _widen.append(widen)


def whole_person(kind: str, pk: int) -> Person | None:
    """Return the person with all their identities and contacts; None where there is no such row."""
    entry = find_kind(kind)
    if entry is None or not entry.rows().filter(pk=pk).exists():
        return None
    person = Person((pk,), ()) if kind == "identity" else Person((), (pk,))
    while True:
        wider = _wider(person)
        for widen in _widen:
            wider = widen(wider)
        if wider == person:
            return person
        person = wider


def _wider(person: Person) -> Person:
    return Person(
        _joined(person.identity_ids, "identity", "contact", person.contact_ids),
        _joined(person.contact_ids, "contact", "identity", person.identity_ids),
    )


def _joined(own: Sequence[int], kind: str, through: str, ids: Sequence[int]) -> tuple[int, ...]:
    entry = find_kind(kind)
    rows = entry.reached(through, ids) if entry is not None and ids else None
    found = rows.values_list("pk", flat=True) if rows is not None else ()
    return tuple(sorted({*own, *found}))


class _Plain(models.Func):
    """A text without capitals and accents, nearly as lib.words.fold leaves it: the database knows no ligatures."""

    template = r"regexp_replace(normalize(lower(%(expressions)s), NFKD), '[\u0300-\u036f]', '', 'g')"
    output_field = models.TextField()


def search(words: str) -> list[Person]:
    """Return people who are called like this: a name, a handle, an id, an address or number, whatever the accents."""
    seen: set[Person] = set()
    found: list[Person] = []
    for kind in KINDS:
        entry = find_kind(kind)
        if entry is None or entry.personal is None:
            continue
        rows, wanted = entry.rows(), Q()
        for column in entry.personal.identifies:
            text = Cast(column, models.TextField())
            rows = rows.annotate(**{f"text_of_{column}": text, f"plain_{column}": _Plain(text)})
            wanted |= Q(**{f"text_of_{column}__icontains": words}) | Q(**{f"plain_{column}__contains": fold(words)})
        for pk in rows.filter(wanted).order_by("-last_activity_at").values_list("pk", flat=True)[:MOST]:
            person = whole_person(kind, pk)
            if person is not None and person not in seen:
                seen.add(person)
                found.append(person)
    return found[:MOST]


def called_by(person: Person, *, more: Sequence[str] = ()) -> list[str]:
    """Return what the person is called and is found by elsewhere; `more` is what somebody knows besides."""
    values = list(more)
    for kind in KINDS:
        entry = find_kind(kind)
        if entry is not None:
            values += values_of(entry, entry.rows().filter(pk__in=person.ids(kind)))
    return distinctive(values)


def said_by(person: Person) -> list[str]:
    """Return the ids, at the networks, of the latest that the person said."""
    found: dict[str, None] = {}
    for entry in registry():
        if entry.personal is None or not entry.personal.identifies or entry.kind in KINDS:
            continue
        rows = entry.reached("identity", person.identity_ids)
        if rows is not None:
            latest = entry.rows().filter(pk__in=rows.order_by("-pk").values("pk")[:_LATEST])
            found |= dict.fromkeys(values_of(entry, latest))
    return distinctive(found)


@dataclass(kw_only=True)
class Preview:
    """What erasing somebody would do, in figures: model's label -> rows."""

    goes: Counter[str] = field(default_factory=Counter)
    named: Counter[str] = field(default_factory=Counter)  # words of others that name them: the name is taken out
    held: Counter[str] = field(default_factory=Counter)
    on_their_way: Counter[str] = field(default_factory=Counter)


def preview(person: Person, *, mode: Mode, called: Sequence[str]) -> Preview:
    """Count what would go, what others said of them, and what must stay. Changes nothing."""
    holds, found = holds_in_force(), Preview()
    for entry in registry():
        rows = _rows_of(entry, person)
        if rows is None or not _ends(entry, mode):
            continue
        count = rows.count()
        free = 0 if _keeps(holds, entry) else holds.spare(entry, rows).count()
        found.goes[entry.label] += free
        found.held[entry.label] += count - free
    terms = Terms(called=called)
    for part in parts():
        own = _rows_of(part.entry, person)
        naming = part.naming(terms)
        if own is not None and _ends(part.entry, mode):
            naming = naming.exclude(pk__in=own.values("pk"))
        count = naming.count()
        if not count:
            continue
        free = part.free(naming, holds).count()
        found.named[part.entry.label] += free
        held = 0 if part.declared.unless is None else part.free(naming, Holds()).count()
        busy = count - held if part.declared.unless is not None else 0
        found.on_their_way[part.entry.label] += busy
        found.held[part.entry.label] += count - free - busy
    found.goes, found.named = +found.goes, +found.named
    found.held, found.on_their_way = +found.held, +found.on_their_way
    return found


def _rows_of(entry: Entry, person: Person) -> Any:
    """Return the rows that are the person's own, however they lead there; None where none could."""
    paths = {path: kind for kind in KINDS for path in entry.paths_to(kind)}
    wanted = Q()
    for path, kind in paths.items():
        if ids := person.ids(kind):
            wanted |= Q(**{f"{path}__in": ids})
    if not wanted:
        return None
    return entry.rows().filter(pk__in=entry.rows().filter(wanted).values("pk"))


def _ends(entry: Entry, mode: Mode) -> bool:
    """Whether a row of the person's ends with them."""
    declared = entry.personal
    if declared is None:
        return False
    if mode is Mode.ANONYMISE:
        return declared.anonymises is not None
    return goes_with_person(entry)


def goes_with_person(entry: Entry) -> bool:
    """Whether deleting a person deletes such rows: theirs, those that say so, and those that follow one that does."""
    declared = entry.personal
    if declared is None:
        return False
    if entry.kind in KINDS or set(declared.goes_with) & set(KINDS):
        return True
    if not isinstance(declared.ends_by, Follows):
        return False
    key: Any = entry.model._meta.get_field(declared.ends_by.relation)
    return goes_with_person(entry_of(key.related_model))


def _keeps(holds: Holds, entry: Entry) -> bool:
    return keeps_people(holds) or any(holds.keeps_all(rule.record_class) for rule in _rules(entry))


def keeps_people(holds: Holds) -> bool:
    """Whether a hold keeps everybody: on everything, or on the rule for people or for what they said."""
    return holds.everything or bool({"people", "messages"} & holds.record_classes)


def _rules(entry: Entry) -> Any:
    return entry.personal.rules if entry.personal else ()
