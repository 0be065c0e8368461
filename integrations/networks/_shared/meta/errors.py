"""What the Graph API's refusals mean to us, whichever of its products refuses.

Rows are keyed (code, subcode); the HTTP status is nearly always 400 and says nothing. The looked-up order is the
exact pair, then the subcode as if it stood alone (Meta uses some numbers as either), then the code.
Sources: developers.facebook.com "Handling errors" and "Rate limits", 2026, read 2026-11-22.
"""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from integrations.errors import AuthorisationLost, PermanentError, ProviderError, RateLimited, Reach, TransientError
from integrations.networks._shared.refusals import Refusal, Refused, body_of, error_for, shape_of
from lib.http import Answer

NONE = 0
MESSAGE_WINDOW_HOURS = 24  # for the sentence; messenger.MESSAGE_WINDOW is where it is judged
WINDOW_CLOSED = 2_018_278

Table = Mapping[tuple[int, int], Refusal]

SERVER = Refusal(raises=TransientError, key="unavailable")
APP_BUDGET = Refusal(raises=RateLimited, key="rate_limited", reach=Reach.APP)
ACCOUNT_BUDGET = Refusal(raises=RateLimited, key="rate_limited", reach=Reach.ACCOUNT)
PERMISSION = Refusal(raises=AuthorisationLost, key="permission_missing", reach=Reach.ACCOUNT)
TOKEN = Refusal(raises=AuthorisationLost, key="access_lost", reach=Reach.GRANT)
GONE = Refusal(raises=PermanentError, key="post_gone")

TABLE: Table = {
    # a passing disturbance
    (1, NONE): SERVER,
    (2, NONE): SERVER,
    # budgets: the app's, the person's, the account's
    (4, NONE): APP_BUDGET,
    (17, NONE): Refusal(raises=RateLimited, key="rate_limited", reach=Reach.GRANT),
    (32, NONE): ACCOUNT_BUDGET,
    (613, NONE): ACCOUNT_BUDGET,
    **{(code, NONE): ACCOUNT_BUDGET for code in range(80_000, 80_015)},
    # the token
    (102, NONE): TOKEN,
    (190, NONE): TOKEN,
    (190, 492): Refusal(raises=AuthorisationLost, key="facebook_role_lost", reach=Reach.ACCOUNT),
    (1705, NONE): Refusal(raises=AuthorisationLost, key="access_lost", reach=Reach.ACCOUNT),
    # what the token may do
    (3, NONE): Refusal(raises=PermanentError, key="app_misconfigured", reach=Reach.APP),
    (10, NONE): PERMISSION,
    **{(code, NONE): PERMISSION for code in range(200, 300)},
    # answering: the person's last message is too old
    (10, WINDOW_CLOSED): Refusal(raises=PermanentError, key="reply_window_closed"),
    (2200, NONE): Refusal(raises=PermanentError, key="webhook_refused", reach=Reach.APP),
    # answering a comment in private: once, and not for long
    (10_900, NONE): Refusal(raises=PermanentError, key="answered_privately"),
    (10_901, NONE): Refusal(raises=PermanentError, key="private_answer_too_late"),
    # what was asked for
    (100, NONE): Refusal(raises=PermanentError, key="refused"),
    (100, 33): GONE,
    (368, NONE): Refusal(raises=PermanentError, key="account_restricted", reach=Reach.ACCOUNT),
}


def refusal(answer: Answer, *, network: str, table: Table, once: bool, now: datetime) -> ProviderError:
    """Return our error for a refusal. ``is_transient`` and a fault of the server say more than the code."""
    body = body_of(answer)
    error = body.get("error") if isinstance(body, dict) else None
    fault: Mapping[str, Any] = error if isinstance(error, dict) else {}
    code, subcode = _number(fault.get("code")), _number(fault.get("error_subcode"))
    refused = Refused(
        network=network,
        status=answer.status,
        code=str(code or ""),
        reason=str(subcode or ""),
        detail=str(fault.get("error_user_msg") or fault.get("message") or ""),
        reset_at=regained_at(answer, now=now),
        shape=shape_of(body),
        parameters={"allowed": MESSAGE_WINDOW_HOURS} if subcode == WINDOW_CLOSED else {},
    )
    return error_for(refused, _row(table, fault, code, subcode, answer.status), once=once)


def find_row(table: Table, code: int, subcode: int) -> Refusal | None:
    """Return the row that speaks of a code and its subcode."""
    row = table.get((code, subcode)) or (table.get((subcode, NONE)) if subcode > 1000 else None)
    return row or table.get((code, NONE))


def _row(table: Table, fault: Mapping[str, Any], code: int, subcode: int, status: int) -> Refusal | None:
    row = find_row(table, code, subcode)
    if fault.get("is_transient") is True and (row is None or row.raises is not RateLimited):
        return SERVER
    if row is None and status >= 500:
        return SERVER
    return row


def regained_at(answer: Answer, *, now: datetime) -> datetime | None:
    """Return when the busiest of the account's budgets is free again, where Meta gives its estimate in minutes."""
    minutes = max((each["estimated_time_to_regain_access"] for each in account_usage(answer.headers)), default=0)
    return now + timedelta(minutes=minutes) if minutes else None


def account_usage(headers: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return the rows of X-Business-Use-Case-Usage, each with its ``id``; without the header, none."""
    text = headers.get("X-Business-Use-Case-Usage")
    if not text:
        return []
    try:
        usage = json.loads(text)
        return [
            {"estimated_time_to_regain_access": 0, **row, "id": str(key)} for key, rows in usage.items() for row in rows
        ]
    except (ValueError, AttributeError, TypeError):
        return []


def _number(value: object) -> int:
    return value if isinstance(value, int) else 0
