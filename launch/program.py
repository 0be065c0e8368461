"""A program to run: what, for whom, when it is ready, and how it is asked to stop."""

import pwd
import signal
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from pathlib import Path
from typing import Any

from launch.child import before_exec


class Ended(Exception):
    """A program ended that should still run, or failed at what it had to do."""


class Stage(IntEnum):
    """What stops together. Later stages stop first: nobody loses what it still works with."""

    SERVERS = 0
    SANDBOX = 1
    PRODUCT = 2


@dataclass(frozen=True, kw_only=True)
class Program:
    """One program of ours. Its `stops` follow one another until it has ended; SIGKILL to its session is the last."""

    name: str
    command: Sequence[str | Path]
    stage: Stage = Stage.PRODUCT
    environment: Mapping[str, str] = field(default_factory=dict)
    folder: Path | None = None
    ready: Callable[[], bool] | None = None
    ready_within_seconds: float = 60
    restarts: bool = False
    stops: Sequence[tuple[signal.Signals, float]] = ((signal.SIGTERM, 10),)
    on_parents_death: signal.Signals = signal.SIGKILL
    account: pwd.struct_passwd | None = None
    through_closed_folders: bool = False
    log: Path | None = None

    def popen_arguments(self) -> dict[str, Any]:
        """Return what subprocess and asyncio need alike to start it. Its own session keeps a terminal's Ctrl-C away."""
        return {
            # Its name, for whoever must tell our processes apart: heartbeats, benchmarks, the pool of connections.
            "env": {**self.environment, "PORTEVOIX_PROCESS": self.name},
            "cwd": self.folder,
            "stdin": subprocess.DEVNULL,
            "start_new_session": True,
            "preexec_fn": before_exec(
                on_parents_death=self.on_parents_death,
                account=self.account,
                through_closed_folders=self.through_closed_folders,
            ),
        }

    def last_words(self) -> str:
        """Return the end of its log, for the message that says it ended."""
        if self.log is None or not self.log.exists():
            return ""
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-5:])
