"""As data: what each fault of the twins comes to in each call of LinkedIn's provider; complete in itself.

Access is lost by a 403 where a page's role decides; a day's throttle is waited out till LinkedIn's next day.
"""

from collections.abc import Iterable, Mapping

from tests.scheduler.fault_table import Row, Rows

_NO_ANSWER = ("lost_answer", "malformed_answer", "status_done", "lost_request", "status")
_HARMLESS = ("delay", "slow_media", "media_failed")
_OUT, _NOT_OUT, _HELD = "published, 1 out, active", "failed, 0 out, active", "scheduled, 0 out, lost"


def _each(troubles: Iterable[str], row: Row | Mapping[str, Row]) -> Rows:
    return dict.fromkeys(troubles, row)


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
    **_each(_NO_ANSWER, _waits("unavailable")),
    **_each(_HARMLESS, _waits("")),
    "rate_limited": _THROTTLED,
    **_ACCESS,
    "duplicate": _refused("linkedin_duplicate"),
}

_SEEN, _UNSEEN = Row("active", "", "published, active"), "scheduled, lost"
_RENEWED = Row("active", "", "active, published, active")  # the refresh token never rotates: no answer costs nothing
_OVER = Row("lost", "access_lost", "lost, scheduled, lost")

_CHOOSING = Row("choosing", "", "choosing")
_CONNECTING: Rows = {
    **_each(("unreachable", "rate_limited", *_NO_ANSWER), Row("failed", "connect_unreachable", "choosing")),
    **_each(_HARMLESS, _CHOOSING),
    **_each(("duplicate", "forbidden"), Row("failed", "connect_failed", "choosing")),
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
        **_each(_NO_ANSWER, _doubt("no_answer")),
        **_each(_HARMLESS, Row("published", "", _OUT)),
        "rate_limited": _THROTTLED,
        **_ACCESS,
        # It names no post of this text: nothing is adopted, and the list shows that nothing is out.
        "duplicate": _doubt("linkedin_duplicate", _NOT_OUT),
    },
    "find_published": {
        "unreachable": _doubt("unreachable"),
        **_each(_NO_ANSWER, _doubt("unavailable")),
        **_each(_HARMLESS, Row("published", "", _OUT)),
        "rate_limited": _doubt("rate_limited", "outcome_unknown, 1 out, active"),
        "revoked_token": _doubt("access_withdrawn", _DOUBT_STAYS),
        "expired_token": _doubt("access_expired"),
        "forbidden": _doubt("linkedin_role_lost", _DOUBT_STAYS),
        "duplicate": _doubt("linkedin_duplicate"),
    },
    "refresh": {
        **_each(("unreachable", "rate_limited", "duplicate", "forbidden", *_NO_ANSWER, *_HARMLESS), _RENEWED),
        **_each(("revoked_token", "expired_token"), _OVER),
    },
    "describe": {
        **_each(("unreachable", "rate_limited", "duplicate", *_NO_ANSWER, *_HARMLESS), _SEEN),
        "revoked_token": Row("lost", "access_withdrawn", _UNSEEN),
        "expired_token": _SEEN,
        "forbidden": Row("lost", "linkedin_role_lost", _UNSEEN),
    },
    "exchange_code": {
        **_CONNECTING,
        **_each(
            ("revoked_token", "expired_token"),
            {
                "linkedin.token.code": _CHOOSING,  # there is no token yet that could be dead
                "linkedin.me": Row("failed", "connect_unreachable", "choosing"),  # or not accepted yet
            },
        ),
    },
    "list_presences": {
        **_CONNECTING,
        **_each(("revoked_token", "expired_token", "forbidden"), Row("failed", "connect_failed", "choosing")),
    },
    "revoke": {
        **_each(("unreachable", "rate_limited", "duplicate", "forbidden", *_NO_ANSWER), _REVOKED_LATER),
        "malformed_answer": _REVOKED,
        **_each(("revoked_token", "expired_token", *_HARMLESS), _REVOKED),
    },
}
