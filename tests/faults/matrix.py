"""The fault matrix: every call of every network, each operation that answers it, every trouble; what each comes to.

Data only: the tests play it, ``python -m tests.faults`` prints it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from tests.faults.answers import ANSWERS
from tests.faults.linkedin import LINKEDIN
from tests.faults.loops import LOOPS
from tests.faults.operations import BESIDE, PUBLISHING
from tests.faults.publishing import TABLE
from tests.faults.rows import Row, Rows, pick
from tests.faults.troubles import TROUBLES
from tests.faults.youtube import YOUTUBE

#: The way to a post. Networks with a table of their own, then the table of all others.
TABLES: Mapping[str, Mapping[str, Rows]] = {"linkedin": LINKEDIN, "youtube": YOUTUBE}


@dataclass(frozen=True)
class Cell:
    """One trouble in one operation that one call of one network makes."""

    network: str
    call: str
    operation: str
    trouble: str

    def __str__(self) -> str:
        return f"{self.network}-{self.call}-{self.operation}-{self.trouble}"


def cells(calls: Mapping[str, Mapping[str, Sequence[str]]]) -> Iterator[Cell]:
    """Yield each cell of these calls."""
    for network, made in calls.items():
        for call, operations in made.items():
            for operation in operations:
                for trouble in troubles(operation, operations):
                    yield Cell(network, call, operation, trouble)


def troubles(operation: str, operations: Sequence[str]) -> Iterator[str]:
    """Yield what can strike an operation: a cable that is pulled knows none, and so strikes the first."""
    for trouble in TROUBLES:
        if trouble != "unreachable" or operation == operations[0]:
            yield trouble


def end_of(cell: Cell) -> Row:
    """Return what a cell comes to."""
    if cell.call in PUBLISHING[cell.network]:
        rows = TABLES.get(cell.network, TABLE)[cell.call]
        return pick(rows, cell.trouble, network=cell.network, operation=cell.operation)
    _, _, reason = answer_of(cell).partition(": ")
    at_once, end = LOOPS[cell.call][kind_of(cell)]
    return Row(at_once, reason, end)


def kind_of(cell: Cell) -> str:
    """Return the kind of error as our loops tell it apart: a refresh is refused where the access was taken back."""
    kind, _, _ = answer_of(cell).partition(": ")
    return kind.replace("refresh first", "refresh refused") if cell.trouble == "revoked_token" else kind


def answer_of(cell: Cell) -> str:
    """Return what the caller is told: ``done``, or the kind of error and the key of its sentence."""
    return pick(ANSWERS[cell.call], cell.trouble, network=cell.network, operation=cell.operation)


def all_cells() -> Iterator[Cell]:
    yield from cells(PUBLISHING)
    yield from cells(BESIDE)
