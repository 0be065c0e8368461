"""What `make check` runs beside ruff, mypy and import-linter: checks of our own, for what those cannot see."""

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

#: Folders with the product's own Python and templates.
PRODUCT = (
    "lib",
    "eventlog",
    "accounts",
    "privacy",
    "gallery",
    "integrations",
    "scheduler",
    "insights",
    "moderation",
    "notifications",
    "operations",
    "demo",
    "web",
    "config",
)


def product_files(*patterns: str, root: Path = ROOT) -> list[Path]:
    """Return the product's files with such names, sorted, so that messages come in one order everywhere."""
    return sorted(path for folder in PRODUCT for pattern in patterns for path in (root / folder).rglob(pattern))
