"""App configuration."""

from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    name = "notifications"

    def ready(self) -> None:
        """Hear of what needs a person: publications, accounts, answers, colleagues who call."""
        from integrations.events import AccountLost, ConsentEnding, subscribe
        from live.kinds import register_kind
        from moderation import outcomes as answers
        from notifications.services import telling
        from privacy.services.exports import on_export_ended
        from scheduler import outcomes as publications

        publications.listen(telling.tell_of_publications)
        answers.listen(telling.tell_of_actions)
        answers.listen_to_notes(telling.tell_of_mentions)
        on_export_ended(telling.tell_of_export)
        subscribe(AccountLost, telling.tell_of_lost_accounts)
        subscribe(ConsentEnding, telling.tell_of_ending_consents)
        register_kind("notice", permission=None)  # each is addressed to its reader
