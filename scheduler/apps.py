"""App configuration."""

from django.apps import AppConfig


class SchedulerConfig(AppConfig):
    name = "scheduler"

    def ready(self) -> None:
        from integrations.events import AccountDisconnected, AccountReturned, count_waiting_with, subscribe
        from scheduler.services import following

        subscribe(AccountReturned, following.after_return)
        subscribe(AccountDisconnected, following.after_disconnection)
        count_waiting_with(following.count_waiting)
