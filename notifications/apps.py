"""App configuration."""

from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    name = "notifications"

    def ready(self) -> None:
        """Hear of publications and accounts that need a person."""
        from integrations.events import AccountLost, subscribe
        from live.kinds import register_kind
        from notifications.services.telling import tell_of_lost_accounts, tell_of_publications
        from scheduler import outcomes

        outcomes.listen(tell_of_publications)
        subscribe(AccountLost, tell_of_lost_accounts)
        register_kind("notice", permission=None)  # each is addressed to its reader
