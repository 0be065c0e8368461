"""Hours as a story gives them: so many days from today at an hour of the place, or so many minutes from now."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo


@dataclass(frozen=True, kw_only=True)
class At:
    """An hour on a day near today, as the organisation's clock shows it."""

    days: int
    hour: str  # 08:30

    def on_clock(self, now: datetime, zone: str) -> datetime:
        day = now.astimezone(ZoneInfo(zone)).date() + timedelta(days=self.days)
        return datetime.combine(day, time.fromisoformat(self.hour), tzinfo=ZoneInfo(zone))


@dataclass(frozen=True, kw_only=True)
class In:
    """So many minutes from now; before it when negative."""

    minutes: int

    def on_clock(self, now: datetime, zone: str) -> datetime:
        return (now + timedelta(minutes=self.minutes)).replace(second=0, microsecond=0)
