"""Compile the translations that changed, without msgfmt: a fresh machine has none.

Run by `make install`; `python -m launch.translations` does the same by hand.
"""

from pathlib import Path

import polib

ROOT = Path(__file__).resolve().parent.parent


def compile_changed(root: Path = ROOT) -> list[Path]:
    """Write each .mo that is absent or older than its .po, and return what was written."""
    written = []
    for source in sorted(root.glob("*/locale/*/LC_MESSAGES/*.po")):
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime >= source.stat().st_mtime:
            continue
        polib.pofile(str(source)).save_as_mofile(str(target))
        written.append(target)
    return written


if __name__ == "__main__":
    compile_changed()
