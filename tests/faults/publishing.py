"""As data: what each fault of the twins comes to in each call on the way to a post, and of the account behind it.

Per call and trouble: what is to be seen at once, by which sentence people are told, and what an hour brings. A fault
that cannot strike a call (a duplicate where nothing is written) is played all the same and must do no harm.
"""

from collections.abc import Mapping

from tests.faults.rows import Row, Rows, each
from tests.faults.troubles import HARMLESS, NO_ANSWER, NOT_DONE, SPOILT_ANSWER

_OUT, _NOT_OUT = "published, 1 out, active", "failed, 0 out, active"
_HELD = "scheduled, 0 out, lost"


def _waits(reason: str, end: str = _OUT) -> Row:
    return Row("scheduled", reason, end)


def _refused(reason: str) -> Row:
    return Row("failed", reason, _NOT_OUT)


def _meta(row: Row) -> dict[str, Row]:
    """Facebook and Instagram have one login, and one way to refuse."""
    return {"facebook": row, "instagram": row}


def _hourly(row: Row) -> dict[str, Row]:
    """Google and X give access for an hour or two, which a refresh renews."""
    return {"google_business": row, "x": row}


# Instagram names no repetition: what it says of a container that is published already stands for it.
_DUPLICATE = {
    "facebook": "facebook_duplicate",
    "google_business": "google_business_duplicate",
    "instagram": "media_expired",
    "x": "x_duplicate",
}
_UPLOADING: Rows = {
    "unreachable": _waits("unreachable"),
    **each(NO_ANSWER, _waits("unavailable")),
    **each(HARMLESS, _waits("")),
    "slow_media": {
        "x.media.finalize": _waits("media_processing"),
        "instagram.container": _waits("media_processing"),
        **dict.fromkeys(("facebook", "instagram", "x"), _waits("")),
    },
    "media_failed": {
        "x.media.finalize": _refused("media_refused"),
        "facebook": _refused("media_refused"),
        "instagram.container": _refused("instagram_picture_refused"),
        **dict.fromkeys(("instagram", "x"), _waits("")),
    },
    "rate_limited": _waits("rate_limited"),
    "revoked_token": {**_meta(_waits("access_lost", _HELD)), **_hourly(_waits("access_expired", _HELD))},
    "expired_token": {**_meta(_waits("access_lost", _HELD)), **_hourly(_waits("access_expired"))},
    "forbidden": {
        **_meta(_waits("permission_missing", _HELD)),
        "google_business": _waits("google_business_role_lost", _HELD),
        "x": _refused("account_restricted"),
    },
    "duplicate": {network: _refused(key) for network, key in _DUPLICATE.items()},
}


def _doubt(reason: str, end: str = _OUT) -> Row:
    return Row("outcome_unknown", reason, end)


_DOUBT_STAYS = "outcome_unknown, 1 out, lost"  # until somebody reconnects, or decides


def _account(state: str = "active", reason: str = "", end: str = "published, active") -> Row:
    return Row(state, reason, end)


def _grant(state: str = "active", reason: str = "", end: str = "active, published, active") -> Row:
    return Row(state, reason, end)


_RENEWAL_OPEN = _grant("unknown", "refresh_no_answer")  # the next try finds that the old token is still good
_RENEWAL_DONE = _grant("unknown", "refresh_no_answer", "lost, published, lost")  # or used up: only a person can help
_GRANT_LOST = _grant("lost", "access_lost", "lost, scheduled, lost")


# Google judges a post after it took it.
_TAKEN = {
    **_meta(Row("published", "", _OUT)),
    "x": Row("published", "", _OUT),
    "google_business": Row("published", "awaiting_verdict", _OUT),
}


def _connected(end: str) -> Row:
    return Row(end, "", end)


def _not_connected(reason: str) -> Mapping[str, Row]:
    """Nothing was kept, and starting again works: pages and profiles are chosen then, at X none is left to choose."""
    chosen = Row("failed", reason, "choosing")
    return {**_meta(chosen), "google_business": chosen, "x": Row("failed", reason, "done")}


_CONNECTED = {**_meta(_connected("choosing")), "google_business": _connected("choosing"), "x": _connected("done")}
_CONNECTING: Rows = {
    **each(("unreachable", "rate_limited", *NO_ANSWER), _not_connected("connect_unreachable")),
    **each(HARMLESS, _CONNECTED),
    **each(("duplicate", "forbidden"), _not_connected("connect_failed")),
}

_REVOKED, _REVOKED_LATER = Row("erased", "", "erased, refused there"), Row("kept", "", "erased, refused there")

TABLE: Mapping[str, Rows] = {
    "prepare": _UPLOADING,
    "check": {
        **_UPLOADING,
        "slow_media": {"x": _waits("media_processing"), "instagram": _waits("")},
        "media_failed": {"x": _refused("media_refused"), "instagram": _waits("")},
    },
    "commit": {
        "unreachable": _waits("unreachable"),
        **each(NO_ANSWER, _doubt("no_answer")),
        **each(HARMLESS, _TAKEN),
        "rate_limited": _waits("rate_limited"),
        "revoked_token": _UPLOADING["revoked_token"],
        "expired_token": _UPLOADING["expired_token"],
        "forbidden": _UPLOADING["forbidden"],
        "duplicate": {network: _doubt(key, _NOT_OUT) for network, key in _DUPLICATE.items()},
    },
    "find_published": {
        "unreachable": _doubt("unreachable"),
        **each(NO_ANSWER, _doubt("unavailable")),
        **each(HARMLESS, _TAKEN),
        "rate_limited": _doubt("rate_limited"),
        "revoked_token": {
            **_meta(_doubt("access_lost", _DOUBT_STAYS)),
            **_hourly(_doubt("access_expired", _DOUBT_STAYS)),
        },
        "expired_token": {**_meta(_doubt("access_lost", _DOUBT_STAYS)), **_hourly(_doubt("access_expired"))},
        "forbidden": {
            **_meta(_doubt("permission_missing", _DOUBT_STAYS)),
            "google_business": _doubt("google_business_role_lost", _DOUBT_STAYS),
            "x": _doubt("account_restricted"),
        },
        "duplicate": {network: _doubt(key) for network, key in _DUPLICATE.items()},
    },
    "refresh": {
        **each(("unreachable", "rate_limited", *HARMLESS), _grant()),
        # Where tokens rotate, an answer that never came may have used the old one up.
        **each(NOT_DONE, {**_meta(_grant()), "google_business": _grant(), "x": _RENEWAL_OPEN}),
        **each(SPOILT_ANSWER, {**_meta(_grant()), "google_business": _grant(), "x": _RENEWAL_DONE}),
        "revoked_token": _GRANT_LOST,
        # A page's token outlives the person's.
        "expired_token": {
            **_meta(_grant("lost", "access_lost", "lost, published, active")),
            "google_business": _grant(),  # of the access tokens alone
            "x": _GRANT_LOST,
        },
        "forbidden": {
            **_meta(_grant("lost", "permission_missing", "lost, published, active")),
            "google_business": _grant("lost", "permission_missing", "lost, scheduled, lost"),
            "x": _RENEWAL_OPEN,
        },
        "duplicate": {**_meta(_grant()), "google_business": _grant(), "x": _RENEWAL_OPEN},
    },
    "describe": {
        **each(("unreachable", "rate_limited", "duplicate", *NO_ANSWER, *HARMLESS), _account()),
        "revoked_token": {
            **_meta(_account("lost", "access_lost", "scheduled, lost")),
            **_hourly(_account(end="scheduled, lost")),  # once a refresh has been refused as well
        },
        "expired_token": {**_meta(_account("lost", "access_lost", "scheduled, lost")), **_hourly(_account())},
        "forbidden": {
            **_meta(_account("lost", "permission_missing", "scheduled, lost")),
            "google_business": _account("lost", "google_business_role_lost", "scheduled, lost"),
            "x": _account(),
        },
    },
    "exchange_code": {
        **_CONNECTING,
        # There is no token yet that could be dead.
        **each(("revoked_token", "expired_token"), _CONNECTED),
    },
    "list_presences": {
        **_CONNECTING,
        **each(
            ("revoked_token", "expired_token"),
            {
                **_meta(Row("failed", "access_lost", "choosing")),
                "google_business": Row("failed", "connect_failed", "choosing"),
                "x": Row("failed", "connect_failed", "done"),
            },
        ),
        "forbidden": {
            **_meta(Row("failed", "permission_missing", "choosing")),
            "google_business": Row("failed", "connect_failed", "choosing"),
            "x": Row("failed", "connect_failed", "done"),
        },
    },
    "revoke": {
        **each(("unreachable", "rate_limited", "duplicate", "forbidden", *NO_ANSWER), _REVOKED_LATER),
        "malformed_answer": {**_meta(_REVOKED_LATER), **_hourly(_REVOKED)},  # theirs says nothing that is needed
        **each(("revoked_token", "expired_token", *HARMLESS), _REVOKED),
    },
}
