"""As data: what each fault of the twins comes to in each call of LinkedIn's provider; complete in itself.

Access is lost by a 403 where a page's role decides; a day's throttle is waited out till LinkedIn's next day.
"""

from collections.abc import Mapping

from tests.faults.rows import Row, Rows, each
from tests.faults.troubles import HARMLESS, NO_ANSWER

_OUT, _NOT_OUT, _HELD = "published, 1 out, active", "failed, 0 out, active", "scheduled, 0 out, lost"


def _waits(reason: str, end: str = _OUT) -> Row:
    return Row("scheduled", reason, end)


def _doubt(reason: str, end: str = _OUT) -> Row:
    return Row("outcome_unknown", reason, end)


def _refused(reason: str) -> Row:
    return Row("failed", reason, _NOT_OUT)


_DOUBT_STAYS = "outcome_unknown, 1 out, lost"  # until somebody reconnects, or decides
_THROTTLED = _waits("rate_limited", "scheduled, 0 out, active")  # longer than the hour that passes here
_ACCESS = {
    "revoked_token": _waits("access_withdrawn", _HELD),
    "expired_token": _waits("access_expired"),  # a refresh helps
    "forbidden": _waits("linkedin_role_lost", _HELD),
}
_UPLOADING: Rows = {
    "unreachable": _waits("unreachable"),
    **each(NO_ANSWER, _waits("unavailable")),
    **each(HARMLESS, _waits("")),
    "rate_limited": _THROTTLED,
    **_ACCESS,
    "duplicate": _refused("linkedin_duplicate"),
}

_SEEN, _UNSEEN = Row("active", "", "published, active"), "scheduled, lost"
_RENEWED = Row("active", "", "active, published, active")  # the refresh token never rotates: no answer costs nothing
_OVER = Row("lost", "access_lost", "lost, scheduled, lost")

_CHOOSING = Row("choosing", "", "choosing")
_CONNECTING: Rows = {
    **each(("unreachable", "rate_limited", *NO_ANSWER), Row("failed", "connect_unreachable", "choosing")),
    **each(HARMLESS, _CHOOSING),
    **each(("duplicate", "forbidden"), Row("failed", "connect_failed", "choosing")),
}

_REVOKED, _REVOKED_LATER = Row("erased", "", "erased, refused there"), Row("kept", "", "erased, refused there")

LINKEDIN: Mapping[str, Rows] = {
    "prepare": {
        **_UPLOADING,
        "malformed_answer": {
            "linkedin.images.initialize": _waits("unavailable"),
            "linkedin.upload": _waits(""),  # of an upload's answer nothing is needed
        },
        "slow_media": {
            "linkedin.images.initialize": _waits(""),
            "linkedin.upload": _waits("media_processing"),
        },
        "media_failed": {
            "linkedin.images.initialize": _waits(""),
            "linkedin.upload": _refused("media_refused"),
        },
    },
    "check": {**_UPLOADING, "forbidden": _refused("linkedin_not_allowed")},
    "commit": {
        "unreachable": _waits("unreachable"),
        **each(NO_ANSWER, _doubt("no_answer")),
        **each(HARMLESS, Row("published", "", _OUT)),
        "rate_limited": _THROTTLED,
        **_ACCESS,
        # It names no post of this text: nothing is adopted, and the list shows that nothing is out.
        "duplicate": _doubt("linkedin_duplicate", _NOT_OUT),
    },
    "find_published": {
        "unreachable": _doubt("unreachable"),
        **each(NO_ANSWER, _doubt("unavailable")),
        **each(HARMLESS, Row("published", "", _OUT)),
        "rate_limited": _doubt("rate_limited", "outcome_unknown, 1 out, active"),
        "revoked_token": _doubt("access_withdrawn", _DOUBT_STAYS),
        "expired_token": _doubt("access_expired"),
        "forbidden": _doubt("linkedin_role_lost", _DOUBT_STAYS),
        "duplicate": _doubt("linkedin_duplicate"),
    },
    "refresh": {
        **each(("unreachable", "rate_limited", "duplicate", "forbidden", *NO_ANSWER, *HARMLESS), _RENEWED),
        **each(("revoked_token", "expired_token"), _OVER),
    },
    "describe": {
        **each(("unreachable", "rate_limited", "duplicate", *NO_ANSWER, *HARMLESS), _SEEN),
        "revoked_token": Row("lost", "access_withdrawn", _UNSEEN),
        "expired_token": _SEEN,
        "forbidden": Row("lost", "linkedin_role_lost", _UNSEEN),
    },
    "exchange_code": {
        **_CONNECTING,
        **each(
            ("revoked_token", "expired_token"),
            {
                "linkedin.token.code": _CHOOSING,  # there is no token yet that could be dead
                "linkedin.me": Row("failed", "connect_unreachable", "choosing"),  # or not accepted yet
            },
        ),
    },
    "list_presences": {
        **_CONNECTING,
        **each(("revoked_token", "expired_token", "forbidden"), Row("failed", "connect_failed", "choosing")),
    },
    "revoke": {
        **each(("unreachable", "rate_limited", "duplicate", "forbidden", *NO_ANSWER), _REVOKED_LATER),
        "malformed_answer": _REVOKED,
        **each(("revoked_token", "expired_token", *HARMLESS), _REVOKED),
    },
}
