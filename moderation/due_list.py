"""The threads that a rule would take, as a list to read before it is chosen."""

from collections.abc import Sequence

from django.db.models import Count
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Membership
from integrations.models import SocialAccount
from moderation.models import Thread
from privacy.due_lists import DueList


def _header() -> list[str]:
    return [_("Thread"), _("Network"), _("Account"), _("Kind"), _("About"), _("Messages"), _("Last activity")]


def _lines(ids: Sequence[int], membership: Membership) -> list[list[str]]:
    """What stands on accounts that the member may not work with is counted on the page, and not shown."""
    open_to_them = SocialAccount.objects.open_to(membership).values("pk")
    threads = Thread.objects.filter(pk__in=ids, social_account__in=open_to_them).select_related("social_account")
    return [
        [
            str(thread.pk),
            str(thread.social_account.get_network_display()),
            thread.social_account.title,
            str(thread.get_kind_display()),
            " ".join(thread.subject_text.split())[:200],
            str(thread.count),
            timezone.localtime(thread.last_activity_at).isoformat(timespec="seconds"),
        ]
        for thread in threads.annotate(count=Count("messages")).order_by("pk")
    ]


THREADS = DueList(title=gettext_lazy("List of threads"), header=_header, lines=_lines)
