"""What the retention page says of each rule: what is kept, why, the bounds, and what a change would end."""

import math
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from django.utils.translation import gettext as _

from accounts.models import Organisation
from privacy import engine
from privacy.due_lists import find_list
from privacy.models import LegalHold, RetentionPolicy, RetentionRun, RetentionWork
from privacy.periods import Period, days, months, years
from privacy.record_classes import RECORD_CLASSES, Mode, Owner, RecordClass
from privacy.rules import InForce, all_in_force, default_of, in_force
from privacy.services.policies import Choice, begins_at, is_shorter
from privacy.words import figures, known_figures, summary

#: What a list of periods offers, within each rule's bounds.
_OFFERED = [
    *(days(count) for count in (0, 1, 3, 7, 14, 30, 60, 90)),
    *(months(count) for count in (6, 12, 18)),
    *(years(count) for count in (2, 3, 5, 10)),
]
#: The scale: one day to ten years, by powers.
_WIDTH = 240
_LONGEST = years(10).length
KEPT = "kept"


@dataclass(frozen=True, kw_only=True)
class Effect:
    """What a choice would end at its first run, or does at its next one."""

    begins_at: datetime
    is_pending: bool  # chosen already
    is_shorter: bool
    ends: list[tuple[str, int]]
    held: list[tuple[str, int]]
    by: str = ""


@dataclass(frozen=True, kw_only=True)
class Scale:
    """Where things stand on the drawn scale, in its own units."""

    least: float
    most: float
    kept: float
    was: float | None = None


@dataclass(frozen=True, kw_only=True)
class RuleRow:
    """One rule as the page shows it; with an effect while a change is looked at or waits."""

    record_class: RecordClass
    now: InForce
    chosen: Choice
    options: list[tuple[str, str, bool]]  # value, words, whether chosen
    modes: list[tuple[str, str, bool]]
    scale: Scale | None
    bounds: str
    effect: Effect | None = None
    error: str = ""

    @property
    def list_title(self) -> str:
        """The name of the list of what a choice would take; empty where there is none."""
        found = find_list(self.key)
        return str(found[1].title) if found is not None else ""

    @property
    def list_query(self) -> str:
        """What the list's address asks for: the choice that is looked at."""
        return urlencode({"key": self.key, "period": value_of(self.chosen.period), "mode": self.chosen.mode.value})

    @property
    def key(self) -> str:
        return self.record_class.key

    @property
    def was(self) -> str:
        """What is in force, where something else is looked at."""
        return str(self.now.period) if self.now.period is not None else _("Kept")


def rule_rows(organisation: Organisation, *, at: datetime) -> list[RuleRow]:
    """Return every rule that the organisation may choose."""
    return [_row(now, organisation, at=at) for now in all_in_force(at=at)]


def rule_row(
    key: str, organisation: Organisation, *, at: datetime, choice: Choice | None = None, error: str = ""
) -> RuleRow:
    """Return one rule, as it stands or as a choice would make it."""
    return _row(in_force(key, at=at), organisation, at=at, choice=choice, error=error)


def value_of(period: Period | None) -> str:
    """Return a period as the page's lists name it."""
    return period.code if period is not None else KEPT


def platform_rules() -> list[tuple[RecordClass, Period | None]]:
    """Return what the platform itself must keep or let go: its duties, with those nobody may choose."""
    return [
        (each, default_of(each).period)
        for each in RECORD_CLASSES.values()
        if each.owner is Owner.PLATFORM or not each.is_chosen
    ]


def runs(organisation_id: int) -> list[tuple[RetentionRun, str, str]]:
    """Return the latest runs that ended something: the run, its rule's name, its figures."""
    found = RetentionRun.objects.filter(organisation_id=organisation_id).exclude(ended={}).order_by("-started_at")[:8]
    return [(run, title_of(run.record_class), summary(run.ended, files=run.files)) for run in found]


def next_run(organisation_id: int) -> datetime | None:
    """Return when rules are applied next."""
    work = RetentionWork.objects.filter(organisation_id=organisation_id, record_class="messages").first()
    return work.available_at if work else None


def holds() -> list[LegalHold]:
    return list(LegalHold.objects.active().select_related("placed_by").newest_first())


def title_of(key: str) -> str:
    """Return a record class's name; a network's terms are none, and have one all the same."""
    return str(RECORD_CLASSES[key].title) if key in RECORD_CLASSES else _("The networks’ terms")


def mode_words(record_class: RecordClass, mode: Mode) -> str:
    """Return what happens at the end, where the organisation chooses it."""
    if len(record_class.modes) == 1:
        return str(record_class.then)
    return _("Author blanked") if mode is Mode.ANONYMISE else _("Deleted")


def _row(
    now: InForce, organisation: Organisation, *, at: datetime, choice: Choice | None = None, error: str = ""
) -> RuleRow:
    record_class = now.record_class
    pending = now.pending
    if choice is None and pending is not None:
        chosen = _choice_of(pending)
    else:
        chosen = choice or Choice(key=record_class.key, period=now.period, mode=now.mode)
    is_changed = (chosen.period, chosen.mode) != (now.period, now.mode)
    return RuleRow(
        record_class=record_class,
        now=now,
        chosen=chosen,
        options=_options(record_class, chosen.period),
        modes=[(mode.value, mode_words(record_class, mode), mode is chosen.mode) for mode in record_class.modes],
        scale=_scale(record_class, chosen.period, now.period if is_changed else None),
        bounds=_bounds(record_class),
        effect=_effect(now, chosen, organisation, at, pending if choice is None else None) if is_changed else None,
        error=error,
    )


def _effect(
    now: InForce, chosen: Choice, organisation: Organisation, at: datetime, pending: RetentionPolicy | None
) -> Effect:
    begins = (
        pending.effective_at if pending is not None else begins_at(chosen, now, at=at, time_zone=organisation.time_zone)
    )
    instead = InForce(record_class=now.record_class, period=chosen.period, mode=chosen.mode)
    found = engine.forecast(organisation.pk, chosen.key, at=begins, instead=instead)
    return Effect(
        begins_at=begins,
        is_pending=pending is not None,
        is_shorter=is_shorter(chosen, now),
        ends=figures(found.rows, files=found.files, file_bytes=found.file_bytes),
        held=known_figures(found.held),
        by=str(pending.chosen_by) if pending is not None and pending.chosen_by else "",
    )


def _choice_of(policy: RetentionPolicy) -> Choice:
    return Choice(key=policy.record_class, period=policy.duration, mode=Mode(policy.mode))


def _options(record_class: RecordClass, chosen: Period | None) -> list[tuple[str, str, bool]]:
    least, most = record_class.bounds
    offered = {
        period.code: period
        for period in [
            *_OFFERED,
            *([chosen] if chosen else []),
            *([record_class.default] if record_class.default else []),
        ]
        if least.length <= period.length <= most.length
    }
    ordered = sorted(offered.values(), key=lambda period: period.length)
    found = [(period.code, str(period), period == chosen) for period in ordered]
    return [*found, (KEPT, _("Kept"), chosen is None)] if record_class.may_be_kept else found


def _bounds(record_class: RecordClass) -> str:
    if record_class.may_be_kept:
        return _("shorter by choice, from %(least)s") % {"least": record_class.least}
    least, most = record_class.bounds
    return _("%(least)s to %(most)s") % {"least": least, "most": most}


def _scale(record_class: RecordClass, kept: Period | None, was: Period | None) -> Scale:
    least, most = record_class.bounds
    return Scale(
        least=_place(least),
        most=_place(most),
        kept=_place(kept),
        was=_place(was) if was is not None and _place(was) > _place(kept) else None,
    )


def _place(period: Period | None) -> float:
    """Return where a period stands: a day at the left edge, ten years and what is kept at the right."""
    if period is None:
        return _WIDTH
    return round(_WIDTH * math.log(max(1.0, min(period.length, _LONGEST))) / math.log(_LONGEST), 1)
