"""The whole product under its own supervisor, on free ports, in a folder of its own: for tests and benchmarks."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from launch.child import before_exec
from launch.place import ROOT, free_port
from launch.program import Ended

#: What a supervisor takes over from whoever tests it. Addresses and secrets of the tests' own servers stay behind.
_KEPT = ("PATH", "HOME", "LANG", "TMPDIR")


@dataclass(frozen=True, kw_only=True)
class Stack:
    """Where a running product answers, what its processes were told, and the supervisor's process."""

    web: str
    sandbox: str
    folder: Path
    environment: Mapping[str, str]
    supervisor: subprocess.Popen[bytes]

    def output(self) -> str:
        """Return everything that all processes have written so far."""
        return (self.folder / "up.log").read_text(errors="replace")


def clean_environment(**more: str) -> dict[str, str]:
    """Return the environment of somebody who set nothing but these."""
    return {name: os.environ[name] for name in _KEPT if name in os.environ} | more


@contextlib.contextmanager
def running_stack(
    *, demo: bool = False, settings: Mapping[str, str] | None = None, within_seconds: float = 120
) -> Iterator[Stack]:
    """Run `python -m launch up` until the block ends. `settings` are variables a person would have set."""
    with tempfile.TemporaryDirectory(prefix="portevoix-stack-") as name:
        folder = Path(name)
        # PostgreSQL may run as another user, who must pass through.
        folder.chmod(0o711)
        stack = start(folder, demo=demo, settings=settings or {}, within_seconds=within_seconds)
        try:
            yield stack
        finally:
            stop(stack.supervisor)


def start(folder: Path, *, demo: bool, settings: Mapping[str, str], within_seconds: float) -> Stack:
    """Start it on free ports and return once it answers."""
    port, sandbox_port = free_port(), free_port()
    command = [sys.executable, "-m", "launch", "up", "--folder", str(folder), "--demo" if demo else "--no-demo"]
    with (folder / "up.log").open("wb") as log:
        supervisor = subprocess.Popen(
            [*command, "--port", str(port), "--sandbox-port", str(sandbox_port)],
            cwd=ROOT,
            env=clean_environment(**settings),
            stdout=log,
            stderr=log,
            preexec_fn=before_exec(on_parents_death=signal.SIGTERM),
        )
    try:
        _wait_until_announced(folder, supervisor, within_seconds)
    except BaseException:
        stop(supervisor)
        raise
    return Stack(
        web=f"http://127.0.0.1:{port}",
        sandbox=f"http://127.0.0.1:{sandbox_port}",
        folder=folder,
        environment=json.loads((folder / "run.json").read_text())["environment"],
        supervisor=supervisor,
    )


def stop(supervisor: subprocess.Popen[bytes]) -> None:
    """Stop it as Ctrl-C does, and the hard way when that takes too long."""
    supervisor.send_signal(signal.SIGINT)
    try:
        supervisor.wait(timeout=40)
    except subprocess.TimeoutExpired:
        supervisor.kill()
        supervisor.wait()


def _wait_until_announced(folder: Path, supervisor: subprocess.Popen[bytes], seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not (folder / "run.json").exists():
        if supervisor.poll() is not None or time.monotonic() > deadline:
            raise Ended(f"The product did not start:\n{(folder / 'up.log').read_text(errors='replace')}")
        time.sleep(0.05)
