"""Wiring only: settings, addresses, processes. Everything else lives in a room of its own."""

from config.celery import app as celery_app

__all__ = ["celery_app"]
