"""Behind a pooler in transaction mode sessions are shared: a scope must not outlive its transaction by a single row."""

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest
from django.db import connection

from launch.place import free_port
from lib.tenancy.scope import scope
from tests.tenancy.conftest import Two

PGBOUNCER = shutil.which("pgbouncer", path=os.environ.get("PATH", "") + ":/usr/sbin")
CUSTOMERS, SERVERS, ROUNDS = 10, 2, 60

pytestmark = pytest.mark.skipif(
    PGBOUNCER is None and not os.environ.get("REQUIRE_POOLER"), reason="no pgbouncer here (apt-get install pgbouncer)"
)


@pytest.fixture
def through_a_pooler(two_committed: Two, tmp_path: Path) -> Iterator[Two]:
    """Let every new connection of this process go through two shared sessions."""
    assert PGBOUNCER is not None, "no pgbouncer here, and REQUIRE_POOLER asks for one"
    settings, port = connection.settings_dict, free_port()
    target = "host={HOST} port={PORT} dbname={NAME} user={USER} password={PASSWORD}".format(**settings)
    config = tmp_path / "pgbouncer.ini"
    config.write_text(
        f"[databases]\n{settings['NAME']} = {target}\n"
        "[pgbouncer]\nlisten_addr = 127.0.0.1\nunix_socket_dir =\nauth_type = any\npool_mode = transaction\n"
        f"listen_port = {port}\ndefault_pool_size = {SERVERS}\n" + ("user = nobody\n" if os.geteuid() == 0 else "")
    )
    config.chmod(0o644)
    process = subprocess.Popen([PGBOUNCER, "-q", config], stderr=subprocess.DEVNULL)
    original = {key: settings[key] for key in ("HOST", "PORT")}
    connection.close()
    try:
        _wait_for(port, str(settings["NAME"]), process)
        settings.update(HOST="127.0.0.1", PORT=str(port))
        yield two_committed
    finally:
        connection.close()
        settings.update(original)
        process.terminate()
        process.wait()


def _wait_for(port: int, name: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 10
    while True:
        try:
            psycopg.connect(host="127.0.0.1", port=port, dbname=name, user="portevoix").close()
        except psycopg.OperationalError:
            assert process.poll() is None, "pgbouncer ended"
            assert time.monotonic() < deadline
            time.sleep(0.05)
        else:
            return


def test_nobody_reads_another_organisations_rows(through_a_pooler: Two) -> None:
    organisations = [through_a_pooler.acme.pk, through_a_pooler.other.pk, None]

    def customer(number: int) -> list[tuple[int | None, list[int]]]:
        seen: list[tuple[int | None, list[int]]] = []
        for turn in range(ROUNDS):
            mine = organisations[(number + turn) % 3]
            if mine is None:
                seen.append((mine, _owners()))
            else:
                with scope(organisation=mine):
                    seen.append((mine, _owners()))
        connection.close()
        return seen

    with ThreadPoolExecutor(CUSTOMERS) as pool:
        answers = [answer for answers in pool.map(customer, range(CUSTOMERS)) for answer in answers]

    assert len(answers) == CUSTOMERS * ROUNDS
    assert all(owners == ([] if mine is None else [mine]) for mine, owners in answers)


def _owners() -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT organisation_id FROM scheduler_post")
        return [owner for (owner,) in cursor.fetchall()]
