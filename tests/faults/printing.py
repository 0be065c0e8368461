"""The fault matrix as a person reads it: what each trouble comes to in each operation, alike ones together."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from textwrap import wrap

from tests.faults.arrivals import ARRIVALS, DISTURBANCES
from tests.faults.matrix import all_cells, end_of
from tests.faults.operations import NOT_STRUCK
from tests.faults.rows import Row

_TROUBLES_WIDTH = 44
HEAD = ("trouble", "at once", "told by", "in the end")


@dataclass(frozen=True)
class Place:
    """One operation that one call of one network makes."""

    network: str
    call: str
    operation: str

    def is_asked_for(self, words: Collection[str]) -> bool:
        """Whether every word is its network, its call, or the beginning of its operation."""
        return all(word in {self.network, self.call} or self.operation.startswith(word) for word in words)


def ends(words: Collection[str]) -> dict[Place, dict[Row, list[str]]]:
    """Return the troubles of each place by what they come to."""
    found: dict[Place, dict[Row, list[str]]] = {}
    for cell in all_cells():
        place = Place(cell.network, cell.call, cell.operation)
        if place.is_asked_for(words):
            found.setdefault(place, {}).setdefault(end_of(cell), []).append(cell.trouble)
    return found


def as_text(found: Mapping[Place, Mapping[Row, list[str]]], sentences: Mapping[str, str]) -> Iterator[str]:
    """Yield lines for a terminal."""
    rows = {place: list(_lines(each)) for place, each in found.items()}
    every = [HEAD, *(line for lines in rows.values() for line in lines)]
    widths = [max(len(line[at]) for line in every) for at in range(4)]
    before: tuple[str, ...] = ()
    for place, lines in rows.items():
        if before[:1] != (place.network,):
            yield from ("", place.network.upper().replace("_", " "), "", _line(HEAD, widths))
        if before != (place.network, place.call):
            yield from ("", place.call)
        before = (place.network, place.call)
        yield f"  {place.operation}"
        yield from (_line(line, widths) for line in lines)
    yield from ("", "TOLD BY", "")
    yield from (f"  {key}: {sentences[key]}" for key in _keys(found))
    yield from ("", _sum(found))


def as_markdown(found: Mapping[Place, Mapping[Row, list[str]]], sentences: Mapping[str, str]) -> Iterator[str]:
    """Yield the same as a page of Markdown."""
    network = ""
    for place, each in found.items():
        if place.network != network:
            network = place.network
            titles = " | ".join(("call", "operation", *HEAD))
            yield from ("", f"## {network}", "", f"| {titles} |", "|---|---|---|---|---|---|")
        for row, troubles in each.items():
            yield f"| {' | '.join((place.call, place.operation, *_columns(row, troubles)))} |"
    yield from ("", "## Told by", "", *(f"- `{key}`: {sentences[key]}" for key in _keys(found)))
    yield from ("", _sum(found))


def beside(*, markdown: bool) -> Iterator[str]:
    """Yield what the inbox comes to when webhooks are disturbed, and which operations no cell strikes."""
    mark = "- " if markdown else "  "
    yield from ("", "## Webhooks" if markdown else "WEBHOOKS", "")
    for disturbance, what in DISTURBANCES.items():
        ends = {network: ends[disturbance] for network, ends in ARRIVALS.items() if disturbance in ends}
        told = ", ".join(f"{end} ({', '.join(names)})" for end, names in _by_end(ends).items())
        yield f"{mark}{disturbance} ({what}): {told}"
    yield from ("", "## Struck by no cell" if markdown else "STRUCK BY NO CELL", "")
    yield from (f"{mark}{operation}: {why}" for operation, why in NOT_STRUCK.items())


def _by_end(ends: Mapping[str, str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for network, end in ends.items():
        found.setdefault(end, []).append(network)
    return found


def _lines(each: Mapping[Row, list[str]]) -> Iterator[tuple[str, ...]]:
    for row, troubles in each.items():
        names, *columns = _columns(row, troubles)
        first, *more = wrap(names, _TROUBLES_WIDTH)
        yield (first, *columns)
        yield from ((line, "", "", "") for line in more)


def _columns(row: Row, troubles: Iterable[str]) -> tuple[str, ...]:
    return ", ".join(troubles), row.at_once, row.reason, row.end


def _line(columns: Iterable[str], widths: Iterable[int]) -> str:
    return ("    " + "  ".join(text.ljust(width) for text, width in zip(columns, widths, strict=True))).rstrip()


def _keys(found: Mapping[Place, Mapping[Row, list[str]]]) -> list[str]:
    return sorted({row.reason for each in found.values() for row in each if row.reason})


def _sum(found: Mapping[Place, Mapping[Row, list[str]]]) -> str:
    cells = sum(len(troubles) for each in found.values() for troubles in each.values())
    return f"{cells} cells, each of which a test plays."
