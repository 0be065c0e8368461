"""The local twins as a process of their own, and what tests ask of them."""

import contextlib
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlsplit

import requests

from tests.integrations.networks.stage import Out

START_WITHIN_SECONDS = 20


@dataclass(frozen=True)
class Sandbox:
    """A running sandbox at ``origin``."""

    origin: str
    session: requests.Session = field(default_factory=requests.Session, compare=False)

    def base(self, host: str) -> str:
        """Return where a real host's calls are served."""
        return f"{self.origin}/{host}"

    def control(self, path: str, **body: object) -> dict[str, Any]:
        """Tell the sandbox itself something."""
        answer = self.session.post(f"{self.origin}/_control/{path}", json=body, timeout=10)
        assert answer.ok, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def forget(self, path: str) -> None:
        """Have the sandbox itself forget its faults, or its calls."""
        answer = self.session.delete(f"{self.origin}/_control/{path}", timeout=10)
        assert answer.ok, answer.text

    def ask(self, path: str, **query: str) -> dict[str, Any]:
        """Ask the sandbox itself something."""
        answer = self.session.get(f"{self.origin}/_control/{path}", params=query, timeout=10)
        assert answer.ok, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def consent(self, address: str, **choice: str | list[str]) -> str:
        """Click through a consent page; return the code that came back."""
        answer = requests.post(address, data={"decision": "accept", **choice}, timeout=10, allow_redirects=False)
        assert answer.status_code in {302, 303}, answer.text
        return parse_qs(urlsplit(answer.headers["Location"]).query)["code"][0]

    def out(self, network: str, account: str) -> list[Out]:
        """Return what stands on an account's wall now."""
        posts = self.ask("published", network=network, account=account)["posts"]
        return [
            Out(network_id=each["id"], text=each["text"], media=each["media"]) for each in posts if not each["deleted"]
        ]

    def calls(self, operation: str) -> list[dict[str, Any]]:
        """Return the calls of one operation, as the twin saw them."""
        found: list[dict[str, Any]] = self.ask("calls", operation=operation)["calls"]
        return found

    def alt_texts(self, network: str, account: str) -> list[str]:
        """Return the descriptions of the pictures on a wall, as a browser gets them."""
        page = requests.get(f"{self.origin}/walls/{network}/{account}/posts", timeout=10).text
        return [unescape(each) for each in re.findall(r'<img[^>]*\balt="([^"]+)"', page)]

    def reset(self) -> None:
        self.control("reset")


@contextlib.contextmanager
def running_sandbox() -> Iterator[Sandbox]:
    """Start the twins on a free port, in memory only; stop them at the end."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-W", "ignore", "-m", "sandbox", "--port", str(port)]
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    try:
        sandbox = Sandbox(f"http://127.0.0.1:{port}")
        _wait(sandbox, process)
        yield sandbox
    finally:
        process.terminate()
        process.wait(timeout=10)


def _wait(sandbox: Sandbox, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + START_WITHIN_SECONDS
    while time.monotonic() < end:
        assert process.poll() is None, "the sandbox ended while it was starting"
        with contextlib.suppress(requests.ConnectionError):
            if requests.get(f"{sandbox.origin}/_control/health", timeout=1).ok:
                return
        time.sleep(0.05)
    raise AssertionError(f"the sandbox did not answer within {START_WITHIN_SECONDS} s")
