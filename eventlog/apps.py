"""App configuration."""

from django.apps import AppConfig


class EventLogConfig(AppConfig):
    name = "eventlog"
