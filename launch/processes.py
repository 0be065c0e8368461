"""The product's own programs on one machine: what runs, in which order it stops, how it is known to be ready."""

import signal
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from pathlib import Path

from launch import environment
from launch.place import ROOT
from launch.program import Program, Stage

_BIN = ROOT / ".venv/bin"

#: Celery workers and the queues each serves. Media have a process of their own: an upload delays no publication.
_WORKERS = {
    "publish": "publish",
    "media": "media",
    "inbox": "inbox",
    "house": "house",
    "slow": "slow",
}


def sandbox(*, port: int, state: Path, product: str) -> Program:
    """Return the twins' program; ``product`` is the address at which it finds what it plays networks for."""
    return Program(
        name="sandbox",
        command=[_BIN / "python", "-m", "sandbox", "--port", str(port), "--state", state],
        stage=Stage.SANDBOX,
        # It is a stranger: it gets none of the product's settings but an address.
        environment=environment.for_child(environment.pushes(product)),
        folder=ROOT,
        ready=_answers(f"http://127.0.0.1:{port}/_control/health"),
        restarts=True,
    )


def manage(*words: str, settings: Mapping[str, str]) -> Program:
    """Return a management command that runs to its end, under its own name."""
    return Program(
        name=words[0], command=[_BIN / "python", ROOT / "manage.py", *words], environment=settings, folder=ROOT
    )


def web(*, port: int, settings: Mapping[str, str]) -> Program:
    return Program(
        name="web",
        command=[
            *(_BIN / "uvicorn", "config.asgi:application", "--host", "127.0.0.1", "--port", str(port)),
            *("--lifespan", "off", "--no-access-log", "--log-level", "warning"),
            # An open socket or a slow download does not hold up Ctrl-C.
            *("--timeout-graceful-shutdown", "3"),
        ],
        environment=settings,
        folder=ROOT,
        # What a person opens first.
        ready=_answers(f"http://127.0.0.1:{port}/accounts/login/"),
        restarts=True,
    )


def workers(settings: Mapping[str, str]) -> list[Program]:
    """Return the Celery workers. The first signal lets running tasks end, the second interrupts them."""
    return [
        Program(
            name=name,
            command=[
                *(
                    _BIN / "celery",
                    "--quiet",
                    "--app",
                    "config.celery",
                    "worker",
                    "--queues",
                    queues,
                    "--hostname",
                    f"{name}@%h",
                ),
                *("--concurrency", "2", "--loglevel", "WARNING", "--without-gossip", "--without-mingle"),
            ],
            # A container's root is nobody's superuser: Celery's page of warning would bury what matters.
            environment={**settings, "PYTHONWARNINGS": "ignore:You're running the worker with superuser privileges"},
            folder=ROOT,
            restarts=True,
            stops=((signal.SIGTERM, 10), (signal.SIGQUIT, 5)),
        )
        for name, queues in _WORKERS.items()
    ]


def beat(*, schedule: Path, settings: Mapping[str, str]) -> Program:
    return Program(
        name="beat",
        command=[
            _BIN / "celery",
            "--quiet",
            "--app",
            "config.celery",
            "beat",
            "--loglevel",
            "WARNING",
            "--schedule",
            schedule,
        ],
        environment=settings,
        folder=ROOT,
        restarts=True,
    )


def watch(settings: Mapping[str, str]) -> Program:
    """Return the process that tells people when another one has stopped doing its work."""
    return Program(
        name="watch",
        command=[_BIN / "python", ROOT / "manage.py", "watch"],
        environment=settings,
        folder=ROOT,
        restarts=True,
    )


def _answers(address: str) -> Callable[[], bool]:
    def ready() -> bool:
        try:
            with urllib.request.urlopen(address, timeout=5):  # noqa: S310 - http, on this machine, written above
                return True
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            return False

    return ready
