"""The folder a product keeps on one machine (`var/`): data, logs, secrets, ports, and the lock that says it runs."""

import contextlib
import fcntl
import json
import os
import secrets
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent


class AlreadyRunning(Exception):
    """Another supervisor holds the folder; the message says where it answers."""


class PortTaken(Exception):
    """A port is in use; the message names it and the variable that changes it."""


@dataclass(frozen=True)
class Place:
    """One product's folder. Everything in it but logs is private to whoever runs it."""

    folder: Path

    @classmethod
    def open(cls, folder: Path) -> "Place":
        """Make the folder where it is absent. PostgreSQL, if another user, passes through but cannot list."""
        folder.mkdir(mode=0o711, parents=True, exist_ok=True)
        (folder / "log").mkdir(mode=0o700, exist_ok=True)
        return cls(folder.resolve())

    @contextlib.contextmanager
    def held(self) -> Iterator[None]:
        """Hold the folder for as long as we live: the kernel lets go of the lock even after a SIGKILL."""
        with (self.folder / "lock").open("a") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise AlreadyRunning(self._who_runs()) from error
            try:
                yield
            finally:
                (self.folder / "run.json").unlink(missing_ok=True)

    def _who_runs(self) -> str:
        try:
            run = json.loads((self.folder / "run.json").read_text())
        except (FileNotFoundError, json.JSONDecodeError):
            return "Portevoix is already starting from this folder. Ctrl-C in its terminal stops it."
        return f"Portevoix is already running at {run['web']} (process {run['pid']}). Ctrl-C in its terminal stops it."

    def announce(self, *, web: str, environment: dict[str, str]) -> None:
        """Tell other programs of this machine (a second `make up`, tests, benchmarks) what runs and how to reach it."""
        self._write("run.json", {"pid": os.getpid(), "web": web, "environment": environment})

    def secret(self, name: str) -> str:
        """Return a secret of this installation, made at first use: 64 hexadecimal digits."""
        kept = self._read("secrets.json")
        if name not in kept:
            kept[name] = secrets.token_hex(32)
            self._write("secrets.json", kept)
        return str(kept[name])

    def port(self, name: str) -> int:
        """Return the port an embedded server of ours had last time, or a new one when another program has it now."""
        kept = self._read("ports.json")
        if not is_free(int(kept.get(name, 0))):
            kept[name] = free_port()
            self._write("ports.json", kept)
        return int(kept[name])

    def _read(self, name: str) -> dict[str, Any]:
        path = self.folder / name
        return dict(json.loads(path.read_text())) if path.exists() else {}

    def _write(self, name: str, value: dict[str, Any]) -> None:
        write_private(self.folder / name, json.dumps(value, indent=1))


def write_private(path: Path, text: str) -> None:
    """Write the file whole or not at all, and never readable by others, not even for an instant."""
    partial = path.with_name(f"{path.name}.{os.getpid()}")
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
    partial.replace(path)


def free_port() -> int:
    """Return a port of 127.0.0.1 that nobody had a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def is_free(port: int) -> bool:
    """Whether one of our programs could listen on the port now; 0 is nobody's."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return port != 0


def require_free(port: int, *, variable: str) -> None:
    if not is_free(port):
        raise PortTaken(
            f"Port {port} of 127.0.0.1 is taken by another program. "
            f"Stop that one, or choose another port: {variable}={free_port()} make up"
        )
