"""`manage.py watch`: the process that tells operators when another one has stopped."""

import time
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from operations.watching import Watch

_EVERY_SECONDS = 10
#: At a start the loops are given time to come round for the first time.
_PATIENCE_SECONDS = 90


class Command(BaseCommand):
    """Watch until stopped."""

    help = "Watches queues and loops, and mails operators (staff) when one stands still. Runs until stopped."

    def handle(self, *args: Any, **options: Any) -> None:
        watch = Watch()
        began = time.monotonic()
        while True:
            watch.look(timezone.now(), is_starting=time.monotonic() - began < _PATIENCE_SECONDS)
            time.sleep(_EVERY_SECONDS)
