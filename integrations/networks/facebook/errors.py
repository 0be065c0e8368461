"""What the Graph API's refusals mean to us.

Rows are keyed (code, subcode); the HTTP status is nearly always 400 and says nothing. The looked-up order is the
exact pair, then the subcode as if it stood alone (Meta uses some numbers as either), then the code.
Sources: developers.facebook.com "Handling errors" and "Rate limits", 2026; numbers above 1,000,000 are what maintained
clients met, read 2026-11-22.
"""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from integrations.errors import AuthorisationLost, PermanentError, ProviderError, RateLimited, Reach, TransientError
from integrations.networks._shared.refusals import Refusal, Refused, body_of, error_for, shape_of
from lib.http import Answer

KEY = "facebook"
NONE = 0
MESSAGE_WINDOW_HOURS = 24  # for the sentence; limits.MESSAGE_WINDOW is where it is judged

_SERVER = Refusal(raises=TransientError, key="unavailable")
_APP_BUDGET = Refusal(raises=RateLimited, key="rate_limited", reach=Reach.APP)
_PAGE_BUDGET = Refusal(raises=RateLimited, key="rate_limited", reach=Reach.ACCOUNT)
_PERMISSION = Refusal(raises=AuthorisationLost, key="permission_missing", reach=Reach.ACCOUNT)
_TOKEN = Refusal(raises=AuthorisationLost, key="access_lost", reach=Reach.GRANT)
_MEDIA = Refusal(raises=PermanentError, key="media_refused")
_LINK = Refusal(raises=PermanentError, key="facebook_link_refused")
_CONTENT = Refusal(raises=PermanentError, key="facebook_content_refused")
_IDENTITY = Refusal(raises=PermanentError, key="facebook_identity_check", reach=Reach.ACCOUNT)
_DUPLICATE = Refusal(raises=PermanentError, key="facebook_duplicate", look_first=True)
_GONE = Refusal(raises=PermanentError, key="post_gone")

TABLE: dict[tuple[int, int], Refusal] = {
    # a passing disturbance
    (1, NONE): _SERVER,
    (2, NONE): _SERVER,
    # budgets: the app's, the person's, the page's
    (4, NONE): _APP_BUDGET,
    (17, NONE): Refusal(raises=RateLimited, key="rate_limited", reach=Reach.GRANT),
    (32, NONE): _PAGE_BUDGET,
    (613, NONE): _PAGE_BUDGET,
    **{(code, NONE): _PAGE_BUDGET for code in range(80_000, 80_015)},
    (1_390_008, NONE): _PAGE_BUDGET,
    # the token
    (102, NONE): _TOKEN,
    (190, NONE): _TOKEN,
    (190, 492): Refusal(raises=AuthorisationLost, key="facebook_role_lost", reach=Reach.ACCOUNT),
    (1705, NONE): Refusal(raises=AuthorisationLost, key="access_lost", reach=Reach.ACCOUNT),
    # what the token may do
    (3, NONE): Refusal(raises=PermanentError, key="app_misconfigured", reach=Reach.APP),
    (10, NONE): _PERMISSION,
    # answering: the person's last message is too old; they blocked the page, left, or closed the conversation
    (10, 2_018_278): Refusal(raises=PermanentError, key="reply_window_closed"),
    (551, NONE): Refusal(raises=PermanentError, key="facebook_person_unavailable"),
    (2200, NONE): Refusal(raises=PermanentError, key="webhook_refused", reach=Reach.APP),
    **{(code, NONE): _PERMISSION for code in range(200, 300)},
    # the post
    (100, NONE): Refusal(raises=PermanentError, key="refused"),
    (100, 33): _GONE,
    (21, NONE): _GONE,
    (803, NONE): _GONE,
    (506, NONE): _DUPLICATE,
    (1_366_051, NONE): _DUPLICATE,
    (368, NONE): Refusal(raises=PermanentError, key="account_restricted", reach=Reach.ACCOUNT),
    **{(code, NONE): _MEDIA for code in (324, 389, 1_366_046, 2_069_019, 1_363_040, 1_363_127, 1_363_128, 1_363_129)},
    (1_609_005, NONE): _LINK,
    (1_609_008, NONE): _LINK,
    (1_346_003, NONE): _CONTENT,
    (1_404_102, NONE): _CONTENT,
    (1_404_078, NONE): _IDENTITY,
    (4_854_002, NONE): _IDENTITY,
}


def refusal(answer: Answer, *, once: bool, now: datetime) -> ProviderError:
    """Return our error for a refusal. ``is_transient`` and a fault of the server say more than the code."""
    body = body_of(answer)
    error = body.get("error") if isinstance(body, dict) else None
    fault: Mapping[str, Any] = error if isinstance(error, dict) else {}
    code, subcode = _number(fault.get("code")), _number(fault.get("error_subcode"))
    refused = Refused(
        network=KEY,
        status=answer.status,
        code=str(code or ""),
        reason=str(subcode or ""),
        detail=str(fault.get("error_user_msg") or fault.get("message") or ""),
        reset_at=regained_at(answer, now=now),
        shape=shape_of(body),
        parameters={"allowed": MESSAGE_WINDOW_HOURS} if subcode == 2_018_278 else {},
    )
    return error_for(refused, _row(fault, code, subcode, answer.status), once=once)


def _row(fault: Mapping[str, Any], code: int, subcode: int, status: int) -> Refusal | None:
    row = TABLE.get((code, subcode)) or (TABLE.get((subcode, NONE)) if subcode > 1000 else None)
    row = row or TABLE.get((code, NONE))
    if fault.get("is_transient") is True and (row is None or row.raises is not RateLimited):
        return _SERVER
    if row is None and status >= 500:
        return _SERVER
    return row


def regained_at(answer: Answer, *, now: datetime) -> datetime | None:
    """Return when the busiest of the page's budgets is free again, where Meta gives its estimate in minutes."""
    minutes = max((each["estimated_time_to_regain_access"] for each in page_usage(answer.headers)), default=0)
    return now + timedelta(minutes=minutes) if minutes else None


def page_usage(headers: Mapping[str, str]) -> list[dict[str, Any]]:
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
