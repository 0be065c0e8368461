"""`make up`: everything on this machine, in the foreground, until Ctrl-C."""

import asyncio
import contextlib
import os
import signal
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from launch import environment, processes
from launch.place import Place, require_free, write_private
from launch.program import Ended
from launch.servers import Addresses, Postgres, Redis, prepare_database
from launch.supervisor import Supervisor

_COLOURS = ("36", "35", "34", "33", "32", "96", "95", "94")


@dataclass(frozen=True, kw_only=True)
class Options:
    """What a person may choose on the command line or in the environment."""

    folder: Path
    port: int
    sandbox_port: int
    sandbox: bool = True
    demo: bool = True

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def sandbox_address(self) -> str:
        return f"http://127.0.0.1:{self.sandbox_port}"


class Terminal:
    """Shows each program's lines under its name, and our own without one."""

    def __init__(self) -> None:
        self._colours: dict[str, str] = {}
        self._began = time.monotonic()

    def line(self, name: str, text: str) -> None:
        label = f"{name:>8} │"
        if sys.stdout.isatty():
            colour = self._colours.setdefault(name, _COLOURS[len(self._colours) % len(_COLOURS)])
            label = f"\033[{colour}m{label}\033[0m"
        self._print(f"{label} {text}")

    def step(self, text: str) -> None:
        self._print(f"{time.monotonic() - self._began:6.1f} s  {text}")

    def _print(self, text: str) -> None:
        # A terminal that was closed must not keep us from stopping in order.
        with contextlib.suppress(OSError):
            print(text, flush=True)


async def up(options: Options) -> int:
    """Run the product until a signal or a failure; return the exit status."""
    place = Place.open(options.folder)
    with place.held():
        require_free(options.port, variable="PORT")
        if options.sandbox:
            require_free(options.sandbox_port, variable="SANDBOX_PORT")
        terminal = Terminal()
        supervisor = Supervisor(terminal.line)
        with _interruptions(supervisor, terminal) as interrupted:
            running = asyncio.create_task(_run(options, place, supervisor, terminal))
            await asyncio.wait({running, asyncio.create_task(interrupted.wait())}, return_when=asyncio.FIRST_COMPLETED)
            failure = running.exception() if running.done() else None
            running.cancel()
            await supervisor.stop()
        if failure is not None:
            if not isinstance(failure, Ended):
                raise failure
            print(f"\n{failure}", file=sys.stderr)
            return 1
        terminal.step("Everything has stopped.")
        return 0


@contextlib.contextmanager
def _interruptions(supervisor: Supervisor, terminal: Terminal) -> Iterator[asyncio.Event]:
    """Turn the first signal into a stop in order, and the second into an end at once."""
    interrupted = asyncio.Event()

    def interrupt() -> None:
        if interrupted.is_set():
            supervisor.kill()
        else:
            terminal.step("Stopping (once more ends everything at once)")
            interrupted.set()

    loop = asyncio.get_running_loop()
    signals = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    for number in signals:
        loop.add_signal_handler(number, interrupt)
    yield interrupted
    for number in signals:
        loop.remove_signal_handler(number)


async def _run(options: Options, place: Place, supervisor: Supervisor, terminal: Terminal) -> None:
    servers = await _servers(place, supervisor, terminal)
    settings = {"VAR_DIR": str(place.folder), **servers.environment()}
    defaults = environment.product(place, port=options.port)
    before = []
    if options.sandbox:
        defaults |= environment.sandbox(options.sandbox_address)
        twins = processes.sandbox(
            port=options.sandbox_port,
            state=place.folder / "sandbox",
            product=f"http://127.0.0.1:{options.port}",
        )
        before.append(supervisor.start(twins))
    child = environment.for_child(settings, defaults=defaults)
    await asyncio.gather(
        supervisor.run(processes.manage("migrate", "--verbosity", "0", settings=child)),
        *before,
    )
    terminal.step("The database is migrated" + f"; the twins answer at {options.sandbox_address}" * options.sandbox)
    sign_ins = await _demo(place, supervisor, terminal, child) if options.demo else ""

    # The owner's way into the database is for migrations only.
    child.pop("DATABASE_OWNER_URL")
    # The page first: five processes that start at once on two cores would all be late.
    await supervisor.start(processes.web(port=options.port, settings=child))
    beat = processes.beat(schedule=place.folder / "beat", settings=child)
    for program in (*processes.workers(child), beat, processes.watch(child)):
        await supervisor.start(program)
    place.announce(web=options.address, environment=defaults | settings)
    terminal.step(f"Portevoix runs at {options.address}  (Ctrl-C stops everything)\n{sign_ins}")
    await supervisor.until_failure()


async def _servers(place: Place, supervisor: Supervisor, terminal: Terminal) -> Addresses:
    """Start the embedded servers, but those that the environment names."""
    database_url, owner_url = _given_database() or await _postgres(place, supervisor, terminal)
    redis_url = os.environ.get("REDIS_URL") or await _redis(place, supervisor, terminal)
    return Addresses(database_url=database_url, database_owner_url=owner_url, redis_url=redis_url)


def _given_database() -> tuple[str, str] | None:
    app, owner = os.environ.get("DATABASE_URL"), os.environ.get("DATABASE_OWNER_URL")
    if bool(app) != bool(owner):
        raise Ended("Of DATABASE_URL and DATABASE_OWNER_URL one is set; set both, or none for the embedded PostgreSQL.")
    return (app, owner) if app and owner else None


async def _postgres(place: Place, supervisor: Supervisor, terminal: Terminal) -> tuple[str, str]:
    server = Postgres(folder=place.folder, port=place.port("postgres"), password=place.secret("postgres"))
    if not server.data.exists():
        terminal.step("Creating a PostgreSQL cluster (first run)")
    await asyncio.to_thread(server.create)
    await supervisor.start(server.program(place.folder / "log/postgres.log"))
    passwords = {"owner_password": place.secret("portevoix_owner"), "app_password": place.secret("portevoix")}
    addresses = await asyncio.to_thread(prepare_database, server, **passwords)
    terminal.step(f"PostgreSQL answers on port {server.port}")
    return addresses


async def _redis(place: Place, supervisor: Supervisor, terminal: Terminal) -> str:
    server = Redis(folder=place.folder, port=place.port("redis"), password=place.secret("redis"))
    await supervisor.start(server.program(place.folder / "log/redis.log"))
    terminal.step(f"Redis answers on port {server.port}")
    return server.address()


async def _demo(place: Place, supervisor: Supervisor, terminal: Terminal, child: dict[str, str]) -> str:
    """Fill an empty product once, and return how to sign in, which later starts show again."""
    kept = place.folder / "demo.txt"
    if not kept.exists():
        terminal.step("Making demonstration data (first run)")
        write_private(kept, await supervisor.run(processes.manage("demo", settings=child)))
    return kept.read_text()
