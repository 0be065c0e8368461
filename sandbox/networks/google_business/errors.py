"""Business Profile's refusals: Google's envelope, and the validation errors of v4.

Source: developers.google.com/my-business, Shared.Types/ValidationError and the error pages of each API, read 2026-11-22
through dated copies. Codes of single faults are not listed anywhere; the names here say what was wrong.
"""

from sandbox.networks._google.errors import refuse
from sandbox.networks.base import Refused


def invalid(field: str, message: str, *, value: str = "", code: str = "INVALID_ARGUMENT") -> Refused:
    """400 with the field that was wrong."""
    detail = {"field": field, "message": message, "code": code} | ({"value": value} if value else {})
    return refuse(
        400,
        "Request contains an invalid argument.",
        details=[
            {
                "@type": "type.googleapis.com/google.mybusiness.v4.ValidationError",
                "errorDetails": [detail],
            }
        ],
    )


def invalid_field(field: str, message: str) -> Refused:
    """The same in the words of the v1 APIs."""
    return refuse(
        400,
        "Request contains an invalid argument.",
        details=[
            {
                "@type": "type.googleapis.com/google.rpc.BadRequest",
                "fieldViolations": [{"field": field, "description": message}],
            }
        ],
    )


def not_found() -> Refused:
    return refuse(404, "Requested entity was not found.")


def no_permission() -> Refused:
    return refuse(403, "The caller does not have permission")


def not_in_good_standing() -> Refused:
    """Reviews, posts and answers need a profile that Google shows. Which code it is no page says."""
    return refuse(400, "Precondition check failed.", status="FAILED_PRECONDITION")


def quota_exceeded(service: str, limit: int, *, project: str, profile: bool = False) -> Refused:
    """429. A project that Google has not approved has a limit of 0 and gets the same answer."""
    what = "Edits per minute per profile" if profile else "Requests per minute"
    return refuse(
        429,
        f"Quota exceeded for quota metric '{what}' and limit '{what}' of service '{service}' for consumer "
        f"'project_number:{project}'.",
        reason="RATE_LIMIT_EXCEEDED",
        metadata={
            "service": service,
            "consumer": f"projects/{project}",
            "quota_metric": f"{service}/{'profile_edits' if profile else 'default_requests'}",
            "quota_limit": f"{'profile_edits' if profile else 'default_requests'}_per_minute",
            "quota_limit_value": str(limit),
            "quota_location": "global",
        },
    )
