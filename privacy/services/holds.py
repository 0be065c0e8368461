"""Placing and releasing legal holds. Each needs the organisation's scope."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from eventlog.services import record
from lib.claims.doorbell import ring_after_commit
from privacy.models import DataSubjectRequest, LegalHold
from privacy.record_classes import RECORD_CLASSES
from privacy.registry import find_kind
from privacy.services.requests import BELL, QUEUE
from privacy.services.terminations import take_up_held


class NothingToHold(ValueError):
    """The hold names a rule, a thread or a person that is not there. Says so in a sentence."""


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """A hold as somebody asks for it."""

    title: str
    reason: str
    scope: str = LegalHold.Scope.EVERYTHING
    record_class: str = ""
    subject_id: int | None = None
    ground: str = LegalHold.Ground.CLAIM
    review_on: date | None = None


@transaction.atomic
def place_hold(wanted: Wanted, *, actor: User, at: datetime) -> LegalHold:
    """Keep what the hold names from ending, from this moment on; raise NothingToHold."""
    _require_subject(wanted)
    hold: LegalHold = LegalHold.objects.create(
        title=wanted.title,
        reason=wanted.reason,
        ground=wanted.ground,
        scope=wanted.scope,
        record_class=wanted.record_class,
        subject_id=wanted.subject_id,
        placed_by=actor,
        placed_at=at,
        review_on=wanted.review_on,
    )
    record("privacy.hold.placed", hold, data={"scope": hold.scope, "ground": hold.ground})
    return hold


@transaction.atomic
def release_hold(hold: LegalHold, *, actor: User, at: datetime) -> bool:
    """Let the other rules act again; tell whether it was in force. What is over by them ends in the next night."""
    active = LegalHold.objects.active().filter(pk=hold.pk)
    released = bool(active.update(released_at=at, released_by=actor))
    if released:
        record("privacy.hold.released", hold)
        _take_up_requests(at)
        take_up_held(at)
    return released


def _take_up_requests(at: datetime) -> None:
    """Whoever asked to be erased, and was kept by a hold, need not wait for another day."""
    kept = DataSubjectRequest.objects.filter(state=DataSubjectRequest.State.HELD, lease_until=None)
    if kept.update(available_at=at):
        ring_after_commit(BELL, queue=QUEUE)


def _require_subject(wanted: Wanted) -> None:
    if wanted.scope == LegalHold.Scope.RECORD_CLASS and wanted.record_class not in RECORD_CLASSES:
        raise NothingToHold(_("There is no such rule; choose one of the list."))
    if wanted.scope in {LegalHold.Scope.EVERYTHING, LegalHold.Scope.RECORD_CLASS}:
        return
    entry = find_kind(wanted.scope)
    if entry is None or not entry.rows().filter(pk=wanted.subject_id).exists():
        raise NothingToHold(_("Nothing of this organisation has the number %(id)s.") % {"id": wanted.subject_id})
