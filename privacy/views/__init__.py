"""The retention page, requests of people about their data, and the processing record."""

from privacy.views.ending import end, undo
from privacy.views.exports import delete as delete_export
from privacy.views.exports import exports
from privacy.views.exports import file as export_file
from privacy.views.exports import make as make_export
from privacy.views.exports import progress as export_progress
from privacy.views.exports import take as take_export
from privacy.views.record import record as processing_record
from privacy.views.requests import contact, identity, requests, somebody
from privacy.views.retention import choose, effect, effect_list, keep, page, place, release

__all__ = [
    "choose",
    "contact",
    "delete_export",
    "effect",
    "effect_list",
    "end",
    "export_file",
    "export_progress",
    "exports",
    "identity",
    "keep",
    "make_export",
    "page",
    "place",
    "processing_record",
    "release",
    "requests",
    "somebody",
    "take_export",
    "undo",
]
