"""What the pages about requests say of a person: who they are, what would go, what must stay and why."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from privacy.erasing import HOLD, ON_ITS_WAY
from privacy.models import DataSubjectRequest
from privacy.people import Person, called_by, preview
from privacy.record_classes import Mode
from privacy.registry import find_kind
from privacy.words import known_figures, summary


@dataclass(frozen=True, kw_only=True)
class Sketch:
    """Who a person is, in a line."""

    person: Person
    identities: list[Any]
    contacts: list[Any]

    @property
    def title(self) -> str:
        names = [one.title for one in self.identities] + [one.name for one in self.contacts]
        return next((name for name in names if name), "") or _("Somebody")

    @property
    def identity_id(self) -> int | None:
        return next(iter(self.person.identity_ids), None)

    @property
    def contact_id(self) -> int | None:
        return next(iter(self.person.contact_ids), None)


@dataclass(frozen=True, kw_only=True)
class PersonPage:
    """One person, and what erasing them would do in one mode."""

    sketch: Sketch
    mode: Mode
    called: list[str]  # what others' words are searched for
    goes: list[tuple[str, int]]
    named: list[tuple[str, int]]
    held: list[tuple[str, int]]
    on_their_way: list[tuple[str, int]]

    @property
    def is_nobody(self) -> bool:
        return self.sketch.person.is_nobody


@dataclass(frozen=True, kw_only=True)
class Line:
    """One request in the list."""

    request: DataSubjectRequest
    ended: str
    reasons: list[str]


def sketches(people: Iterable[Person]) -> list[Sketch]:
    return [sketch(person) for person in people]


def sketch(person: Person) -> Sketch:
    return Sketch(person=person, identities=_rows("identity", person), contacts=_rows("contact", person))


def compose(person: Person, *, mode: Mode, more: Sequence[str]) -> PersonPage:
    """Count what an erasure would do. Changes nothing."""
    called = called_by(person, more=more)
    found = preview(person, mode=mode, called=called)
    return PersonPage(
        sketch=sketch(person),
        mode=mode,
        called=called,
        goes=known_figures(found.goes),
        named=known_figures(found.named),
        held=known_figures(found.held),
        on_their_way=known_figures(found.on_their_way),
    )


def line(request: DataSubjectRequest) -> Line:
    """Return a request as the list shows it."""
    why = {HOLD: _("a hold keeps it"), ON_ITS_WAY: _("it is on its way to a network")}
    reasons = [why[reason] for reason in request.kept]
    return Line(request=request, ended=summary(request.ended, files=request.files), reasons=reasons)


def _rows(kind: str, person: Person) -> list[Any]:
    entry = find_kind(kind)
    return list(entry.rows().filter(pk__in=person.ids(kind)).order_by("pk")) if entry is not None else []
