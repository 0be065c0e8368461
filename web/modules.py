"""Which ES modules a page may import by name, and where each is served from.

Our own modules are found under `static/<app>/js/` of every app and are called `<app>/<name>`; npm's are listed here by
hand and are called as in npm. Browsers resolve the names through the import map in web/base.html, so hashed file names
work without a bundler.
"""

from functools import cache
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.templatetags.static import static

# Name in the import map: the static file, which settings.STATICFILES_DIRS finds inside node_modules.
PACKAGES = {"htmx": "npm/htmx/htmx.esm.min.js"}


def import_map() -> dict[str, str]:
    """Return module name -> address, for the import map; computed once per process except while developing."""
    return _scan() if settings.DEBUG else _scan_once()


@cache
def _scan_once() -> dict[str, str]:
    return _scan()


def _scan() -> dict[str, str]:
    found = {name: static(path) for name, path in PACKAGES.items()}
    for config in apps.get_app_configs():
        folder = Path(config.path)
        if folder.parent == settings.BASE_DIR:
            for path in sorted(folder.glob(f"static/{config.label}/js/*.js")):
                name = f"{config.label}/{path.stem}"
                found[name] = static(f"{config.label}/js/{path.name}")
    return found
