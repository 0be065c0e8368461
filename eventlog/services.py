"""Recording events."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import models
from django.utils import timezone

from eventlog.models import Event
from lib.tenancy.scope import current_scope


@dataclass(frozen=True, kw_only=True)
class Origin:
    """From where acts come now: who, at which address, with which browser. The product's own acts have none."""

    actor_id: int | None = None
    actor_name: str = ""
    address: str | None = None
    agent: str = ""
    at: datetime | None = None  # when they were done, where they are told later


_PRODUCT = Origin()
_origin: ContextVar[Origin] = ContextVar("origin", default=_PRODUCT)


def current_origin() -> Origin:
    """Return from where acts come now."""
    return _origin.get()


@contextmanager
def acts_from(origin: Origin) -> Iterator[None]:
    """Let every event recorded inside carry this origin. Opened by the middleware, once a request."""
    token = _origin.set(origin)
    try:
        yield
    finally:
        _origin.reset(token)


def record(
    name: str,
    subject: models.Model | None = None,
    *,
    data: Mapping[str, Any] | None = None,
    origin: Origin | None = None,
) -> Event:
    """Append an event of the organisation in scope (of the platform when there is none) and return it.

    `name` is area.thing.past_verb, for instance `scheduler.post.scheduled`. `data` takes ids, codes and figures only.
    """
    who = origin or _origin.get()
    event = Event(
        organisation_id=current_scope().organisation_id,
        at=who.at or timezone.now(),
        name=name,
        actor_id=who.actor_id,
        actor_name=who.actor_name,
        subject_type=subject._meta.model_name or "" if subject is not None else "",
        subject_id=subject.pk if subject is not None else None,
        subject_name=str(subject)[:200] if subject is not None else "",
        address=who.address,
        agent=who.agent[:300],
        data=dict(data or {}),
    )
    event.save(force_insert=True)
    return event
