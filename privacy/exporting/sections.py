"""What an archive is made of, one thing after the other: rows as JSON, pages to read, files, and the first page.

Each section writes a piece at a time and leaves the place after it, so that whoever goes on writes the next one. A
section reads in scopes of its own; files come from the storage, which may be a network away, outside any.
"""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from django.contrib.staticfiles import finders
from django.template.loader import render_to_string
from django.utils import timezone, translation

from accounts.models import Organisation
from lib.tenancy.scope import scope
from privacy.exporting.chapters import Chapter, chapters
from privacy.exporting.columns import columns_of, path_of_file, written
from privacy.exporting.place import Place
from privacy.exporting.zipping import Archive
from privacy.files import store
from privacy.registry import Entry, registry

ROWS = 500
#: Bytes of a file between two looks at whether the part is full.
PIECE = 1024 * 1024
MISSING = "missing"


@dataclass(frozen=True, kw_only=True)
class Making:
    """For whom an archive is made."""

    organisation_id: int
    language: str
    time_zone: str
    asked_at: datetime
    part_bytes: int  # a part is not to grow much beyond

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Open the organisation's scope, in its own zone and the reader's language."""
        with (
            scope(organisation=self.organisation_id),
            translation.override(self.language),
            timezone.override(self.time_zone),
        ):
            yield


@dataclass(frozen=True)
class Wrote:
    """What one piece was: how much of `Section.total`, and whether it was the last one."""

    count: int
    is_over: bool


class Section(Protocol):
    """One thing to be written."""

    @property
    def key(self) -> str: ...

    def total(self, making: Making) -> int:
        """Return how much there is to write, in the scope."""
        ...

    def write(self, archive: Archive, place: Place, making: Making) -> Wrote:
        """Write the next piece."""
        ...


@dataclass(frozen=True)
class Rows:
    """The rows of one model, as one JSON file."""

    entry: Entry

    @property
    def key(self) -> str:
        return f"data:{self.entry.label}"

    def total(self, making: Making) -> int:
        return int(self._rows(making).count())

    def write(self, archive: Archive, place: Place, making: Making) -> Wrote:
        names = [field.attname for field in columns_of(self.entry)]
        with making.reading():
            rows = list(self._rows(making).filter(pk__gt=place.after).order_by("pk").values(*names)[:ROWS])
            texts = written(self.entry, rows)
        before = ",\n"
        if archive.opened is None:
            archive.begin(f"data/{self.entry.label}.json", compressed=True)
            before = "[\n"
        if texts:
            archive.write((before + ",\n".join(texts)).encode())
            place.after = rows[-1][str(self.entry.model._meta.pk.attname)]
        elif before == "[\n":
            archive.write(b"[")
        place.counts[self.key] = place.counts.get(self.key, 0) + len(rows)
        if len(rows) == ROWS:
            return Wrote(len(rows), is_over=False)
        archive.write(b"\n]\n")
        archive.end()
        return Wrote(len(rows), is_over=True)

    def _rows(self, making: Making) -> Any:
        if self.entry.model is Organisation:
            return Organisation.objects.filter(pk=making.organisation_id)
        return self.entry.rows().filter(organisation_id=making.organisation_id)


@dataclass(frozen=True)
class Pages:
    """One chapter, as pages of HTML."""

    chapter: Chapter

    @property
    def key(self) -> str:
        return f"pages:{self.chapter.key}"

    def total(self, making: Making) -> int:
        return self.chapter.count()

    def write(self, archive: Archive, place: Place, making: Making) -> Wrote:
        with making.reading():
            leaf = self.chapter.read(place.after)
            if not leaf.rows:
                return Wrote(0, is_over=True)
            place.page += 1
            context = {
                "organisation": Organisation.objects.get(pk=making.organisation_id),
                "title": self.chapter.title,
                "rows": leaf.rows,
                "page": place.page,
                "before": page_name(place.page - 1) if place.page > 1 else "",
                "after": "" if leaf.is_last else page_name(place.page + 1),
                "language": making.language,
            }
            text = render_to_string(self.chapter.template, context)
        archive.add(f"{self.chapter.key}/{page_name(place.page)}", text.encode())
        place.after = leaf.last
        place.pages[self.chapter.key] = place.page
        place.counts[self.key] = place.counts.get(self.key, 0) + len(leaf.rows)
        return Wrote(len(leaf.rows), is_over=leaf.is_last)


@dataclass(frozen=True)
class Files:
    """The files that one column of a model names."""

    entry: Entry
    column: str

    @property
    def key(self) -> str:
        return f"files:{self.entry.label}:{self.column}"

    def total(self, making: Making) -> int:
        return int(self._rows().count())

    def write(self, archive: Archive, place: Place, making: Making) -> Wrote:
        if place.file is None:
            with making.reading():
                found = self._rows().filter(pk__gt=place.after).order_by("pk").values_list("pk", self.column).first()
            if found is None:
                return Wrote(0, is_over=True)
            place.file = [*found, 0]
        pk, key, done = place.file
        try:
            stream = store().open(key, done)
        except FileNotFoundError:
            # Gone meanwhile, or lost before: the archive says how many.
            place.counts[MISSING] = place.counts.get(MISSING, 0) + 1
            return self._over(archive, place)
        with closing(stream):
            if archive.opened is None:
                archive.begin(path_of_file(self.entry, pk, self.column, key), compressed=False)
            while archive.waiting_bytes < making.part_bytes:
                piece = stream.read(PIECE)
                if not piece:
                    return self._over(archive, place)
                archive.write(piece)
                place.file[2] += len(piece)
        return Wrote(0, is_over=False)

    def _over(self, archive: Archive, place: Place) -> Wrote:
        if archive.opened is not None:
            archive.end()
            place.counts[self.key] = place.counts.get(self.key, 0) + 1
        if place.file is not None:
            place.after, place.file = place.file[0], None
        return Wrote(1, is_over=False)

    def _rows(self) -> Any:
        return self.entry.rows().exclude(**{self.column: ""})


@dataclass(frozen=True)
class Contents:
    """The page to begin with, and how all pages look."""

    key: str = "contents"

    def total(self, making: Making) -> int:
        return 0

    def write(self, archive: Archive, place: Place, making: Making) -> Wrote:
        with making.reading():
            context = {
                "organisation": Organisation.objects.get(pk=making.organisation_id),
                "asked_at": making.asked_at,
                "language": making.language,
                "chapters": [
                    (each.title, place.counts.get(f"pages:{each.key}", 0), each.key, place.pages.get(each.key, 0))
                    for each in chapters()
                ],
                "data": [
                    (each.entry.label, place.counts.get(each.key, 0)) for each in sections() if isinstance(each, Rows)
                ],
                "files": sum(count for key, count in place.counts.items() if key.startswith("files:")),
                "missing": place.counts.get(MISSING, 0),
            }
            archive.add("index.html", render_to_string("privacy/export/index.html", context).encode())
        archive.add("style.css", Path(str(finders.find("privacy/css/export.css"))).read_bytes())
        return Wrote(0, is_over=True)


def page_name(number: int) -> str:
    return f"{number:04d}.html"


def sections() -> list[Section]:
    """Return everything that an archive has, in the order in which it is written."""
    exported = sorted((entry for entry in registry() if entry.is_exported), key=lambda entry: entry.label)
    organisation = next(entry for entry in registry() if entry.model is Organisation)
    files = [Files(entry, column) for entry in exported if entry.personal for column in entry.personal.files]
    return [
        *(Rows(entry) for entry in [organisation, *exported]),
        *(Pages(chapter) for chapter in chapters()),
        *files,
        Contents(),
    ]
