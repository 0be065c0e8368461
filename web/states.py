"""How publications and inbox items are told apart: an icon of its own shape beside the word; tones: elements.css."""

from moderation.states import ItemState
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

ITEM_STATE_ICONS = {
    ItemState.NEW: "message-circle",
    ItemState.ASSIGNED: "user",
    ItemState.DEFERRED: "alarm-clock",
    ItemState.REPLIED: "reply",
    ItemState.CLOSED: "archive",
    ItemState.IGNORED: "bell-off",
}

NETWORK_NAMES = {
    "facebook": "Facebook",
    "instagram": "Instagram",
    "x": "X",
    "linkedin": "LinkedIn",
    "youtube": "YouTube",
    "google_business": "Google Business",
}
