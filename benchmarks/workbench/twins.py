"""The sandbox as a process of its own, told to accept whatever it is sent as fast as it can."""

import contextlib
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests

from launch import environment
from launch.child import before_exec
from launch.place import ROOT, free_port

_BIN = ROOT / ".venv/bin"


@dataclass
class Sandbox:
    """A running sandbox."""

    address: str
    process: subprocess.Popen[bytes]

    def ask(self, path: str, **params: Any) -> Any:
        return requests.get(f"{self.address}/_control/{path}", params=params, timeout=30).json()

    def tell(self, path: str, **body: Any) -> Any:
        answer = requests.post(f"{self.address}/_control/{path}", json=body, timeout=60)
        answer.raise_for_status()
        return answer.json()

    def forget_faults(self) -> None:
        requests.delete(f"{self.address}/_control/faults", timeout=30).raise_for_status()

    def published(self) -> Mapping[str, Any]:
        """Return what the twins really published: count, and by text."""
        found: Mapping[str, Any] = self.ask("published", posts=0)
        return found


@contextlib.contextmanager
def twins(folder: Path) -> Iterator[Sandbox]:
    """Start the sandbox with its state in a folder, without rate limits, and end it afterwards."""
    port = free_port()
    with (folder / "sandbox.log").open("wb") as log:
        process = subprocess.Popen(
            [_BIN / "python", "-m", "sandbox", "--port", str(port), "--state", str(folder / "sandbox")],
            cwd=ROOT,
            env=environment.for_child({}),
            stdout=log,
            stderr=log,
            preexec_fn=before_exec(on_parents_death=signal.SIGKILL),
        )
    sandbox = Sandbox(f"http://127.0.0.1:{port}", process)
    try:
        _wait_for(sandbox)
        sandbox.tell("settings", rate_limits=False, duplicate_protection=False, credits=None)
        yield sandbox
    finally:
        process.kill()
        process.wait()


def _wait_for(sandbox: Sandbox) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        with contextlib.suppress(requests.ConnectionError):
            sandbox.ask("health")
            return
        time.sleep(0.05)
    raise TimeoutError("the sandbox did not start")
