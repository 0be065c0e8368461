"""App configuration: every loop in this process leaves its signs of life here."""

from django.apps import AppConfig


class OperationsConfig(AppConfig):
    name = "operations"

    def ready(self) -> None:
        from lib.claims.loops import on_turn
        from operations.heartbeats import note

        on_turn(note)
