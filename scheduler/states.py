"""The states of a publication and the moves between them: a move is a conditional update whose row count is checked."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class State(TextChoices):
    """Where a publication stands. "Held" is no state: a scheduled publication is held while its account is lost."""

    DRAFT = "draft", _("Draft")
    IN_REVIEW = "in_review", _("In review")
    APPROVED = "approved", _("Approved")
    SCHEDULED = "scheduled", _("Scheduled")
    SENDING = "sending", _("Sending")
    PUBLISHED = "published", _("Published")
    OUTCOME_UNKNOWN = "outcome_unknown", _("Outcome unknown")
    FAILED = "failed", _("Failed")
    CANCELLED = "cancelled", _("Cancelled")


MOVES: dict[State, frozenset[State]] = {
    State.DRAFT: frozenset({State.IN_REVIEW, State.APPROVED, State.SCHEDULED, State.CANCELLED}),
    State.IN_REVIEW: frozenset({State.DRAFT, State.APPROVED, State.SCHEDULED, State.CANCELLED}),
    State.APPROVED: frozenset({State.DRAFT, State.SCHEDULED, State.CANCELLED}),
    State.SCHEDULED: frozenset({State.DRAFT, State.SENDING, State.FAILED, State.CANCELLED}),
    # Sending starts when the irreversible call is about to be made; only its proven absence leads back.
    State.SENDING: frozenset({State.PUBLISHED, State.SCHEDULED, State.FAILED, State.OUTCOME_UNKNOWN}),
    State.OUTCOME_UNKNOWN: frozenset({State.PUBLISHED, State.SCHEDULED, State.FAILED}),
    State.FAILED: frozenset({State.SCHEDULED, State.DRAFT, State.CANCELLED}),
    # A network that judges what it has taken may still refuse it.
    State.PUBLISHED: frozenset({State.FAILED}),
    State.CANCELLED: frozenset(),
}

#: Nothing will happen to these by itself, nor may a person change their words.
ENDED = frozenset({State.PUBLISHED, State.CANCELLED})
#: People may still change the words, the accounts and the hour.
EDITABLE = frozenset({State.DRAFT, State.IN_REVIEW, State.APPROVED, State.SCHEDULED, State.FAILED})


#: Reasons beside "published" with which a person has something to decide: the post is out, and not as it was meant.
TO_DECIDE = ("follow_up_refused", "follow_up_unknown", "edit_refused", "delete_refused")


class Outcome(TextChoices):
    """How one delivery ended."""

    OPEN = "open", _("Begun")
    PUBLISHED = "published", _("Published")
    REFUSED = "refused", _("Refused")
    POSTPONED = "postponed", _("To be tried again")
    UNKNOWN = "unknown", _("Answer lost")
    ABSENT = "absent", _("Proven not to have arrived")
