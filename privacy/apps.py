"""App configuration."""

from django.apps import AppConfig


class PrivacyConfig(AppConfig):
    name = "privacy"

    def ready(self) -> None:
        from accounts.changes import on_account_closed, on_membership_ended
        from accounts.permissions import Permission
        from live.kinds import register_kind
        from privacy import checks, leaving  # noqa: F401  # checks register themselves
        from privacy.exporting.chapters import add_chapter
        from privacy.exporting.own_chapters import EVENTS, MEMBERS
        from privacy.services.exports import EXPORT

        add_chapter(MEMBERS)
        add_chapter(EVENTS)
        register_kind(EXPORT, permission=Permission.EXPORT_ORGANISATION)
        on_membership_ended(leaving.forget_member)
        on_account_closed(leaving.forget_user)
