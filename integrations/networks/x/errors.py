"""What X's refusals mean to us.

Rows are keyed (HTTP status, code, reason). The code is that of X's old envelope (``errors[0].code``), empty in the
others. The reason is the last segment of the problem's ``type`` (the host before it differs), or for ``about:blank``
the title; where several refusals share a type and only their sentence tells them apart, that whole sentence is looked
up in ``SENTENCES``, never a part of it. A row without code and reason is what a status alone says.
Sources: docs.x.com "Response codes and errors" and "Manage posts", 2026-08-22; the old codes: developer.x.com.
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
    "You attempted to quote a Tweet that is deleted or not visible to you.": "quote-target-gone",
    "You cannot send messages to this user.": "messages-closed",
}

_SERVER = Refusal(raises=TransientError, key="unavailable")
_CONFIGURATION = Refusal(raises=PermanentError, key="app_misconfigured", reach=Reach.APP)

_REFUSED = Refusal(raises=PermanentError, key="refused")
_GONE = Refusal(raises=PermanentError, key="post_gone")
_RESTRICTED = Refusal(raises=PermanentError, key="account_restricted", reach=Reach.ACCOUNT)
_CREDITS = Refusal(raises=RateLimited, key="x_credits", reach=Reach.APP)
_RATE = Refusal(raises=RateLimited, key="rate_limited", reach=Reach.ACCOUNT)
_EXPIRED = Refusal(raises=AuthorisationLost, key="access_expired", reach=Reach.GRANT, refresh_may_help=True)
_MESSAGES_CLOSED = Refusal(raises=PermanentError, key="x_messages_closed")
_DUPLICATE = Refusal(raises=PermanentError, key="x_duplicate", look_first=True)

Key = tuple[int, str, str]

TABLE: dict[Key, Refusal] = {
    (400, "", "invalid-request"): _REFUSED,
    (400, "", "bad-request"): _REFUSED,
    (401, "", "unauthorized"): _EXPIRED,
    (401, "32", ""): _EXPIRED,
    (401, "89", ""): _EXPIRED,
    (402, "", "credits"): _CREDITS,
    (402, "", "credits-depleted"): _CREDITS,
    (403, "", "spend-cap-reached"): _CREDITS,
    (403, "", "usage-capped"): _CREDITS,
    (403, "", "client-forbidden"): _CONFIGURATION,
    (403, "", "unsupported-authentication"): _CONFIGURATION,
    (403, "", "duplicate-content"): _DUPLICATE,
    (403, "187", ""): _DUPLICATE,
    (403, "", "not-summoned"): Refusal(raises=PermanentError, key="x_not_summoned"),
    (403, "", "reply-target-gone"): _GONE,
    (403, "", "quote-target-gone"): Refusal(raises=PermanentError, key="x_quote_gone"),
    (403, "", "messages-closed"): _MESSAGES_CLOSED,
    (403, "349", ""): _MESSAGES_CLOSED,
    (403, "150", ""): _MESSAGES_CLOSED,
    (403, "", "not-permitted"): _RESTRICTED,
    (403, "", "user-suspended"): _RESTRICTED,
    (403, "64", ""): _RESTRICTED,
    (403, "326", ""): _RESTRICTED,
    (403, "", "not-authorized-for-resource"): _REFUSED,
    (403, "", "not-authorized-for-field"): _REFUSED,
    (403, "", "resource-unavailable"): _GONE,
    (403, "", "disallowed-resource"): _REFUSED,
    # One type for every rule about content: too long a text or film, too many cashtags, what the account may not use.
    (403, "", "forbidden"): _REFUSED,
    (404, "", "resource-not-found"): _GONE,
    (404, "", "not-found"): _GONE,
    (404, "", "not-found-error"): _GONE,
    (404, "144", ""): _GONE,
    (413, "", ""): Refusal(raises=PermanentError, key="media_refused"),
    (429, "", "usage-capped"): _CREDITS,
    (429, "", ""): _RATE,
    (500, "", ""): _SERVER,
    (502, "", ""): _SERVER,
    (503, "", ""): _SERVER,
    (504, "", ""): _SERVER,
}

# The token endpoint speaks RFC 6749: keyed by its ``error``. A refresh token that is used up or withdrawn is answered
# with invalid_request by X itself and with invalid_grant by some of its gateways.
TOKEN_TABLE: dict[Key, Refusal] = {
    (400, "", "invalid_request"): Refusal(raises=AuthorisationLost, key="access_lost", reach=Reach.GRANT),
    (400, "", "invalid_grant"): Refusal(raises=AuthorisationLost, key="access_lost", reach=Reach.GRANT),
    (400, "", "invalid_client"): _CONFIGURATION,
    (400, "", "unauthorized_client"): _CONFIGURATION,
    (401, "", "invalid_client"): _CONFIGURATION,
    (401, "", "unauthorized_client"): _CONFIGURATION,
    (401, "", "unauthorized"): _CONFIGURATION,
    (403, "", "client-forbidden"): _CONFIGURATION,
    (429, "", ""): Refusal(raises=RateLimited, key="rate_limited", reach=Reach.APP),
    (500, "", ""): _SERVER,
    (502, "", ""): _SERVER,
    (503, "", ""): _SERVER,
    (504, "", ""): _SERVER,
}

# Statuses that say enough by themselves, whatever the body: size, rate, X's own trouble.
_PLAIN = frozenset({413, 429, *range(500, 600)})


def refusal(answer: Answer, *, once: bool) -> ProviderError:
    """Return our error for a refusal by the API."""
    refused = _taken_apart(answer)
    return error_for(refused, _row(TABLE, refused), once=once)


def token_refusal(answer: Answer, *, once: bool) -> ProviderError:
    """Return our error for a refusal by the token endpoint."""
    refused = _taken_apart(answer)
    return error_for(refused, _row(TOKEN_TABLE, refused), once=once)


def _row(table: Mapping[Key, Refusal], refused: Refused) -> Refusal | None:
    exact = table.get((refused.status, refused.code, refused.reason))
    if exact is None and refused.status in _PLAIN:
        return table.get((refused.status, "", "")) or _SERVER
    return exact


def _taken_apart(answer: Answer) -> Refused:
    body = body_of(answer)
    problem: Mapping[str, Any] = body if isinstance(body, dict) else {}
    detail = str(problem.get("detail") or problem.get("error_description") or "")
    return Refused(
        network=KEY,
        status=answer.status,
        code=_code(problem),
        reason=SENTENCES.get(detail) or _reason(problem),
        detail=detail,
        reset_at=_reset_at(answer, problem),
        shape=shape_of(body),
    )


def _reason(problem: Mapping[str, Any]) -> str:
    """Return the reason of three of X's four envelopes; the old one has a code instead."""
    if isinstance(problem.get("error"), str):
        return str(problem["error"])
    kind = str(problem.get("type") or "")
    if kind and kind != "about:blank":
        return kind.rstrip("/").rpartition("/")[2]
    return _slug(str(problem["title"])) if problem.get("title") else ""


def _code(problem: Mapping[str, Any]) -> str:
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
