"""Celery: it carries doorbells and the clock's ticks. PostgreSQL is where the work is.

Five kinds of worker, each a process of its own, so that nothing slow takes a slot from what is due now: `publish` (the
calls at their hour), `media` (uploads ahead of it), `inbox` (what comes in and the answers to it), `slow` (what reads
networks or goes through many rows), `house` (the rest).
"""

import os
from typing import Any

from celery import Celery
from celery.schedules import crontab
from celery.signals import worker_init

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("portevoix")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


def _ring(task: str, *, queue: str, seconds: float) -> dict[str, Any]:
    # A bell that nobody has heard when the next ones ring is dropped: workers that were away are not flooded.
    return {"task": task, "schedule": seconds, "options": {"queue": queue, "expires": max(5.0, 2 * seconds)}}


app.conf.beat_schedule = {
    "publish": _ring("scheduler.tasks.publish", queue="publish", seconds=0.5),
    "prepare": _ring("scheduler.tasks.prepare", queue="media", seconds=1),
    "reconcile": _ring("scheduler.tasks.reconcile", queue="house", seconds=2),
    "follow_up": _ring("scheduler.tasks.follow_up", queue="house", seconds=2),
    "sweep": _ring("scheduler.tasks.sweep", queue="house", seconds=5),
    "beat": _ring("operations.tasks.note_beat", queue="house", seconds=5),
    "tend_grants": _ring("integrations.tend_grants", queue="house", seconds=15),
    "look_at_accounts": _ring("integrations.look_at_accounts", queue="slow", seconds=60),
    "send_due_mail": _ring("notifications.tasks.send_due_mail", queue="house", seconds=5),
    "read_events": _ring("moderation.tasks.read_events", queue="inbox", seconds=1),
    "poll": _ring("moderation.tasks.poll", queue="slow", seconds=10),
    "measure": _ring("insights.tasks.measure", queue="slow", seconds=60),
    "wake": _ring("moderation.tasks.wake", queue="house", seconds=10),
    "moderate": _ring("moderation.tasks.moderate", queue="inbox", seconds=1),
    "run_bulk": _ring("moderation.tasks.run_bulk", queue="inbox", seconds=1),
    "sweep_inbox": _ring("moderation.tasks.sweep", queue="house", seconds=5),
    "fold_counts": _ring("moderation.tasks.fold_counts", queue="slow", seconds=300),
    "prove_counts": {
        "task": "moderation.tasks.prove_counts",
        "schedule": crontab(hour="3", minute="20"),
        "options": {"queue": "slow", "expires": 3600},
    },
    "apply_rules": _ring("privacy.tasks.apply_rules", queue="slow", seconds=10),
    "trim": _ring("live.tasks.trim", queue="house", seconds=3600),
    "end_organisations": _ring("privacy.tasks.end_organisations", queue="slow", seconds=30),
    "make_exports": _ring("privacy.tasks.make_exports", queue="slow", seconds=10),
    "erase": _ring("privacy.tasks.erase", queue="slow", seconds=10),
    "tidy_connections": _ring("integrations.tidy_connections", queue="house", seconds=3600),
}


@worker_init.connect
def refuse_what_is_not_walled_off(**_: object) -> None:
    """A worker whose role stands above row-level security must not take a single row, nor fill undeclared models."""
    from lib.tenancy.checks import require_walls  # the apps must be ready first
    from privacy.checks import require_declarations

    require_walls()
    require_declarations()


@worker_init.connect
def be_ready_for_the_first(sender: Any, **_: object) -> None:
    """Load before the first bell, and before the processes part, what the first posts would otherwise wait for."""
    from scheduler.services.publishing import warm_up

    if "publish" in sender.app.amqp.queues.consume_from:
        warm_up()
