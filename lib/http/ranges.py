"""Which part of a file a request asks for (RFC 9110, section 14)."""

import re

_ONE_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})\Z")


def part_asked(asked: str, size_bytes: int) -> tuple[int, int] | None:
    """Return where the answer to a `Range` begins and ends (exclusive); None where nothing of it is there: 416.

    Of several ranges, of one that cannot be read and of none, all is meant: section 14.2 allows it.
    """
    found = _ONE_RANGE.match(asked.strip())
    if not found or found.groups() == ("", ""):
        return 0, size_bytes
    first, last = found.groups()
    start = int(first) if first else max(0, size_bytes - int(last))
    end = min(size_bytes, int(last) + 1) if first and last else size_bytes
    if start >= size_bytes or start >= end:
        return None
    return start, end
