"""Which period is in force: a legal hold wins over all (privacy/holds.py), then a duty to keep, then the shortest."""

from dataclasses import dataclass
from datetime import datetime

from privacy.models import RetentionPolicy
from privacy.periods import Period
from privacy.record_classes import RECORD_CLASSES, Mode, RecordClass


@dataclass(frozen=True, kw_only=True)
class InForce:
    """How long a record class is kept, and what happens then. No period: kept."""

    record_class: RecordClass
    period: Period | None
    mode: Mode = Mode.DELETE
    policy: RetentionPolicy | None = None  # the choice it comes from; None: the default
    #: A choice that has not begun: it does when its hour comes, unless somebody withdraws it.
    pending: RetentionPolicy | None = None

    def cutoff(self, at: datetime) -> datetime | None:
        """Return the hour before which a clock must have started for a row to be over; None: never."""
        return self.period.before(at) if self.period is not None else None


def default_of(record_class: RecordClass) -> InForce:
    """Return what holds where nobody has chosen."""
    return InForce(record_class=record_class, period=_dutiful(record_class, record_class.default))


def in_force(key: str, *, at: datetime) -> InForce:
    """Return what holds for the organisation in scope at this hour."""
    record_class = RECORD_CLASSES[key]
    if not record_class.is_chosen:
        return default_of(record_class)
    choices = RetentionPolicy.objects.filter(record_class=key)
    return _combined(record_class, choices.in_force(at).first(), choices.pending(at).first())


def all_in_force(*, at: datetime) -> list[InForce]:
    """Return what holds for every class that the organisation in scope may choose, in the order of the page."""
    now: dict[str, RetentionPolicy] = {}
    for policy in RetentionPolicy.objects.in_force(at):
        now.setdefault(policy.record_class, policy)
    later: dict[str, RetentionPolicy] = {}
    for policy in RetentionPolicy.objects.pending(at):
        later.setdefault(policy.record_class, policy)
    return [
        _combined(record_class, now.get(key), later.get(key))
        for key, record_class in RECORD_CLASSES.items()
        if record_class.is_chosen
    ]


def _combined(record_class: RecordClass, policy: RetentionPolicy | None, pending: RetentionPolicy | None) -> InForce:
    if policy is None:
        return InForce(record_class=record_class, period=_dutiful(record_class, record_class.default), pending=pending)
    period = _dutiful(record_class, policy.duration)
    return InForce(record_class=record_class, period=period, mode=Mode(policy.mode), policy=policy, pending=pending)


def _dutiful(record_class: RecordClass, period: Period | None) -> Period | None:
    """A duty to keep is longer than any choice."""
    duty = record_class.keep_at_least
    if period is None or duty is None:
        return period
    return max(period, duty, key=lambda each: each.length)
