"""Addresses: ours of many rows, since a list asks for hundreds and `reverse` is as slow as a row; others' to keep."""

from functools import lru_cache

from django.urls import get_script_prefix, get_urlconf, reverse

_PLACE = 987654321098765  # no row has it


def address_of(route: str, slug: str, number: int) -> str:
    """Return what `reverse` would for a page of an organisation about one thing with a number."""
    before, after = _around(route, slug, get_urlconf(), get_script_prefix())
    return f"{before}{number}{after}"


def web_address(address: str, most: int) -> str:
    """Return another's address as it may be kept and shown; one that is no web address, or too long, is of no use."""
    return address if address.startswith(("https://", "http://")) and len(address) <= most else ""


@lru_cache(maxsize=4096)
def _around(route: str, slug: str, urlconf: str | None, _prefix: str) -> tuple[str, str]:
    before, _place, after = reverse(route, urlconf=urlconf, args=[slug, _PLACE]).rpartition(str(_PLACE))
    return before, after
