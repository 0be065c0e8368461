"""The sprite: every icon our templates name, taken from the lucide package, besides the marks drawn for this project.

An icon is named literally, as `{% icon "plug" %}`, `icon="plug"` or `icon("plug")`, in a template or in Python: so the
sprite holds what is used and nothing else, and a name that lucide does not know stops the build instead of leaving a
hole.
"""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from django.apps import apps
from django.conf import settings

from web.states import STATE_ICONS

NAMED = re.compile(r"""\bicon[ =(]["']([a-z0-9-]+)["']""")
OWN_MARKS = Path(__file__).parent / "marks.svg"
SPRITE = Path(__file__).parent / "static" / "web" / "build" / "sprite.svg"


class UnknownIcon(LookupError):
    """A template names an icon that the lucide package does not have."""


def used_icons() -> set[str]:
    """Return the names of all icons that our templates and modules mention."""
    named = {name for path in _sources() for name in NAMED.findall(path.read_text(encoding="utf-8"))}
    return named | set(STATE_ICONS.values())


def sprite(icons: Iterable[str], *, lucide: Path) -> str:
    """Return one SVG document with a symbol for each icon and the project's own marks; raise UnknownIcon."""
    symbols = [_symbol(name, lucide=lucide) for name in sorted(icons)]
    lines = ['<svg xmlns="http://www.w3.org/2000/svg">', *symbols, _inside(OWN_MARKS).strip(), "</svg>", ""]
    return "\n".join(lines)


def _symbol(name: str, *, lucide: Path) -> str:
    source = lucide / "icons" / f"{name}.svg"
    if not source.is_file():
        raise UnknownIcon(f"lucide has no icon {name!r}; look for its name in {lucide / 'icons'}")
    lines = "".join(line.strip() for line in _inside(source).splitlines())
    return f'<symbol id="{name}" viewBox="0 0 24 24">{lines}</symbol>'


def _inside(source: Path) -> str:
    """Return what stands between <svg …> and </svg>."""
    text = source.read_text(encoding="utf-8")
    return text[text.index(">", text.index("<svg")) + 1 : text.rindex("</svg>")]


def _sources() -> Iterator[Path]:
    """Yield the templates and modules of our own apps: those inside the project's folder, not installed packages."""
    for config in apps.get_app_configs():
        folder = Path(config.path)
        if folder.parent != settings.BASE_DIR:
            continue
        yield from folder.glob("templates/**/*.html")
        yield from folder.rglob("*.py")
