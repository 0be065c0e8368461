"""`make bench`: every benchmark, small; one JSON line each. `--scale full` runs them as published."""

import subprocess
import sys
from pathlib import Path

from launch.place import ROOT


def names() -> list[str]:
    return sorted(path.stem for path in Path(__file__).parent.glob("[a-z]*.py") if path.stem != "harness")


def main(arguments: list[str]) -> int:
    """Run all, whatever happens to one; return 1 when one did not end well. A goal that was missed is no failure."""
    failed = []
    for name in names():
        print(f"--- {name}", file=sys.stderr, flush=True)
        command = [sys.executable, "-m", f"benchmarks.{name}", *arguments]
        if subprocess.run(command, cwd=ROOT, check=False).returncode != 0:
            failed.append(name)
    if failed:
        print(f"did not end well: {', '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
