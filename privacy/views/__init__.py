"""The retention page and the processing record."""

from privacy.views.record import record as processing_record
from privacy.views.retention import choose, effect, keep, page, place, release

__all__ = ["choose", "effect", "keep", "page", "place", "processing_record", "release"]
