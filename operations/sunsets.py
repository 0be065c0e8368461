"""Versions of the networks' APIs: which one is spoken, and when it ends.

Networks end a version on a day they have announced, some without a word in their answers. Operators are warned two
months ahead; that nothing has stopped yet is why a warning is no trouble, and leaves readiness alone.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime

from integrations.registry import providers

WARNED_DAYS_AHEAD = 60


@dataclass(frozen=True, kw_only=True)
class SpokenVersion:
    """The version in which one network is spoken to. ``days_left`` None: this release does not know its end."""

    network: str
    name: str
    setting: str
    ends_on: date | None
    days_left: int | None

    @property
    def needs_somebody(self) -> bool:
        return self.days_left is None or self.days_left <= WARNED_DAYS_AHEAD


def spoken_versions(now: datetime) -> list[SpokenVersion]:
    """Return the version of every network that has versions and is offered here."""
    today = now.astimezone(UTC).date()
    return [
        SpokenVersion(
            network=provider.name,
            name=version.name,
            setting=version.setting,
            ends_on=version.ends_on,
            days_left=(version.ends_on - today).days if version.ends_on else None,
        )
        for provider in providers()
        if (version := provider.api_version) is not None
    ]


def warnings(now: datetime) -> dict[str, str]:
    """Return what operators should know in time, as a stable key and a line; empty when no version ends soon."""
    return {f"version:{each.network}": _line(each) for each in spoken_versions(now) if each.needs_somebody}


def _line(version: SpokenVersion) -> str:
    what = f"Version {version.name} of {version.network}'s API"
    if version.days_left is None:
        return f"{what} is unknown to this release: find out when it ends. It is set in {version.setting}."
    if version.days_left <= 0:
        return f"{what} ended on {version.ends_on}. Set a newer one in {version.setting} and restart."
    return (
        f"{what} ends on {version.ends_on}, in {version.days_left} days. Read what changes, set a newer one in "
        f"{version.setting} and restart."
    )
