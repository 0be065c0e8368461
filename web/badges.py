"""What a section of the rail has to tell before it is opened."""

from dataclasses import dataclass
from typing import Literal

from django.utils.translation import gettext, ngettext

from accounts.models import Membership
from accounts.permissions import Permission
from web.figures import Figures


@dataclass(frozen=True, kw_only=True)
class Badge:
    """What a section has to tell before it is opened: how many things wait there, or a dot where "some" is enough."""

    tone: Literal["wait", "alarm"]
    words: str  # completes the section's name for readers: "Posts, 2 wait for a decision"
    count: int = 0  # 0 shows the dot


def badges_of(figures: Figures, membership: Membership) -> dict[str, Badge]:
    """Return badges by section name: only what this member can do something about."""
    waiting = sum(figures.strangers.values()) if membership.may(Permission.ANSWER_INBOX) else 0
    badges = {}
    if waiting:
        badges["inbox"] = Badge(tone="wait", words=gettext("waiting for an answer"), count=waiting)
    if figures.lost:
        badges["accounts"] = Badge(tone="alarm", words=_attention(figures.lost))
    if figures.undecided:
        badges["posts"] = Badge(tone="wait", words=gettext("waiting for a decision"), count=figures.undecided)
    if figures.unread:
        badges["notices"] = Badge(tone="wait", words=gettext("unread"), count=figures.unread)
    return badges


def _attention(count: int) -> str:
    return ngettext("one needs attention", "%(count)d need attention", count) % {"count": count}
