"""Calls to other machines: guarded, counted in one place, and silent about secrets.

``Client`` is for hosts we chose (the networks): exact origins, time limits, no redirect, no retry, one answer or one
honest error. ``fetch`` is for addresses that others gave us (a profile picture): it refuses to reach into our own
network.
"""

from lib.http.client import Answer, Client, read_json
from lib.http.errors import AnswerLost, AnswerTooLarge, HttpError, NotSent, OriginRefused
from lib.http.foreign import Fetched, ForeignRefused, fetch
from lib.http.multipart import Multipart
from lib.http.span import Span

__all__ = [
    "Answer",
    "AnswerLost",
    "AnswerTooLarge",
    "Client",
    "Fetched",
    "ForeignRefused",
    "HttpError",
    "Multipart",
    "NotSent",
    "OriginRefused",
    "Span",
    "fetch",
    "read_json",
]
