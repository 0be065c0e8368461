"""YouTube's refusals: a reason, and where in the request the fault stands.

Source: developers.google.com/youtube/v3/docs/errors and the errors of each method, read 2026-11-22.
"""

from typing import Any

from starlette.responses import Response

from sandbox.networks._google.errors import google_error
from sandbox.networks.base import Refused

DOMAINS = {
    "quotaExceeded": "youtube.quota",
    "rateLimitExceeded": "usageLimits",
    "insufficientPermissions": "global",
    "authError": "global",
    "backendError": "global",
    "internalError": "global",
    "missingRequiredParameter": "global",
    "unexpectedParameter": "global",
    "invalidParameter": "global",
}


def youtube_error(status: int, reason: str, message: str, *, location: str = "", kind: str = "parameter") -> Response:
    """The envelope with its list of errors; clients decide by the reason of the first."""
    error: dict[str, Any] = {"message": message, "domain": DOMAINS.get(reason, "youtube.api.v3"), "reason": reason}
    if location:
        error |= {"location": location, "locationType": kind}
    return google_error(status, message, errors=[error])


def refuse(status: int, reason: str, message: str, *, location: str = "", kind: str = "parameter") -> Refused:
    return Refused(youtube_error(status, reason, message, location=location, kind=kind))


def quota_exceeded() -> Refused:
    return refuse(
        403,
        "quotaExceeded",
        'The request cannot be completed because you have exceeded your <a href="/youtube/v3/getting-started#quota">'
        "quota</a>.",
    )


def missing(parameter: str) -> Refused:
    return refuse(
        400,
        "missingRequiredParameter",
        f"No filter or parameter selected: {parameter} is required.",
        location=parameter,
    )


def forbidden(message: str = "The request is not properly authorized.") -> Refused:
    return refuse(403, "forbidden", message)


def video_not_found(location: str = "id") -> Refused:
    return refuse(404, "videoNotFound", "The video that you are trying to use cannot be found.", location=location)


def comment_not_found(location: str = "id") -> Refused:
    return refuse(404, "commentNotFound", "One or more of the specified comments cannot be found.", location=location)
