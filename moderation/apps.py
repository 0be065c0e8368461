"""App configuration."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ModerationConfig(AppConfig):
    name = "moderation"
    verbose_name = _("Inbox")

    def ready(self) -> None:
        from accounts.changes import on_membership_ended
        from accounts.permissions import Permission
        from integrations.events import AccountReturned, find_reading_with, subscribe
        from live.kinds import register_kind
        from moderation.changes import BULK, ITEM, locate_items
        from moderation.due_list import THREADS
        from moderation.exporting import CONTACTS, CONVERSATIONS, PEOPLE
        from moderation.services import erasing, polling
        from moderation.services.leasing import keep_fresh
        from moderation.services.letting_go import follow_blanked
        from moderation.services.releasing import release_items
        from privacy.due_lists import list_with
        from privacy.ending import after_blanking
        from privacy.exporting.chapters import add_chapter
        from privacy.leases import refresh_with
        from privacy.people import before_erasing, widen_with
        from privacy.traces import after_rewording

        register_kind(ITEM, permission=Permission.VIEW_INBOX, locate=locate_items)
        register_kind(BULK, permission=None)
        on_membership_ended(release_items)
        subscribe(AccountReturned, polling.after_return)
        find_reading_with(polling.find_waiting)
        list_with("moderation.Thread", THREADS)
        for chapter in (CONVERSATIONS, PEOPLE, CONTACTS):
            add_chapter(chapter)
        after_blanking("moderation.Message", follow_blanked)
        refresh_with("moderation.Message", keep_fresh)
        after_blanking("moderation.Identity", erasing.forget_words_of_authors)
        after_rewording("moderation.Message", erasing.rewrite_words)
        after_rewording("moderation.MessageRevision", erasing.rewrite_words_of_revisions)
        after_rewording("moderation.Identity", erasing.rewrite_words_of_authors)
        widen_with(erasing.widen)
        before_erasing(erasing.mark_messages)
