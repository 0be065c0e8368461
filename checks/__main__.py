"""`make check`: every check, each with its time; what a failing one printed; status 1 if any failed."""

import subprocess
import sys
import time
from collections.abc import Sequence

from checks import ROOT
from launch import environment
from launch.servers import throwaway

_BIN = ROOT / ".venv/bin"

CHECKS: dict[str, Sequence[object]] = {
    "style": (_BIN / "ruff", "check", "."),
    "format": (_BIN / "ruff", "format", "--check", "."),
    "imports": (_BIN / "lint-imports",),
    "django": (_BIN / "python", "manage.py", "check", "--fail-level", "WARNING"),
    "migrations": (_BIN / "python", "manage.py", "makemigrations", "--check", "--dry-run"),
    "templates": (_BIN / "python", "-m", "checks.templates"),
    "translations": (_BIN / "python", "-m", "checks.translations"),
    "types": (_BIN / "mypy", "."),
}


def main() -> int:
    failed = []
    with throwaway() as servers:
        settings = environment.placeholders() | servers.addresses.environment() | {"VAR_DIR": str(servers.folder)}
        child = environment.for_child(settings)
        for name, command in CHECKS.items():
            began = time.monotonic()
            done = subprocess.run(
                [str(word) for word in command], cwd=ROOT, env=child, capture_output=True, text=True, check=False
            )
            verdict = "fine" if done.returncode == 0 else "FAILED"
            print(f"{name:<13} {verdict:<7} {time.monotonic() - began:5.1f} s", flush=True)
            if done.returncode != 0:
                failed.append(name)
                print(f"{done.stdout}{done.stderr}".rstrip(), flush=True)
    print(f"make check: {', '.join(failed)} failed" if failed else "make check: all fine")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
