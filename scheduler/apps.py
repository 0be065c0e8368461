"""App configuration."""

from django.apps import AppConfig


class SchedulerConfig(AppConfig):
    name = "scheduler"

    def ready(self) -> None:
        from accounts.permissions import Permission
        from integrations.events import AccountDisconnected, AccountReturned, count_waiting_with, subscribe
        from live.kinds import register_kind
        from privacy.exporting.chapters import add_chapter
        from privacy.traces import after_rewording
        from scheduler.exporting import POSTS
        from scheduler.services import composing, following

        subscribe(AccountReturned, following.after_return)
        subscribe(AccountDisconnected, following.after_disconnection)
        count_waiting_with(following.count_waiting)
        after_rewording("scheduler.Post", composing.follow_rewording)
        add_chapter(POSTS)
        after_rewording("scheduler.PostShape", composing.follow_shape_rewording)
        register_kind("publication", permission=Permission.VIEW_POSTS)
