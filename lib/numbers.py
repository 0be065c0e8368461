"""Numbers that strangers send."""

#: What fits PostgreSQL's bigint whatever its digits are, and is never long work for int().
_LONGEST = 18


def number_in(text: str) -> int | None:
    """Return the whole number that a text is, such as an id in a form or an address; None when it is none of ours."""
    return int(text) if text.isdecimal() and len(text) <= _LONGEST else None
