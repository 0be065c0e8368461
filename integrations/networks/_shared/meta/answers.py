"""What the Graph API's answers have in common. Pure."""

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from integrations.contract import UsageReport
from integrations.errors import Reach
from integrations.networks._shared.meta.errors import account_usage


def moment(value: object) -> datetime | None:
    """Return a time of Meta's: ISO in answers, unix seconds in webhooks, nothing where there is none."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return datetime.fromtimestamp(value, UTC)
    return datetime.fromisoformat(str(value)) if value else None


def granted(permissions: Mapping[str, Any]) -> frozenset[str]:
    """Return the permissions a person left ticked."""
    return frozenset(
        str(each["permission"]) for each in permissions.get("data") or () if each.get("status") == "granted"
    )


def next_cursor(listing: Mapping[str, Any]) -> str:
    """Return the cursor of the next page, empty at the end: the end is where ``next`` is missing."""
    paging = listing.get("paging") or {}
    return str((paging.get("cursors") or {}).get("after") or "") if paging.get("next") else ""


def usage(
    headers: Mapping[str, str], *, network: str, app_budget: str, account_budget: str, app: str, now: datetime
) -> Iterator[UsageReport]:
    """Yield what the usage headers of one answer say, as percentages of an allowance that has no number."""
    percent = _busiest(headers.get("X-App-Usage", ""))
    if percent is not None:
        yield UsageReport(network=network, budget=app_budget, reach=Reach.APP, subject=app, used=percent, limit=100)
    for row in account_usage(headers):
        minutes = row["estimated_time_to_regain_access"]
        yield UsageReport(
            network=network,
            budget=account_budget,
            reach=Reach.ACCOUNT,
            subject=row["id"],
            used=max(int(row.get(name) or 0) for name in ("call_count", "total_cputime", "total_time")),
            limit=100,
            reset_at=now + timedelta(minutes=minutes) if minutes else None,
        )


def _busiest(text: str) -> int | None:
    try:
        return max(int(value) for value in json.loads(text).values())
    except (ValueError, AttributeError, TypeError):
        return None
