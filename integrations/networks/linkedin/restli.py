"""Addresses as Rest.li 2.0 wants them: `( ) , :` of keys, lists and records bare, all that stands inside encoded.

Source: linkedin.github.io/rest.li, "Protocol versions"; built by hand, since every library escapes the structure too.
"""

from collections.abc import Iterable, Mapping
from urllib.parse import quote


def encoded(value: object) -> str:
    """Return a key or a value, a URN's colons and a comment's parentheses included."""
    return quote(str(value), safe="")


def listed(values: Iterable[object]) -> str:
    return f"List({','.join(encoded(each) for each in values)})"


def record(fields: Mapping[str, object]) -> str:
    """Return a compound key."""
    return f"({','.join(f'{name}:{encoded(value)}' for name, value in fields.items())})"


def query(**parameters: object) -> str:
    """Return a query; what is built with `listed` or `record` goes in as `raw`."""
    return "&".join(
        f"{name}={value.text if isinstance(value, Raw) else encoded(value)}" for name, value in parameters.items()
    )


class Raw:
    """A value that is encoded already."""

    def __init__(self, text: str) -> None:
        self.text = text
