"""Runs programs in order, keeps them running, and stops them in reverse order.

Nothing outlives us: each child asked the kernel for a signal at our death, however it comes (launch/child.py).
"""

import asyncio
import contextlib
import os
import signal
import time
from collections.abc import Callable
from itertools import groupby
from typing import BinaryIO

from launch.program import Ended, Program

Say = Callable[[str, str], None]

#: A program that ran this long had started well: what ends it later is a new misfortune.
_STEADY_SECONDS = 60
_LONGEST_WAIT_SECONDS = 30


class Supervisor:
    """The programs that run now. `say(name, line)` shows a line to the person at the terminal."""

    def __init__(self, say: Say) -> None:
        self._say = say
        self._children: list[_Child] = []
        self._failed: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    async def run(self, program: Program) -> str:
        """Run a program to its end and return what it printed; raise Ended when it fails."""
        printed: list[str] = []
        child = _Child(program, lambda _, line: printed.append(line))
        self._children.append(child)
        await child.spawn()
        code = await child.ended()
        self._children.remove(child)
        if code != 0:
            raise Ended("\n".join([*printed, f"{program.name} failed ({child.how_it_ended()})."]))
        return "\n".join(printed)

    async def start(self, program: Program) -> None:
        """Start a program, wait until it is ready, and keep it running from then on."""
        child = _Child(program, self._say)
        self._children.append(child)
        await child.spawn()
        await child.ready()
        child.keeper = asyncio.create_task(self._keep(child))

    async def _keep(self, child: "_Child") -> None:
        """Start it again when it ends, waiting longer each time; a server is not started again under its users."""
        wait_seconds = 1
        while True:
            started = time.monotonic()
            await child.ended()
            if not child.program.restarts:
                self._fail(Ended(f"{child.program.name} ended ({child.how_it_ended()}).\n{child.program.last_words()}"))
                return
            if time.monotonic() - started > _STEADY_SECONDS:
                wait_seconds = 1
            self._say(child.program.name, f"ended ({child.how_it_ended()}); starts again in {wait_seconds} s")
            await asyncio.sleep(wait_seconds)
            wait_seconds = min(wait_seconds * 2, _LONGEST_WAIT_SECONDS)
            await child.spawn()

    def _fail(self, error: Ended) -> None:
        if not self._failed.done():
            self._failed.set_exception(error)

    async def until_failure(self) -> None:
        """Wait for ever, or until something ended that cannot be started again."""
        await asyncio.shield(self._failed)

    async def stop(self) -> None:
        """Stop everything, the latest stage first; what is in one stage stops together."""
        for child in self._children:
            if child.keeper is not None:
                child.keeper.cancel()
        latest_first = sorted(self._children, key=lambda child: -child.program.stage)
        for _, stage in groupby(latest_first, key=lambda child: child.program.stage):
            await asyncio.gather(*(child.stop() for child in stage))

    def kill(self) -> None:
        """End everything at once."""
        for child in self._children:
            child.kill()


class _Child:
    """One program's present process."""

    def __init__(self, program: Program, say: Say) -> None:
        self.program = program
        self.keeper: asyncio.Task[None] | None = None
        self._say = say
        self._process: asyncio.subprocess.Process | None = None
        self._relay: asyncio.Task[None] | None = None

    async def spawn(self) -> None:
        program = self.program
        with contextlib.ExitStack() as stack:
            output = stack.enter_context(program.log.open("ab") if program.log else await self._relayed_pipe())
            self._process = await asyncio.create_subprocess_exec(
                *map(str, program.command), stdout=output, stderr=output, **program.popen_arguments()
            )

    async def _relayed_pipe(self) -> BinaryIO:
        """Return the end to write to. With asyncio's own pipe, wait() would wait for orphans that hold it as well."""
        ours, theirs = os.pipe()
        reader = asyncio.StreamReader()
        loop = asyncio.get_running_loop()
        await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(ours, "rb"))
        self._relay = asyncio.create_task(self._pass_on(reader))
        return os.fdopen(theirs, "wb")

    async def _pass_on(self, output: asyncio.StreamReader) -> None:
        """Show its lines under its name. A line without end is cut: a full pipe would stop the program."""
        rest = b""
        while chunk := await output.read(65536):
            *lines, rest = (rest + chunk).split(b"\n")
            if len(rest) > 65536:
                lines, rest = [*lines, rest], b""
            for line in lines:
                self._say(self.program.name, line.decode(errors="replace").rstrip())

    async def ready(self) -> None:
        """Wait until it answers; raise Ended when it ends before or takes too long."""
        program = self.program
        deadline = time.monotonic() + program.ready_within_seconds
        while program.ready is not None and not await asyncio.to_thread(program.ready):
            if self._running.returncode is not None:
                await self.ended()
                raise Ended(
                    f"{program.name} ended before it was ready ({self.how_it_ended()}).\n{program.last_words()}"
                )
            if time.monotonic() > deadline:
                waited = f"{program.ready_within_seconds:.0f} s"
                raise Ended(f"{program.name} does not answer after {waited}.\n{program.last_words()}")
            await asyncio.sleep(0.1)

    @property
    def _running(self) -> asyncio.subprocess.Process:
        if self._process is None:
            raise RuntimeError(f"{self.program.name} was not started")
        return self._process

    async def ended(self) -> int:
        """Wait for its end and for its last line, and end what it left in its session."""
        code = await self._running.wait()
        self._kill_session()
        if self._relay is not None:
            # wait(), since a cancelled await would cancel the relay for everybody else who waits.
            await asyncio.wait({self._relay})
        return code

    def how_it_ended(self) -> str:
        code = self._running.returncode
        return f"{signal.Signals(-code).name}" if code is not None and code < 0 else f"status {code}"

    async def stop(self) -> None:
        if self._process is None:
            return
        for how, seconds in self.program.stops:
            with contextlib.suppress(ProcessLookupError):
                self._process.send_signal(how)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._process.wait(), seconds)
                break
        self.kill()
        await self.ended()

    def kill(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            self._running.kill()
        self._kill_session()

    def _kill_session(self) -> None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._running.pid, signal.SIGKILL)
