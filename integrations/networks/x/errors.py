"""What X's refusals mean to us.

Rows are keyed (HTTP status, reason). The reason is the last segment of the problem's ``type`` (the host before it
differs), or for ``about:blank`` the title; where several refusals share a type and only their sentence tells them
apart, that whole sentence is looked up in ``SENTENCES``, never a part of it.
Sources: docs.x.com "Response codes and errors" and "Manage posts", 2026-08-22.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
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

KEY = "x"

# The whole sentence -> our name for its reason.
SENTENCES = {
    "You are not allowed to create a Tweet with duplicate content.": "duplicate-content",
    "Reply to this conversation is not allowed because you have not been mentioned or otherwise engaged by the author "
    "of the post you are replying to.": "not-summoned",
    "You are not permitted to perform this action.": "not-permitted",
    "User is suspended.": "user-suspended",
    "You attempted to reply to a Tweet that is deleted or not visible to you.": "reply-target-gone",
}

_SERVER = Refusal(raises=TransientError, key="unavailable")
_CONFIGURATION = Refusal(raises=PermanentError, key="app_misconfigured", reach=Reach.APP)

TABLE: dict[tuple[int, str], Refusal] = {
    (400, "invalid-request"): Refusal(raises=PermanentError, key="refused"),
    (400, "bad-request"): Refusal(raises=PermanentError, key="refused"),
    (401, "unauthorized"): Refusal(
        raises=AuthorisationLost, key="access_expired", reach=Reach.GRANT, refresh_may_help=True
    ),
    (402, "credits"): Refusal(raises=RateLimited, key="x_credits", reach=Reach.APP),
    (403, "spend-cap-reached"): Refusal(raises=RateLimited, key="x_credits", reach=Reach.APP),
    (403, "client-forbidden"): _CONFIGURATION,
    (403, "unsupported-authentication"): _CONFIGURATION,
    (403, "duplicate-content"): Refusal(raises=PermanentError, key="x_duplicate", look_first=True),
    (403, "not-summoned"): Refusal(raises=PermanentError, key="x_not_summoned"),
    (403, "reply-target-gone"): Refusal(raises=PermanentError, key="post_gone"),
    (403, "not-permitted"): Refusal(raises=PermanentError, key="account_restricted", reach=Reach.ACCOUNT),
    (403, "user-suspended"): Refusal(raises=PermanentError, key="account_restricted", reach=Reach.ACCOUNT),
    (403, "not-authorized-for-resource"): Refusal(raises=PermanentError, key="refused"),
    # One type for every rule about content: too long, too many cashtags, a feature the account has not got.
    (403, "forbidden"): Refusal(raises=PermanentError, key="refused"),
    (404, "resource-not-found"): Refusal(raises=PermanentError, key="post_gone"),
    (404, "not-found"): Refusal(raises=PermanentError, key="post_gone"),
    (413, ""): Refusal(raises=PermanentError, key="media_refused"),
    (429, "too-many-requests"): Refusal(raises=RateLimited, key="rate_limited", reach=Reach.ACCOUNT),
    (429, "rate-limit-exceeded"): Refusal(raises=RateLimited, key="rate_limited", reach=Reach.ACCOUNT),
    (429, "88"): Refusal(raises=RateLimited, key="rate_limited", reach=Reach.ACCOUNT),
    (429, ""): Refusal(raises=RateLimited, key="rate_limited", reach=Reach.ACCOUNT),
    (429, "usage-capped"): Refusal(raises=RateLimited, key="x_credits", reach=Reach.APP),
}

# The token endpoint speaks RFC 6749: keyed by its ``error``. A refresh token that is used up or withdrawn is answered
# with invalid_request by X itself and with invalid_grant by some of its gateways.
TOKEN_TABLE: dict[tuple[int, str], Refusal] = {
    (400, "invalid_request"): Refusal(raises=AuthorisationLost, key="access_lost", reach=Reach.GRANT),
    (400, "invalid_grant"): Refusal(raises=AuthorisationLost, key="access_lost", reach=Reach.GRANT),
    (400, "invalid_client"): _CONFIGURATION,
    (400, "unauthorized_client"): _CONFIGURATION,
    (401, "invalid_client"): _CONFIGURATION,
    (401, "unauthorized_client"): _CONFIGURATION,
    (401, "unauthorized"): _CONFIGURATION,
    (403, "client-forbidden"): _CONFIGURATION,
    (429, ""): Refusal(raises=RateLimited, key="rate_limited", reach=Reach.APP),
    (429, "too-many-requests"): Refusal(raises=RateLimited, key="rate_limited", reach=Reach.APP),
}


def refusal(answer: Answer, *, once: bool) -> ProviderError:
    """Return our error for a refusal by the API."""
    refused = _taken_apart(answer)
    return error_for(refused, _row(TABLE, refused), once=once)


def token_refusal(answer: Answer, *, once: bool) -> ProviderError:
    """Return our error for a refusal by the token endpoint."""
    refused = _taken_apart(answer)
    return error_for(refused, _row(TOKEN_TABLE, refused), once=once)


def _row(table: Mapping[tuple[int, str], Refusal], refused: Refused) -> Refusal | None:
    """Find the row: for size, rate and server faults the status alone decides where no reason is listed."""
    exact = table.get((refused.status, refused.reason))
    if exact is None and refused.status >= 500:
        return _SERVER
    if exact is None and refused.status in {413, 429}:
        return table.get((refused.status, ""))
    return exact


def _taken_apart(answer: Answer) -> Refused:
    body = body_of(answer)
    problem: Mapping[str, Any] = body if isinstance(body, dict) else {}
    detail = str(problem.get("detail") or problem.get("error_description") or "")
    return Refused(
        network=KEY,
        status=answer.status,
        reason=SENTENCES.get(detail) or _reason(problem),
        detail=detail,
        reset_at=_reset_at(answer, problem),
        shape=shape_of(body),
    )


def _reason(problem: Mapping[str, Any]) -> str:
    """Return the reason of any of X's four envelopes."""
    if isinstance(problem.get("error"), str):
        return str(problem["error"])
    kind = str(problem.get("type") or "")
    if kind and kind != "about:blank":
        return kind.rstrip("/").rpartition("/")[2]
    if problem.get("title"):
        return _slug(str(problem["title"]))
    errors = problem.get("errors")
    first = errors[0] if isinstance(errors, list) and errors and isinstance(errors[0], dict) else {}
    return str(first.get("code") or "")


def _slug(title: str) -> str:
    """``SpendCapReached`` and ``Too Many Requests`` -> words in lower case, joined by hyphens."""
    spaced = "".join(f" {each}" if each.isupper() else each for each in title)
    return "-".join(spaced.lower().split())


def _reset_at(answer: Answer, problem: Mapping[str, Any]) -> datetime | None:
    """Return when the budget that was hit fills again: the day's when that is empty, else the window's."""
    if problem.get("reset_date"):
        return _moment(str(problem["reset_date"]))
    for scope in ("x-app-limit-24hour", "x-user-limit-24hour"):
        if answer.headers.get(f"{scope}-remaining") == "0":
            return _epoch(answer.headers.get(f"{scope}-reset"))
    return _epoch(answer.headers.get("x-rate-limit-reset"))


def _epoch(seconds: str | None) -> datetime | None:
    return datetime.fromtimestamp(int(seconds), UTC) if seconds and seconds.isdigit() else None


def _moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def partial_refusal(problem: Mapping[str, Any]) -> ProviderError:
    """Return our error for the first of ``errors`` in an answer of status 200 that carries no data.

    X reports there what it would otherwise answer with a 404 or a 403.
    """
    reason = _reason(problem)
    status = 404 if reason == "resource-not-found" else 403
    refused = Refused(
        network=KEY, status=status, reason=reason, detail=str(problem.get("detail") or ""), shape=shape_of(problem)
    )
    return error_for(refused, _row(TABLE, refused), once=False)
