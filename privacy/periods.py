"""Periods in days or in months of the calendar: two years from the 9th of December end on a 9th of December."""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

_CODE = re.compile(r"P(\d{1,4})([DM])")
_DAYS_A_MONTH = 365.25 / 12


@dataclass(frozen=True)
class Period:
    """So many months, or so many days; nothing at all is *at once*."""

    months: int = 0
    days: int = 0

    def before(self, at: datetime) -> datetime:
        """Return the hour before which a clock must have started for the period to be over at `at`."""
        year, month = divmod(at.year * 12 + at.month - 1 - self.months, 12)
        day = min(at.day, monthrange(year, month + 1)[1])
        return at.replace(year=year, month=month + 1, day=day) - timedelta(days=self.days)

    def after(self, at: datetime) -> datetime:
        """Return the hour at which the period is over for what began at `at`."""
        return Period(months=-self.months, days=-self.days).before(at)

    @property
    def length(self) -> float:
        """Its length in days, for comparing; a month counts as a twelfth of a year."""
        return self.months * _DAYS_A_MONTH + self.days

    @property
    def code(self) -> str:
        """Return it as ISO 8601 writes durations: P18M, P14D."""
        return f"P{self.months}M" if self.months else f"P{self.days}D"

    def __str__(self) -> str:
        if self.months and self.months % 12 == 0:
            return ngettext("%(count)s year", "%(count)s years", self.months // 12) % {"count": self.months // 12}
        if self.months:
            return ngettext("%(count)s month", "%(count)s months", self.months) % {"count": self.months}
        if self.days:
            return ngettext("%(count)s day", "%(count)s days", self.days) % {"count": self.days}
        return _("at once")


def years(count: int) -> Period:
    return Period(months=12 * count)


def months(count: int) -> Period:
    return Period(months=count)


def days(count: int) -> Period:
    return Period(days=count)


def parse_period(code: str) -> Period | None:
    """Return what `Period.code` wrote; None for the empty code, which means *kept*. Raises ValueError."""
    if not code:
        return None
    found = _CODE.fullmatch(code)
    if found is None:
        raise ValueError(f"{code!r} is no period; write P14D or P18M")
    count = int(found[1])
    return Period(months=count) if found[2] == "M" else Period(days=count)
