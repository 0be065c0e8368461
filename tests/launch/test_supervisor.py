import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from launch.program import Ended, Program, Stage
from launch.supervisor import Supervisor

PATH = {"PATH": os.environ["PATH"]}


class Lines:
    def __init__(self) -> None:
        self.seen: list[tuple[str, str]] = []

    def __call__(self, name: str, text: str) -> None:
        self.seen.append((name, text))

    async def shows(self, name: str, text: str) -> None:
        await until(lambda: (name, text) in self.seen)


def shell(
    name: str,
    script: str,
    *,
    stage: Stage = Stage.PRODUCT,
    restarts: bool = False,
    stops: Sequence[tuple[signal.Signals, float]] = ((signal.SIGTERM, 5),),
    ready: Callable[[], bool] | None = None,
) -> Program:
    return Program(
        name=name,
        command=["/bin/sh", "-c", script],
        stage=stage,
        environment=PATH,
        restarts=restarts,
        stops=stops,
        ready=ready,
        ready_within_seconds=5,
    )


async def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline, "it did not happen within 10 s"
        await asyncio.sleep(0.01)


def lives(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


async def test_lines_appear_under_their_programs_name() -> None:
    lines = Lines()
    supervisor = Supervisor(lines)

    await supervisor.start(shell("talker", "echo one; echo two >&2; printf three; sleep 30"))
    await lines.shows("talker", "two")
    await supervisor.stop()

    assert lines.seen == [("talker", "one"), ("talker", "two")]


async def test_a_line_without_end_does_not_stop_the_program() -> None:
    lines = Lines()
    supervisor = Supervisor(lines)

    await supervisor.start(shell("flood", "head -c 1000000 /dev/zero | tr '\\0' x; echo; echo done; sleep 30"))
    await lines.shows("flood", "done")
    await supervisor.stop()

    assert sum(text.count("x") for _, text in lines.seen) == 1_000_000


async def test_a_command_that_fails_says_what_it_printed() -> None:
    supervisor = Supervisor(Lines())

    assert await supervisor.run(shell("migrate", "echo fine")) == "fine"
    with pytest.raises(Ended, match="no such table\nmigrate failed \\(status 3\\)"):
        await supervisor.run(shell("migrate", "echo no such table; exit 3"))


async def test_it_waits_until_a_program_is_ready(tmp_path: Path) -> None:
    supervisor = Supervisor(Lines())
    flag = tmp_path / "ready"

    await supervisor.start(shell("slow", f"sleep 0.3; touch {flag}; sleep 30", ready=flag.exists))

    assert flag.exists()
    await supervisor.stop()


async def test_a_program_that_ends_before_it_is_ready_is_an_error() -> None:
    supervisor = Supervisor(Lines())

    with pytest.raises(Ended, match="web ended before it was ready \\(status 1\\)"):
        await supervisor.start(shell("web", "exit 1", ready=lambda: False))


async def test_a_worker_that_is_killed_starts_again() -> None:
    lines = Lines()
    supervisor = Supervisor(lines)
    await supervisor.start(shell("worker", "echo $$; exec sleep 30", restarts=True))
    await until(lambda: len(lines.seen) == 1)

    os.kill(int(lines.seen[0][1]), signal.SIGKILL)

    await lines.shows("worker", "ended (SIGKILL); starts again in 1 s")
    await until(lambda: len(lines.seen) == 3)
    assert lives(int(lines.seen[2][1]))
    await supervisor.stop()
    assert not lives(int(lines.seen[2][1]))


async def test_a_server_that_ends_is_a_failure_of_the_whole() -> None:
    supervisor = Supervisor(Lines())
    await supervisor.start(shell("postgres", "sleep 0.1; exit 2", stage=Stage.SERVERS))

    with pytest.raises(Ended, match="postgres ended \\(status 2\\)"):
        await asyncio.wait_for(supervisor.until_failure(), 5)
    await supervisor.stop()


async def test_the_product_stops_before_what_it_needs(tmp_path: Path) -> None:
    lines = Lines()
    supervisor = Supervisor(lines)
    script = "trap 'sleep 0.2; echo stopped; exit' TERM; echo up; while :; do sleep 0.02; done"
    for name, stage in (("postgres", Stage.SERVERS), ("web", Stage.PRODUCT), ("sandbox", Stage.SANDBOX)):
        await supervisor.start(shell(name, script, stage=stage))
        await lines.shows(name, "up")

    await supervisor.stop()

    assert [name for name, text in lines.seen if text == "stopped"] == ["web", "sandbox", "postgres"]


async def test_a_program_that_will_not_stop_is_told_louder_and_then_killed_with_its_children() -> None:
    lines = Lines()
    supervisor = Supervisor(lines)
    script = "trap 'echo no' TERM; trap 'echo never' QUIT; sleep 60 & echo $!; while :; do sleep 0.02; done"
    # Long enough for a loaded machine to answer before the next signal; the last one cannot be refused.
    stops = ((signal.SIGTERM, 2), (signal.SIGQUIT, 2))
    await supervisor.start(shell("stubborn", script, stops=stops))
    await until(lambda: len(lines.seen) == 1)
    grandchild = int(lines.seen[0][1])

    await supervisor.stop()

    assert [text for _, text in lines.seen[1:]] == ["no", "never"]
    await until(lambda: not lives(grandchild))


def test_nothing_outlives_a_killed_supervisor(tmp_path: Path) -> None:
    script = f"""
import asyncio
from tests.launch.test_supervisor import shell
from launch.supervisor import Supervisor

async def main():
    supervisor = Supervisor(lambda name, text: None)
    await supervisor.start(shell("a", "echo $$ > {tmp_path}/a; trap '' TERM INT HUP; while :; do sleep 0.1; done"))
    await supervisor.start(shell("b", "echo $$ > {tmp_path}/b; exec sleep 60"))
    await supervisor.until_failure()

asyncio.run(main())
"""
    supervisor = subprocess.Popen([sys.executable, "-c", script])
    files = [tmp_path / "a", tmp_path / "b"]
    asyncio.run(until(lambda: all(file.exists() and file.read_text() for file in files)))
    children = [int(file.read_text()) for file in files]
    assert all(map(lives, children))

    supervisor.kill()
    supervisor.wait()

    asyncio.run(until(lambda: not any(map(lives, children))))
