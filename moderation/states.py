"""The states of inbox items and of what is on its way to a network, and the moves between them.

A move is a conditional update whose row count is checked, under the version that the agent saw.
"""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class ItemState(TextChoices):
    """Where an inbox item stands. What else is true of it (muted, spam, hidden, send failed) are flags beside it."""

    NEW = "new", _("New")  # a stranger waits, and nobody has taken it
    ASSIGNED = "assigned", _("Assigned")  # somebody has
    DEFERRED = "deferred", _("Deferred")  # comes back at its hour
    REPLIED = "replied", _("Replied")  # the last word is ours
    CLOSED = "closed", _("Closed")
    IGNORED = "ignored", _("Ignored")  # nothing to answer; later words do not wake it


#: Somebody waits for an answer.
WAITING = frozenset({ItemState.NEW, ItemState.ASSIGNED})

#: By a person's command. A stranger's message and a network's news move items as `WAKES` says.
MOVES: dict[ItemState, frozenset[ItemState]] = {
    ItemState.NEW: frozenset(
        {ItemState.ASSIGNED, ItemState.DEFERRED, ItemState.REPLIED, ItemState.CLOSED, ItemState.IGNORED}
    ),
    ItemState.ASSIGNED: frozenset(
        {ItemState.NEW, ItemState.DEFERRED, ItemState.REPLIED, ItemState.CLOSED, ItemState.IGNORED}
    ),
    ItemState.DEFERRED: frozenset(
        {ItemState.NEW, ItemState.ASSIGNED, ItemState.REPLIED, ItemState.CLOSED, ItemState.IGNORED}
    ),
    ItemState.REPLIED: frozenset({ItemState.NEW, ItemState.ASSIGNED, ItemState.DEFERRED, ItemState.CLOSED}),
    ItemState.CLOSED: frozenset({ItemState.NEW, ItemState.ASSIGNED, ItemState.REPLIED}),
    ItemState.IGNORED: frozenset({ItemState.NEW, ItemState.ASSIGNED, ItemState.REPLIED, ItemState.CLOSED}),
}

#: States that a stranger's next message ends; the others stay as they are.
WAKES = frozenset({ItemState.ASSIGNED, ItemState.DEFERRED, ItemState.REPLIED, ItemState.CLOSED})


class Visibility(TextChoices):
    """How a message stands on the network."""

    VISIBLE = "visible", _("Visible")
    HIDDEN = "hidden", _("Hidden")
    DELETED = "deleted", _("Deleted")


class WayOut(TextChoices):
    """How far a message of ours, or a moderation action, has come."""

    WAITING = "waiting", _("Waiting")  # it may still be taken back
    SENDING = "sending", _("Sending")
    SENT = "sent", _("Sent")
    REFUSED = "refused", _("Refused")
    UNKNOWN = "unknown", _("Outcome unknown")
    CANCELLED = "cancelled", _("Taken back")


WAYS_OUT: dict[WayOut, frozenset[WayOut]] = {
    WayOut.WAITING: frozenset({WayOut.SENDING, WayOut.CANCELLED, WayOut.REFUSED}),
    # Sending starts when a call that cannot be repeated is about to be made; only its proven absence leads back.
    WayOut.SENDING: frozenset({WayOut.SENT, WayOut.WAITING, WayOut.REFUSED, WayOut.UNKNOWN}),
    WayOut.UNKNOWN: frozenset({WayOut.SENT, WayOut.WAITING, WayOut.REFUSED}),
    WayOut.REFUSED: frozenset({WayOut.WAITING, WayOut.CANCELLED}),
    WayOut.SENT: frozenset(),
    WayOut.CANCELLED: frozenset(),
}
