"""The words, icons and tones of a publication's states, for people. The states themselves belong to `scheduler`."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, kw_only=True)
class Look:
    """How one state is told: an icon of its own shape, then a word; the tone follows from `data-state` in elements.css.

    An empty icon stands for the voice, the three arcs that move while something is being sent.
    """

    word: str | Promise
    icon: str


LOOKS: dict[str, Look] = {
    "draft": Look(word=_("Draft"), icon="circle-dashed"),
    "in_review": Look(word=_("In review"), icon="eye"),
    "approved": Look(word=_("Approved"), icon="check"),
    "scheduled": Look(word=_("Scheduled"), icon="clock"),
    "sending": Look(word=_("Sending"), icon=""),
    "published": Look(word=_("Published"), icon="circle-check"),
    "outcome_unknown": Look(word=_("Outcome unknown"), icon="circle-help"),
    "failed": Look(word=_("Failed"), icon="circle-x"),
    "cancelled": Look(word=_("Cancelled"), icon="ban"),
}

NETWORK_NAMES = {
    "facebook": "Facebook",
    "instagram": "Instagram",
    "x": "X",
    "linkedin": "LinkedIn",
    "youtube": "YouTube",
    "google_business": "Google Business",
}
