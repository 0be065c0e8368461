"""Celery: it carries doorbells and the clock's ticks. PostgreSQL is where the work is."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("portevoix")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
