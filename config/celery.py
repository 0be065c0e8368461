"""Celery: it carries doorbells and the clock's ticks. PostgreSQL is where the work is."""

import os

from celery import Celery
from celery.signals import worker_init

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("portevoix")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@worker_init.connect
def refuse_what_is_not_walled_off(**_: object) -> None:
    """A worker whose role stands above row-level security must not take a single row."""
    from lib.tenancy.checks import require_walls  # the apps must be ready first

    require_walls()
