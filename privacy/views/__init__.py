"""The retention page, requests of people about their data, and the processing record."""

from privacy.views.ending import end, undo
from privacy.views.record import record as processing_record
from privacy.views.requests import contact, identity, requests, somebody
from privacy.views.retention import choose, effect, keep, page, place, release

__all__ = [
    "choose",
    "contact",
    "effect",
    "end",
    "identity",
    "keep",
    "page",
    "place",
    "processing_record",
    "release",
    "requests",
    "somebody",
    "undo",
]
