"""From a fresh clone to the sign-in page: `git clone`, `make up`, wait for it; then once more, as on the second day.

The clone has the last commit, and uses the caches that this machine's pip, uv and npm have.
"""

import contextlib
import os
import signal
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

from benchmarks.harness import Figures, Run, at_most, main
from launch.child import before_exec
from launch.place import ROOT, free_port
from launch.program import Ended
from launch.stack import clean_environment

SIGN_IN = "/accounts/login/"


def measure(run: Run) -> Figures:
    with tempfile.TemporaryDirectory(prefix="portevoix-clone-") as folder:
        Path(folder).chmod(0o711)
        clone = Path(folder) / "portevoix"
        began = time.monotonic()
        subprocess.run(["git", "clone", "--quiet", "--no-hardlinks", ROOT, clone], check=True)
        first = _until_sign_in(run, clone, began)
        second = _until_sign_in(run, clone, time.monotonic())
    return {"seconds": first, "second_start_seconds": second}


def _until_sign_in(run: Run, clone: Path, began: float) -> float:
    port = free_port()
    settings = clean_environment(PORT=str(port), SANDBOX_PORT=str(free_port()))
    log_path = clone / "make-up.log"
    with log_path.open("wb") as log:
        make = subprocess.Popen(
            ["make", "up"],
            cwd=clone,
            env=settings,
            stdout=log,
            stderr=log,
            start_new_session=True,
            preexec_fn=before_exec(on_parents_death=signal.SIGTERM),
        )
    try:
        while not _answers(f"http://127.0.0.1:{port}{SIGN_IN}"):
            if make.poll() is not None or time.monotonic() - began > 600:
                raise Ended(f"make up did not get there:\n{log_path.read_text(errors='replace')}")
            time.sleep(0.1)
        seconds = time.monotonic() - began
        run.say(f"sign-in page after {seconds:.1f} s")
        return seconds
    finally:
        # As Ctrl-C does: to make and to what it runs.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(make.pid, signal.SIGINT)
        make.wait(timeout=60)


def _answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=5) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, ConnectionError, TimeoutError):
        return False


if __name__ == "__main__":
    main("first_page", measure, goals={"seconds": at_most(60), "second_start_seconds": at_most(10)})
