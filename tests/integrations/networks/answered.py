"""Answers as networks give them, in files, read by the providers themselves.

All are written by us, after the networks' documentation and what maintained clients met: the least that shows a
shape. A file names an ``act`` of its network's table and holds ``cases``: a ``name``, the ``answers`` to the calls that
the act makes, in their order (where nothing is said the ``status`` is 200, and ``headers`` and ``body`` are empty), and
what it ``reads``: what the act returned, or the error it came to.
"""

import json
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from integrations.errors import ProviderError
from lib.http import Answer, Client

ORIGIN = "https://recorded.example"


class Recorded(Client):
    """A client that is answered from a list, whatever it asks."""

    def __init__(self, answers: Sequence[Mapping[str, Any]]) -> None:
        super().__init__([ORIGIN])
        self.answers = deque(answers)

    def call(self, method: str, address: str, **rest: Any) -> Answer:
        found = self.answers.popleft()
        body = found.get("body", "")
        return Answer(
            status=found.get("status", 200),
            headers=found.get("headers", {}),
            body=body.encode() if isinstance(body, str) else json.dumps(body).encode(),
        )


@dataclass(frozen=True, kw_only=True)
class Case:
    """One shape of an answer, and what it means."""

    file: str
    name: str
    act: str
    answers: Sequence[Mapping[str, Any]]
    reads: Any

    def outcome(self, act: Callable[[Recorded], Any]) -> Any:
        """Let the act read the answers; all of them are to be asked for."""
        http = Recorded(self.answers)
        try:
            found = act(http)
        except ProviderError as error:
            found = told(error)
        assert not http.answers, "not all of these answers were asked for"
        return found


def cases_in(folder: Path) -> list[Case]:
    """Return the cases of all files of a folder that have any."""
    return [
        Case(file=path.stem, name=each["name"], act=document["act"], answers=each["answers"], reads=each["reads"])
        for path in sorted(folder.glob("*.json"))
        if "cases" in (document := json.loads(path.read_text()))
        for each in document["cases"]
    ]


def told(error: ProviderError) -> dict[str, Any]:
    """Return what an error says, without what is usual."""
    found = {"error": error.outcome, "key": error.key, "reach": error.reach.value}
    more = {name: getattr(error, name, None) for name in ("reset_at", "look_first", "same_as", "refresh_may_help")}
    plain = {name: value.isoformat() if isinstance(value, datetime) else value for name, value in more.items()}
    return found | {name: value for name, value in plain.items() if value}
