"""Whom a note names: colleagues written with an @ before their name."""

import re
from collections.abc import Iterable

from accounts.models import User


def mentioned_in(text: str, colleagues: Iterable[User]) -> list[User]:
    """Return those named by their whole name, or by a first name that only one of them has."""
    everybody = list(colleagues)
    first_names = [_first(one) for one in everybody]
    return [
        one
        for one in everybody
        if _names(text, str(one)) or (first_names.count(_first(one)) == 1 and _names(text, _first(one)))
    ]


def _first(user: User) -> str:
    return str(user).split("@", 1)[0].split(" ", 1)[0].casefold()


def _names(text: str, name: str) -> bool:
    return bool(name) and re.search(rf"@{re.escape(name.casefold())}(?!\w)", text.casefold()) is not None
