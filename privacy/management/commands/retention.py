"""`manage.py retention`: apply the rules now, or say what they would end."""

from argparse import ArgumentParser
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.utils import timezone

from privacy import engine, leases, nightly


class Command(BaseCommand):
    help = "Apply the retention rules now, to every organisation and to the platform's own data."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="say what would end, and change nothing")
        parser.add_argument("--organisation", metavar="SLUG", help="only this one, and nothing of the platform's")
        parser.add_argument("--at", metavar="ISO", help="as of this hour instead of now, such as 2027-01-31T02:00Z")

    def handle(self, *args: Any, **options: Any) -> None:
        at = _hour(options["at"])
        nightly.seed(timezone.now())
        for organisation_id, name in _whose(options["organisation"]):
            keys = engine.record_classes_to_run(organisation_id)
            if options["dry_run"]:
                self._foretell(organisation_id, name, keys, at)
            else:
                self._apply(organisation_id, name, [*keys, *([leases.KEY] if organisation_id else [])], at)

    def _foretell(self, organisation_id: int | None, name: str, keys: list[str], at: datetime) -> None:
        for key in keys:
            found = engine.forecast(organisation_id, key, at=at)
            self._say(name, key, found.rows, files=found.files, held=sum(found.held.values()))
        if organisation_id is not None:
            self._say(name, leases.KEY, leases.forecast(organisation_id, at=at), files=0, held=0)

    def _apply(self, organisation_id: int | None, name: str, keys: list[str], at: datetime) -> None:
        for key in keys:
            turn = nightly.find_turn(organisation_id, key, timezone.now())
            if turn is None:
                self.stdout.write(f"{name}\t{key}\tis being worked on by another process; nothing done")
                continue
            run = nightly.take(turn, clock=timezone.now, at=at)
            if run is not None:
                self._say(name, key, run.ended, files=run.files, held=run.held)

    def _say(self, name: str, key: str, rows: dict[str, int], *, files: int, held: int) -> None:
        figures = [f"{label} {count}" for label, count in sorted(rows.items()) if count]
        figures += [f"files {files}"] if files else []
        figures += [f"held {held}"] if held else []
        if figures:
            self.stdout.write(f"{name}\t{key}\t{', '.join(figures)}")


def _hour(text: str | None) -> datetime:
    if text is None:
        return timezone.now()
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise CommandError(f"--at {text}: write an hour as 2027-01-31T02:00Z") from error
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _whose(slug: str | None) -> Iterable[tuple[int | None, str]]:
    """Yield organisations, closed ones too, and, unless one was named, the platform."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT passage.all_organisation_ids(%s)", [slug])
        ids = [pk for (pk,) in cursor.fetchall()]
    if slug is not None and not ids:
        raise CommandError(f"--organisation {slug}: there is none of this name in addresses")
    for pk in ids:
        yield pk, slug or f"organisation {pk}"
    if slug is None:
        yield None, "platform"
