"""Recorded answers with many shapes to a file, each case read by a network's own client as it came.

A fixture holds a list of cases: ``what`` says which shape it is, ``answer`` is the body, beside it ``status`` (200) and
``headers`` where they matter. A body that is text is sent as it stands.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from integrations.errors import ProviderError
from lib.http import Client
from tests.integrations.networks.recorded import Recorded, answer


def cases(path: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(path.read_text())
    return found


def outcomes(path: Path, ask: Callable[[Client], Any]) -> dict[str, Any]:
    """Return what is made of each case, by its shape: a value, or the error with its key."""
    return {case["what"]: outcome(case, ask) for case in cases(path)}


def outcome(case: Mapping[str, Any], ask: Callable[[Client], Any]) -> Any:
    headers = {name: json.dumps(value) for name, value in case.get("headers", {}).items()}
    told = answer(case.get("status", 200), case["answer"], headers)
    try:
        found = ask(Recorded({"": told}))
    except ProviderError as error:
        return f"{type(error).__name__} {error.key}"
    return list(found) if isinstance(found, Iterator) else found
