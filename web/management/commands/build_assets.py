"""Compose the icon sprite from npm's lucide package: the one file of the face that is built rather than written."""

from argparse import ArgumentParser
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from web.icons import SPRITE, UnknownIcon, sprite, used_icons


class Command(BaseCommand):
    help = "Write the icon sprite to web/static/web/build, where the product serves it from. Run after adding an icon."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--packages", type=Path, default=settings.BASE_DIR / "node_modules", help="npm's folder")

    def handle(self, *args: object, packages: Path, verbosity: int, **options: object) -> None:
        lucide = packages / "lucide-static"
        if not lucide.is_dir():
            raise CommandError(f"{lucide} is not there; run `make install`, which fetches it from npm.")
        try:
            drawing = sprite(used_icons(), lucide=lucide)
        except UnknownIcon as error:
            raise CommandError(str(error)) from error
        SPRITE.parent.mkdir(parents=True, exist_ok=True)
        SPRITE.write_text(drawing, encoding="utf-8")
        if verbosity > 1:
            self.stdout.write(f"{drawing.count('<symbol')} icons and marks in {SPRITE}")
