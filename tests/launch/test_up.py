"""The supervisor with the real product under it, as a person meets it at a terminal."""

import contextlib
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import psutil
import pytest

from launch.place import ROOT, free_port
from launch.stack import Stack, clean_environment, start, stop

# Two whole products at once would only slow each other down.
pytestmark = pytest.mark.xdist_group("stack")


def up(folder: Path, **settings: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "launch", "up", "--folder", folder, "--no-demo"],
        cwd=ROOT,
        env=clean_environment(**settings),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_a_second_one_says_at_once_where_the_first_answers(stack: Stack) -> None:
    second = up(stack.folder)

    assert second.returncode == 1
    assert f"already running at {stack.web} (process {stack.supervisor.pid})" in second.stderr
    assert second.stdout == ""


def test_a_port_that_is_taken_is_named_before_anything_starts(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = str(server.getsockname()[1])
        web = up(tmp_path / "a", PORT=port, SANDBOX_PORT=str(free_port()))
        sandbox = up(tmp_path / "b", PORT=str(free_port()), SANDBOX_PORT=port)

    assert (web.returncode, sandbox.returncode) == (1, 1)
    assert f"Port {port} of 127.0.0.1 is taken" in web.stderr
    assert " PORT=" in web.stderr
    assert " SANDBOX_PORT=" in sandbox.stderr
    assert not (tmp_path / "a/postgres").exists()


def test_half_a_database_of_ones_own_is_refused(tmp_path: Path) -> None:
    done = up(tmp_path, DATABASE_URL="postgresql://a@127.0.0.1/b", PORT=str(free_port()), SANDBOX_PORT=str(free_port()))

    assert done.returncode == 1
    assert "Of DATABASE_URL and DATABASE_OWNER_URL one is set" in done.stderr


def our_programs(stack: Stack) -> dict[str, psutil.Process]:
    """Return the supervisor's children by name. Redis writes its title over its environment and has none."""
    found = {}
    for child in psutil.Process(stack.supervisor.pid).children():
        with contextlib.suppress(psutil.NoSuchProcess):
            found[child.environ().get("PORTEVOIX_PROCESS", child.name())] = child
    return found


def test_every_program_runs_and_none_has_the_owners_way_into_the_database(stack: Stack) -> None:
    environments = {name: process.environ() for name, process in our_programs(stack).items()}

    assert {"postgres", "sandbox", "web", "publish", "media", "inbox", "house", "slow", "beat", "watch"} < set(
        environments
    )
    assert all("DATABASE_OWNER_URL" not in environment for environment in environments.values())
    assert "SECRET_KEY" not in environments["sandbox"]


def test_it_stops_in_order_keeps_its_data_and_outlives_no_kill(tmp_path: Path) -> None:
    tmp_path.chmod(0o711)
    first = start(tmp_path, demo=False, settings={}, within_seconds=120)
    family = psutil.Process(first.supervisor.pid).children(recursive=True)
    assert len(family) > 8

    first.supervisor.send_signal(signal.SIGINT)

    assert first.supervisor.wait(timeout=30) == 0
    assert not [process for process in family if process.is_running()]
    assert "Everything has stopped." in first.output()

    secrets = (tmp_path / "secrets.json").read_text()
    second = start(tmp_path, demo=False, settings={}, within_seconds=120)
    try:
        assert (tmp_path / "secrets.json").read_text() == secrets
        with urllib.request.urlopen(f"{second.web}/accounts/login/") as answer:
            assert answer.status == 200
        family = psutil.Process(second.supervisor.pid).children(recursive=True)

        second.supervisor.kill()

        _, alive = psutil.wait_procs(family, timeout=15)
        assert alive == []
    finally:
        stop(second.supervisor)


def test_a_killed_worker_is_back_soon(stack: Stack) -> None:
    before = our_programs(stack)["house"]

    before.kill()

    deadline = time.monotonic() + 15
    while our_programs(stack).get("house", before).pid == before.pid:
        assert time.monotonic() < deadline
        time.sleep(0.1)
    assert "starts again in 1 s" in stack.output()
