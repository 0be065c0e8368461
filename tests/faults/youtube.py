"""As data: what each fault of the twins comes to on the way to a film on YouTube; complete in itself.

Films only: a session is begun ahead, takes all but the last part, and the last part makes the film. Google's access
lasts an hour, which a refresh renews; after the last part YouTube works on the film before anybody sees it.
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
_TAKEN = Row("published", "awaiting_verdict", _OUT)
_ACCESS = {"revoked_token": _waits("access_expired", _HELD), "expired_token": _waits("access_expired")}
_UPLOADING: Rows = {
    "unreachable": _waits("unreachable"),
    **each(NO_ANSWER, _waits("unavailable")),
    **each(HARMLESS, _waits("")),
    "rate_limited": _waits("rate_limited"),
    **_ACCESS,
    "forbidden": _refused("youtube_forbidden"),
    "duplicate": _refused("youtube_forbidden"),
}

_SEEN = Row("active", "", "published, active")
_RENEWED = Row("active", "", "active, published, active")
_CONNECTED = Row("done", "", "done")
_CONNECTING: Rows = {
    **each(("unreachable", "rate_limited", *NO_ANSWER), Row("failed", "connect_unreachable", "done")),
    **each(HARMLESS, _CONNECTED),
    **each(("duplicate", "forbidden"), Row("failed", "connect_failed", "done")),
}
_REVOKED, _REVOKED_LATER = Row("erased", "", "erased, refused there"), Row("kept", "", "erased, refused there")

YOUTUBE: Mapping[str, Rows] = {
    "prepare": {
        **_UPLOADING,
        "media_failed": {
            "youtube.upload.begin": _waits("", "failed, 1 out, active"),  # it stands there, and nobody can see it
            "youtube.upload.put": _waits(""),
        },
    },
    # Of a session the status alone is needed, and an answer that was half read is asked for again.
    "check": {**_UPLOADING, "malformed_answer": _waits("media_processing")},
    "commit": {
        "unreachable": _waits("unreachable"),
        **each(NO_ANSWER, _doubt("no_answer")),
        **each(HARMLESS, _TAKEN),
        "rate_limited": _waits("rate_limited"),
        **_ACCESS,
        "forbidden": _refused("youtube_forbidden"),
        "duplicate": _refused("youtube_forbidden"),
    },
    "find_published": {
        "unreachable": _doubt("unreachable"),
        **each(NO_ANSWER, _doubt("unavailable")),
        **each(HARMLESS, _TAKEN),
        "rate_limited": _doubt("rate_limited"),
        "revoked_token": _doubt("access_expired", _DOUBT_STAYS),
        "expired_token": _doubt("access_expired"),
        "forbidden": _doubt("youtube_forbidden"),
        "duplicate": _doubt("youtube_forbidden"),
    },
    "refresh": {
        **each(("unreachable", "rate_limited", "duplicate", "expired_token", *NO_ANSWER, *HARMLESS), _RENEWED),
        "revoked_token": Row("lost", "access_lost", "lost, scheduled, lost"),
        "forbidden": Row("lost", "permission_missing", "lost, scheduled, lost"),
    },
    "describe": {
        **each(("unreachable", "rate_limited", "duplicate", "forbidden", *NO_ANSWER, *HARMLESS), _SEEN),
        "revoked_token": Row("active", "", "scheduled, lost"),
        "expired_token": _SEEN,
    },
    "exchange_code": {
        **_CONNECTING,
        **each(
            ("revoked_token", "expired_token"),
            {
                "google.token.code": _CONNECTED,  # there is no token yet that could be dead
                "youtube.channels": Row("failed", "connect_failed", "done"),
            },
        ),
    },
    "list_presences": {
        **_CONNECTING,
        **each(("revoked_token", "expired_token"), Row("failed", "connect_failed", "done")),
    },
    "revoke": {
        **each(("unreachable", "rate_limited", "duplicate", "forbidden", *NO_ANSWER), _REVOKED_LATER),
        "malformed_answer": _REVOKED,
        **each(("revoked_token", "expired_token", *HARMLESS), _REVOKED),
    },
}
