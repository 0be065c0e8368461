"""Security incidents of the platform: while one is open, logs are its evidence and stay."""

from datetime import datetime

from eventlog.services import record
from privacy.models import SecurityIncident


def open_incident(title: str, *, at: datetime) -> SecurityIncident:
    incident = SecurityIncident.objects.create(title=title, opened_at=at)
    record("privacy.incident.opened", incident)
    return incident


def resolve_incident(incident: SecurityIncident, *, at: datetime) -> bool:
    """Resolve it; tell whether it was open. Logs past their period go in the next night."""
    resolved = bool(SecurityIncident.objects.filter(pk=incident.pk, resolved_at=None).update(resolved_at=at))
    if resolved:
        record("privacy.incident.resolved", incident)
    return resolved
