"""`manage.py incident`: open a security incident, list the open ones, resolve one."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from privacy.models import SecurityIncident
from privacy.services.incidents import open_incident, resolve_incident


class Command(BaseCommand):
    help = "Security incidents: while one is open no access log of the platform ends."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--open", metavar="TITLE", help="open an incident")
        parser.add_argument("--resolve", metavar="ID", type=int, help="resolve one")

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()
        if options["open"]:
            incident = open_incident(options["open"], at=now)
            self.stdout.write(f"incident {incident.pk} is open")
        if options["resolve"] is not None:
            self._resolve(options["resolve"])
        for incident in SecurityIncident.objects.filter(resolved_at=None).order_by("pk"):
            self.stdout.write(f"{incident.pk}\t{incident.opened_at:%Y-%m-%d %H:%M}\t{incident.title}")

    def _resolve(self, pk: int) -> None:
        incident = SecurityIncident.objects.filter(pk=pk).first()
        if incident is None or not resolve_incident(incident, at=timezone.now()):
            raise CommandError(f"--resolve {pk}: no open incident has this number")
