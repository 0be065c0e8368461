"""How a publication is told apart: an icon of its own shape beside the word; the tone follows in elements.css."""

from scheduler.states import State

#: Sending has none: it shows the voice, the three arcs that move.
STATE_ICONS = {
    State.DRAFT: "circle-dashed",
    State.IN_REVIEW: "eye",
    State.APPROVED: "check",
    State.SCHEDULED: "clock",
    State.PUBLISHED: "circle-check",
    State.OUTCOME_UNKNOWN: "circle-help",
    State.FAILED: "circle-x",
    State.CANCELLED: "ban",
}

NETWORK_NAMES = {
    "facebook": "Facebook",
    "instagram": "Instagram",
    "x": "X",
    "linkedin": "LinkedIn",
    "youtube": "YouTube",
    "google_business": "Google Business",
}
