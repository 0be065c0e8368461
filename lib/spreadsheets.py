"""Comma-separated values as spreadsheets open them without harm."""

import csv
from collections.abc import Iterable, Sequence
from io import StringIO

#: Spreadsheets take a file for UTF-8 only by this mark at its beginning.
MARK = "\ufeff"


def as_csv(rows: Iterable[Sequence[str]]) -> str:
    lines = StringIO()
    csv.writer(lines).writerows(rows)
    return lines.getvalue()


def harmless(field: str) -> str:
    """Keep spreadsheets from taking what people wrote for a formula."""
    return f"'{field}" if field[:1] in ("=", "+", "-", "@", "\t", "\r") else field
