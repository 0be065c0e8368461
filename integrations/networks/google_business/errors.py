"""What Business Profile's refusals mean to us.

Rows are keyed (status word, reason of ErrorInfo); the row without a reason is asked when none has it. What all of
Google's services say alike stands in `_shared/google.py`. Nothing is read out of messages.
Sources: google.rpc.Code; developers.google.com/my-business, error pages; read 2026-11-22. Which status an unverified or
suspended profile gets is not said: both that are known from clients are here.
"""

from datetime import datetime, timedelta

from integrations.errors import AuthorisationLost, PermanentError, ProviderError, RateLimited, Reach
from integrations.networks._shared.google import Fault, common_row, fault_of
from integrations.networks._shared.refusals import Refusal, Refused, error_for
from lib.http import Answer

KEY = "google_business"
NONE = ""
A_MINUTE = timedelta(minutes=1)  # all quotas are of a minute

_REFUSED = Refusal(raises=PermanentError, key="refused")
_TAKEN = Refusal(raises=PermanentError, key="google_business_duplicate", look_first=True)

TABLE: dict[tuple[str, str], Refusal] = {
    ("INVALID_ARGUMENT", NONE): _REFUSED,
    ("OUT_OF_RANGE", NONE): _REFUSED,
    ("UNIMPLEMENTED", NONE): _REFUSED,
    ("FAILED_PRECONDITION", NONE): Refusal(raises=PermanentError, key="google_business_not_live", reach=Reach.ACCOUNT),
    ("PERMISSION_DENIED", NONE): Refusal(
        raises=AuthorisationLost, key="google_business_role_lost", reach=Reach.ACCOUNT
    ),
    ("NOT_FOUND", NONE): Refusal(raises=PermanentError, key="post_gone"),
    ("ALREADY_EXISTS", NONE): _TAKEN,
    ("ABORTED", NONE): _TAKEN,
}
# A picture that cannot be fetched or used, by the field that is named.
_MEDIA = Refusal(raises=PermanentError, key="media_refused")
_MEDIA_FIELDS = ("media", "source_url")
# A project that Google has not let in has a quota of nothing, and is told the same as one that has used it up.
_NOT_LET_IN = Refusal(raises=PermanentError, key="google_business_not_let_in", reach=Reach.APP)
_EDITS_USED_UP = Refusal(raises=RateLimited, key="rate_limited", reach=Reach.ACCOUNT)


def refusal(answer: Answer, *, once: bool, edits: bool, now: datetime) -> ProviderError:
    """Return our error for a refusal. ``edits``: the call changes a profile, so the profile's own quota is meant."""
    fault = fault_of(answer)
    row = _row(fault, answer.status, edits=edits)
    refused = Refused(
        network=KEY,
        status=answer.status,
        code=fault.status,
        reason=fault.reason,
        detail=fault.message,
        reset_at=now + A_MINUTE if row is not None and row.raises is RateLimited else None,
        shape=fault.shape,
    )
    return error_for(refused, row, once=once)


def _row(fault: Fault, status: int, *, edits: bool) -> Refusal | None:
    if fault.status == "RESOURCE_EXHAUSTED":
        if str(fault.metadata.get("quota_limit_value")) == "0":
            return _NOT_LET_IN
        return _EDITS_USED_UP if edits else common_row(fault, status)
    if fault.status == "INVALID_ARGUMENT" and any(each.startswith(_MEDIA_FIELDS) for each in fault.fields):
        return _MEDIA
    row = TABLE.get((fault.status, fault.reason))
    if row is None and fault.reason:
        row = common_row(Fault(reason=fault.reason), 0)
    return row or TABLE.get((fault.status, NONE)) or common_row(fault, status)
