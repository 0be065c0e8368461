"""How far the writing of an archive is: kept in the export's row with each part."""

from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass
class Place:
    """The next thing to write. Whoever takes the work up begins here."""

    section: str = ""  # its key; empty: the first one
    after: int = 0  # the id of the last row written
    page: int = 0  # pages written of a chapter
    file: list[Any] | None = None  # the file that is being written: id, column, bytes written
    counts: dict[str, int] = field(default_factory=dict)  # section -> rows written, as the archive's first page says
    pages: dict[str, int] = field(default_factory=dict)  # chapter -> its pages
    archive: dict[str, Any] = field(default_factory=dict)  # zipping.Archive

    @classmethod
    def of(cls, facts: dict[str, Any]) -> "Place":
        return cls(**facts)

    def facts(self) -> dict[str, Any]:
        return asdict(self)

    def go_to(self, section: str) -> None:
        self.section, self.after, self.page, self.file = section, 0, 0, None
