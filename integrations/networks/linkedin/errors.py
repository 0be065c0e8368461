"""What LinkedIn's refusals mean to us.

Rows are keyed (HTTP status, reason). The reason is the body's ``code``; of the few answers that have none, or whose
code says too little, the whole sentence is looked up in ``SENTENCES``, never a part of it. A status alone decides
where no reason is listed for it. Sources: learn.microsoft.com/linkedin, "Error responses", "Rate limits",
"Versioning", 2026; codes of dead tokens as clients met them, read 2026-11-22.
"""

import logging
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import Any

from integrations.errors import (
    AuthorisationLost,
    PermanentError,
    ProviderError,
    RateLimited,
    Reach,
    TransientError,
)
from integrations.networks._shared.refusals import Refusal, Refused, body_of, error_for, shape_of
from lib.http import Answer

logger = logging.getLogger(__name__)

KEY = "linkedin"
DUPLICATE, APP_DAY, MEMBER_DAY, COMMENTS = "duplicate", "app-day", "member-day", "comments-minute"

# The whole sentence -> our name for its reason.
SENTENCES = {
    "Resource level throttle APPLICATION DAY limit for calls to this resource is reached.": APP_DAY,
    "Resource level throttle MEMBER DAY limit for calls to this resource is reached.": MEMBER_DAY,
    "Comment create throttled: creation rate limit exceeded for member": COMMENTS,
}
_COPY_OF = re.compile(r"Content is a duplicate of (urn:li:\w+:\S+)")

_SERVER = Refusal(raises=TransientError, key="unavailable")
_CONFIGURATION = Refusal(raises=PermanentError, key="app_misconfigured", reach=Reach.APP)
_VERSION = Refusal(raises=PermanentError, key="linkedin_version", reach=Reach.APP)
_REFUSED = Refusal(raises=PermanentError, key="refused")
_GONE = Refusal(raises=PermanentError, key="post_gone")
_EXPIRED = Refusal(raises=AuthorisationLost, key="access_expired", reach=Reach.GRANT, refresh_may_help=True)
_APP_BUDGET = Refusal(raises=RateLimited, key="rate_limited", reach=Reach.APP)
_MEMBER_BUDGET = Refusal(raises=RateLimited, key="rate_limited", reach=Reach.GRANT)
_MEDIA = Refusal(raises=PermanentError, key="media_refused")

TABLE: dict[tuple[int, str], Refusal] = {
    **{
        (400, code): _REFUSED
        for code in (
            "",
            "MISSING_FIELD",
            "INVALID_URN_TYPE",
            "INVALID_URN_ID",
            "INVALID_VALUE_FOR_FIELD",
            "INVALID_VALUE_BLANK_FIELD",
            "FIELD_LENGTH_TOO_LONG",
            "INVALID_URL",
            "ILLEGAL_ARGUMENT",
            "PARAM_INVALID",
        )
    },
    (400, "VERSION_MISSING"): _VERSION,
    (426, "NONEXISTENT_VERSION"): _VERSION,
    (426, ""): _VERSION,
    (400, "MEDIA_ASSET_WAITING_UPLOAD"): Refusal(raises=TransientError, key="unavailable"),
    (400, "MEDIA_ASSET_PROCESSING_FAILED"): _MEDIA,
    (400, "EXPIRED_UPLOAD_URL"): Refusal(raises=PermanentError, key="media_expired"),
    # The token: a refresh is tried once; where the member withdrew it none helps.
    (401, ""): _EXPIRED,
    (401, "INVALID_ACCESS_TOKEN"): _EXPIRED,
    (401, "EXPIRED_ACCESS_TOKEN"): _EXPIRED,
    (401, "REVOKED_ACCESS_TOKEN"): Refusal(raises=AuthorisationLost, key="access_withdrawn", reach=Reach.GRANT),
    # A role or a product is missing: another token is refused as well.
    (403, ""): Refusal(raises=AuthorisationLost, key="linkedin_role_lost", reach=Reach.ACCOUNT),
    (403, "ACCESS_DENIED"): Refusal(raises=AuthorisationLost, key="linkedin_role_lost", reach=Reach.ACCOUNT),
    (404, ""): _GONE,
    (405, ""): _REFUSED,
    (409, ""): Refusal(raises=TransientError, key="unavailable"),
    (411, ""): _REFUSED,
    (413, ""): _MEDIA,
    (415, ""): _MEDIA,
    (422, ""): _REFUSED,
    (422, DUPLICATE): Refusal(raises=PermanentError, key="linkedin_duplicate", look_first=True),
    (429, ""): _MEMBER_BUDGET,
    (429, APP_DAY): _APP_BUDGET,
    (429, MEMBER_DAY): _MEMBER_BUDGET,
    (429, COMMENTS): _MEMBER_BUDGET,
}
# Of these the status says all that a code could add.
BY_STATUS = frozenset({401, 403, 404, 405, 409, 411, 413, 415, 422, 426, 429})
# Refused before anything was done, even where the call itself may not be repeated.
SURELY_NOT_DONE = frozenset({(400, "MEDIA_ASSET_WAITING_UPLOAD"), (409, "")})
# What is no word about the account's role: a comment, a reaction, a figure that may not be had.
NOT_ALLOWED = Refusal(raises=PermanentError, key="linkedin_not_allowed")

TOKEN_TABLE: dict[tuple[int, str], Refusal] = {
    (400, "invalid_request"): Refusal(raises=AuthorisationLost, key="access_lost", reach=Reach.GRANT),
    (400, "invalid_grant"): Refusal(raises=AuthorisationLost, key="access_lost", reach=Reach.GRANT),
    (400, "invalid_redirect_uri"): _CONFIGURATION,
    (400, "invalid_client"): _CONFIGURATION,
    (400, "invalid_client_id"): _CONFIGURATION,
    (400, "unauthorized_client"): _CONFIGURATION,
    (401, "invalid_client"): _CONFIGURATION,
    (401, "invalid_client_id"): _CONFIGURATION,
    (401, "unauthorized_client"): _CONFIGURATION,
    (429, ""): _APP_BUDGET,
}

BACK_OFF = timedelta(seconds=60)


def refusal(answer: Answer, *, once: bool, by_role: bool, now: datetime) -> ProviderError:
    """Return our error for a refusal by the API. ``by_role``: a 403 here means that the role on the page is gone."""
    _note(answer)
    refused, copy_of = _taken_apart(answer, now=now)
    found = (refused.status, refused.reason)
    row = _row(TABLE, refused)
    if row is not None and refused.status == 403 and not by_role:
        row = NOT_ALLOWED
    where = found if found in SURELY_NOT_DONE else (refused.status, "")
    error = error_for(refused, row, once=once and where not in SURELY_NOT_DONE)
    if isinstance(error, PermanentError) and copy_of:
        error.same_as = copy_of
    return error


def token_refusal(answer: Answer, *, now: datetime) -> ProviderError:
    """Return our error for a refusal by the token endpoint."""
    _note(answer)
    refused, _ = _taken_apart(answer, now=now)
    return error_for(refused, _row(TOKEN_TABLE, refused), once=False)


def _note(answer: Answer) -> None:
    """Log by which name LinkedIn's own people find this answer."""
    name = answer.headers.get("x-li-uuid") or answer.headers.get("x-li-request-id") or "none"
    logger.info("linkedin answered %s, its request %s", answer.status, name)


def _row(table: Mapping[tuple[int, str], Refusal], refused: Refused) -> Refusal | None:
    exact = table.get((refused.status, refused.reason))
    if exact is None and refused.status >= 500:
        return _SERVER
    if exact is None and refused.status in BY_STATUS:
        return table.get((refused.status, ""))
    return exact


def _taken_apart(answer: Answer, *, now: datetime) -> tuple[Refused, str]:
    """Return what was said, and the post that LinkedIn says it has already."""
    body = body_of(answer)
    problem: Mapping[str, Any] = body if isinstance(body, dict) else {}
    detail = str(problem.get("message") or problem.get("error_description") or "")
    copy = _COPY_OF.fullmatch(detail)
    reason = str(problem.get("error") or problem.get("code") or "")
    if answer.status == 422 and copy:
        reason = DUPLICATE
    refused = Refused(
        network=KEY,
        status=answer.status,
        code=str(problem.get("serviceErrorCode") or ""),
        reason=SENTENCES.get(detail, reason),
        detail=detail,
        shape=shape_of(body),
    )
    reset_at = _reset_at(refused, now=now) if answer.status == 429 else None
    return replace(refused, reset_at=reset_at), copy[1] if copy else ""


def _reset_at(refused: Refused, *, now: datetime) -> datetime:
    """Daily allowances fill at midnight UTC; of all others LinkedIn says nothing, and asks for a minute at least."""
    if refused.reason in {APP_DAY, MEMBER_DAY}:
        tomorrow = now.astimezone(UTC).date() + timedelta(days=1)
        return datetime.combine(tomorrow, time.min, tzinfo=UTC)
    return now + BACK_OFF
