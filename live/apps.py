"""App configuration."""

from django.apps import AppConfig


class LiveConfig(AppConfig):
    name = "live"

    def ready(self) -> None:
        """Hear of what changes who may read what, and of sign-ins that end."""
        from allauth.account.signals import password_changed, password_reset, password_set
        from django.contrib.sessions.models import Session
        from django.db.models.signals import post_delete

        from accounts.changes import on_membership_changed
        from accounts.requests import ask_as_pages_open
        from live.changes import record_access_change
        from live.kinds import ACCESS, register_kind
        from live.sessions import tell_of_deleted_session, tell_of_new_password

        register_kind(ACCESS, permission=None)  # each is addressed to the member whom it concerns
        on_membership_changed(record_access_change)
        # As of which number a page is, so that whatever is newer than its rows is told to it.
        ask_as_pages_open("live_cursor", "SELECT last FROM live_livesequence")
        post_delete.connect(tell_of_deleted_session, sender=Session)
        for signal in (password_changed, password_reset, password_set):
            signal.connect(tell_of_new_password)
