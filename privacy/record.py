"""The processing record (GDPR Art. 30(2)), read from the registry, so that it cannot drift from the code."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from lib.privacy import PrivacyClass, Purpose
from privacy.periods import Period
from privacy.record_classes import RECORD_CLASSES, RecordClass
from privacy.registry import registry
from privacy.rules import InForce, default_of, in_force
from privacy.words import DATA, PURPOSES, SUBJECTS


@dataclass(frozen=True, kw_only=True)
class Processing:
    """One purpose: whose data, which data, how long."""

    purpose: str
    subjects: list[str]
    data: list[str]
    rules: list[tuple[RecordClass, Period | None]]
    lasts: bool  # some of it as long as the organisation


def processings(*, at: datetime) -> list[Processing]:
    """Return what is processed on behalf of the organisation in scope, by purpose, with the periods in force."""
    declared = [entry.personal for entry in registry() if entry.personal is not None]
    found = []
    for purpose in Purpose:
        classes = [each for each in declared if each.purpose is purpose]
        if classes:
            found.append(_processing(purpose, classes, at))
    return found


def _processing(purpose: Purpose, classes: Iterable[PrivacyClass], at: datetime) -> Processing:
    classes = list(classes)
    subjects = dict.fromkeys(subject for each in classes for subject in each.subjects)
    data = dict.fromkeys(kind for each in classes for kind in each.holds.values())
    keys = dict.fromkeys(rule.record_class for each in classes for rule in each.rules)
    rules = [_in_force(RECORD_CLASSES[key], at) for key in RECORD_CLASSES if key in keys]
    return Processing(
        purpose=str(PURPOSES[purpose]),
        subjects=[str(SUBJECTS[subject]) for subject in subjects],
        data=[str(DATA[kind]) for kind in data],
        rules=[(rule.record_class, rule.period) for rule in rules],
        lasts=any(not each.rules for each in classes),
    )


def _in_force(record_class: RecordClass, at: datetime) -> InForce:
    return in_force(record_class.key, at=at) if record_class.is_chosen else default_of(record_class)
