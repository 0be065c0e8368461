"""Choosing how long to keep what. Each needs the organisation's scope."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from eventlog.services import record
from privacy.models import RetentionPolicy, RetentionWork
from privacy.nightly import next_night
from privacy.periods import Period
from privacy.record_classes import RECORD_CLASSES, Mode, RecordClass
from privacy.rules import InForce, in_force

#: What a shortened period waits before it first runs, so that a mistake can be taken back.
GRACE = timedelta(days=7)


class NotAllowed(ValueError):
    """This class is not the organisation's to change, or the period is outside its bounds. Says so in a sentence."""


@dataclass(frozen=True, kw_only=True)
class Choice:
    """What somebody chose for one record class. No period: kept."""

    key: str
    period: Period | None
    mode: Mode = Mode.DELETE


def require_allowed(choice: Choice) -> RecordClass:
    """Return the class, or raise NotAllowed with what was found and what is allowed."""
    record_class = RECORD_CLASSES.get(choice.key)
    if record_class is None or record_class.least is None or record_class.most is None:
        raise NotAllowed(_("This rule is the same for everybody; it cannot be changed here."))
    if choice.mode not in record_class.modes:
        raise NotAllowed(_("These are always deleted; choose that."))
    if choice.period is None:
        if record_class.may_be_kept:
            return record_class
        raise NotAllowed(_("These cannot be kept for ever; choose at most %(most)s.") % {"most": record_class.most})
    if not record_class.least.length <= choice.period.length <= record_class.most.length:
        raise NotAllowed(
            _("%(period)s is not allowed here; choose from %(least)s to %(most)s.")
            % {"period": choice.period, "least": record_class.least, "most": record_class.most}
        )
    return record_class


def is_shorter(choice: Choice, now: InForce) -> bool:
    """Whether the choice would end anything sooner than what is in force, or end it where it was only anonymised."""
    if choice.period is None:
        return False
    if now.period is None or choice.period.length < now.period.length:
        return True
    return choice.mode is not now.mode


def begins_at(choice: Choice, now: InForce, *, at: datetime, time_zone: str) -> datetime:
    """Return when a choice made at this hour begins: a shorter one in the first night after seven days."""
    return next_night(at + GRACE, time_zone) if is_shorter(choice, now) else at


@transaction.atomic
def choose_policy(choice: Choice, *, actor: User, at: datetime, time_zone: str) -> RetentionPolicy:
    """Choose how long to keep a record class; raise NotAllowed. A choice that has not begun yet is replaced."""
    require_allowed(choice)
    _lock(choice.key)
    now = in_force(choice.key, at=at)
    _withdraw_pending(choice.key, at)
    policy: RetentionPolicy = RetentionPolicy.objects.create(
        record_class=choice.key,
        period=choice.period.code if choice.period is not None else "",
        mode=choice.mode.value,
        chosen_by=actor,
        chosen_at=at,
        effective_at=begins_at(choice, now, at=at, time_zone=time_zone),
    )
    before = now.period.code if now.period is not None else "-"
    data = {"record_class": choice.key, "before": before, "after": policy.period or "-", "mode": policy.mode}
    record("privacy.policy.chosen", policy, data=data)
    return policy


@transaction.atomic
def withdraw_pending(key: str, *, at: datetime) -> bool:
    """Keep the rule as it is: take back a choice that has not begun. Tell whether there was one."""
    _lock(key)
    withdrawn = _withdraw_pending(key, at)
    if withdrawn:
        record("privacy.policy.withdrawn", data={"record_class": key})
    return withdrawn


def _withdraw_pending(key: str, at: datetime) -> bool:
    return bool(RetentionPolicy.objects.pending(at).filter(record_class=key).update(withdrawn_at=at))


def _lock(key: str) -> None:
    """Two who choose at once choose one after the other."""
    list(RetentionWork.objects.select_for_update().filter(record_class=key))
