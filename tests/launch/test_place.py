import os
import socket
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from launch.place import AlreadyRunning, Place, PortTaken, free_port, require_free


def test_a_second_run_is_told_at_once_where_the_first_answers(tmp_path: Path) -> None:
    place = Place.open(tmp_path / "var")
    with place.held():
        with pytest.raises(AlreadyRunning, match="already starting"), Place.open(tmp_path / "var").held():
            pass
        place.announce(web="http://127.0.0.1:8000", environment={})

        expected = rf"already running at http://127\.0\.0\.1:8000 \(process {os.getpid()}\)"
        with pytest.raises(AlreadyRunning, match=expected), Place.open(tmp_path / "var").held():
            pass


def test_the_folder_is_free_again_after_a_kill(tmp_path: Path) -> None:
    script = (
        "import os, sys; from pathlib import Path; from launch.place import Place\n"
        "with Place.open(Path(sys.argv[1])).held(): print('held', flush=True); os.kill(os.getpid(), 9)"
    )
    killed = subprocess.run([sys.executable, "-c", script, tmp_path / "var"], capture_output=True, check=False)
    assert killed.stdout == b"held\n"

    with Place.open(tmp_path / "var").held():
        pass


def test_a_secret_is_made_once_and_readable_by_its_owner_only(tmp_path: Path) -> None:
    place = Place.open(tmp_path / "var")

    first = place.secret("secret_key")

    assert len(bytes.fromhex(first)) == 32
    assert Place.open(tmp_path / "var").secret("secret_key") == first
    assert place.secret("master_key") != first
    assert stat.S_IMODE((tmp_path / "var/secrets.json").stat().st_mode) == 0o600


def test_a_port_is_kept_while_nobody_else_has_it(tmp_path: Path) -> None:
    place = Place.open(tmp_path / "var")
    port = place.port("postgres")
    assert place.port("postgres") == port

    with socket.create_server(("127.0.0.1", port)):
        assert place.port("postgres") != port


def test_a_port_that_is_taken_is_named_with_the_variable_that_changes_it() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with pytest.raises(PortTaken, match=rf"Port {port} .* choose another port: PORT=\d+ make up"):
            require_free(port, variable="PORT")

    require_free(free_port(), variable="PORT")
