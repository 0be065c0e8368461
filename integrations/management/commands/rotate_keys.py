"""Change the keys under which tokens are kept."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from integrations.services import keys


class Command(BaseCommand):
    """Restartable: run it again after an interruption, and it goes on where it was."""

    help = (
        "--master: wrap every organisation's data keys under MASTER_KEY (the former one in PREVIOUS_MASTER_KEYS); "
        "afterwards the former one may go. --data: give every organisation a new data key and seal its tokens anew; "
        "run it a second time an hour later, which ends the old keys."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        which = parser.add_mutually_exclusive_group(required=True)
        which.add_argument("--master", action="store_true")
        which.add_argument("--data", action="store_true")
        parser.add_argument("--organisation", type=int, help="the id of one organisation; otherwise all open ones")

    def handle(self, *args: Any, **options: Any) -> None:
        ids = [options["organisation"]] if options["organisation"] else keys.organisation_ids()
        waiting = 0
        for number, organisation_id in enumerate(ids, start=1):
            if options["master"]:
                keys.rewrap(organisation_id)
            else:
                waiting += not keys.rotate_data_key(organisation_id, now=timezone.now())
            if number % 100 == 0:
                self.stderr.write(f"{number} of {len(ids)} organisations")
        self.stdout.write(f"{len(ids)} organisations done.")
        if waiting:
            self.stdout.write(f"{waiting} of them keep their old key for an hour; run this again after that.")
