"""Answers of a network as files, minimal and in every documented shape: given to a provider as if just sent."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from lib.http import Answer, Client


class Shelf:
    """The files beside a test."""

    def __init__(self, test: str) -> None:
        self.folder = Path(test).parent / "fixtures"

    @property
    def names(self) -> set[str]:
        return {path.stem for path in self.folder.iterdir()}

    def text(self, name: str) -> str:
        [path] = self.folder.glob(f"{name}.*")
        return path.read_text()

    def json(self, name: str) -> Any:
        return json.loads(self.text(name))


class Recorded(Client):
    """Answers a call by the end of its path, with a body or with a whole ``Answer``; others with an empty one."""

    def __init__(self, answers: Mapping[str, Any]) -> None:
        super().__init__([])
        self._answers = answers
        self.asked: list[str] = []

    def call(self, method: str, address: str, **rest: Any) -> Answer:
        path = urlsplit(address).path
        self.asked.append(path)
        found: Any = next((each for end, each in self._answers.items() if path.endswith(end)), {})
        return found if isinstance(found, Answer) else answer(200, found)


def answer(status: int, body: Any, headers: Mapping[str, str] | None = None) -> Answer:
    """Return an answer; a text stands as it is, anything else as JSON."""
    content = body if isinstance(body, str) else json.dumps(body)
    return Answer(status=status, headers=headers or {}, body=content.encode())
