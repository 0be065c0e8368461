"""As data: what the caller is told of each trouble, in the calls that are made once a post is out.

``done``, or the kind of error and the key of its sentence; `loops.py` says what our loops make of each kind. First what
is said of all calls of a kind, then where one network or operation differs.
"""

from collections.abc import Iterable, Mapping

from tests.faults.rows import Answers, each
from tests.faults.troubles import HARMLESS, NO_ANSWER, TROUBLES

_UNAVAILABLE = "transient: unavailable"
_LOST = "authorisation_lost: access_lost"
_EXPIRED = "authorisation_lost, refresh first: access_expired"
_ROLE_LOST = "authorisation_lost: linkedin_role_lost"
_NOT_ALLOWED = "permanent: linkedin_not_allowed"

#: What only reads, and what may be repeated: no answer is an answer not had.
_READING: Answers = {
    "unreachable": "transient: unreachable",
    **each(NO_ANSWER, _UNAVAILABLE),
    **each(HARMLESS, "done"),
    "rate_limited": "rate_limited: rate_limited",
    "revoked_token": {
        "": _EXPIRED,  # which a refresh that is refused shows to be more
        "facebook": _LOST,
        "instagram": _LOST,
        "linkedin": "authorisation_lost: access_withdrawn",
    },
    "expired_token": {"": _EXPIRED, "facebook": _LOST, "instagram": _LOST},
    "forbidden": {
        "facebook": "authorisation_lost: permission_missing",
        "instagram": "authorisation_lost: permission_missing",
        "google_business": "authorisation_lost: google_business_role_lost",
        "linkedin": _NOT_ALLOWED,
        "x": "permanent: account_restricted",
        "youtube": "permanent: youtube_forbidden",
    },
    "duplicate": {
        "facebook": "permanent, look first: facebook_duplicate",
        "instagram": "permanent, look first: media_expired",
        "google_business": "permanent, look first: google_business_duplicate",
        "linkedin": "permanent, look first: linkedin_duplicate",
        "x": "permanent, look first: x_duplicate",
        "youtube": "permanent: youtube_forbidden",
    },
}
#: What must not be done twice: after no answer nobody knows.
_ONCE: Answers = {**_READING, **each(NO_ANSWER, "outcome_unknown: no_answer")}

_TOKEN = ("revoked_token", "expired_token")
_REFUSED = ("duplicate", "forbidden")


def _but(answers: Answers, where: str, told: str, *troubles: str) -> Answers:
    """Return the same, but for these troubles of one network or operation."""
    return {
        trouble: {**({"": said} if isinstance(said, str) else said), where: told} if trouble in troubles else said
        for trouble, said in answers.items()
    }


def _nothing_is_read(answers: Answers, *where: str) -> Answers:
    """Return the same, where of an answer nothing is needed but its status."""
    for one in where:
        answers = _but(answers, one, "done", "malformed_answer")
    return answers


def _of_the_app(answers: Answers) -> Answers:
    """Return the same for being told, which is partly asked for by the app itself, whose access no person ends."""
    for operation in ("facebook.subscriptions", "x.token.app", "youtube.hub"):
        answers = _but(answers, operation, "done", *_TOKEN)
    answers = _but(answers, "x", _UNAVAILABLE, *_TOKEN)  # a fresh one is fetched with the next try
    answers = _but(answers, "x.token.app", "permanent: app_misconfigured", *_REFUSED)
    answers = _but(answers, "youtube.hub", "permanent: webhook_refused", *_REFUSED)
    return _but(answers, "instagram", "permanent: unrecognised", "duplicate")


def _metric_by_metric(answers: Answers, *where: str, troubles: Iterable[str] = _REFUSED) -> Answers:
    """Return the same for figures, where what is refused is left out and the others come."""
    for one in where:
        answers = _but(answers, one, "done", *troubles)
    return answers


_AFTER_THE_CHANGE = tuple(trouble for trouble in TROUBLES if trouble != "unreachable")

ANSWERS: Mapping[str, Answers] = {
    "prepare_film": _but(
        _but(_nothing_is_read(_READING, "linkedin.videos.finalize"), "linkedin", _ROLE_LOST, "forbidden"),
        "linkedin.upload",
        "done",
        *_TOKEN,  # a film's parts go without
    ),
    "check_film": _READING,
    "commit_film": _but(_ONCE, "facebook.read", "done", *_AFTER_THE_CHANGE),
    "find_film": _READING,
    "verdict": _READING,
    "follow_up": _but(
        _nothing_is_read(_ONCE, "youtube.thumbnails"),
        "youtube.thumbnails",
        "permanent: youtube_cover_refused",
        "media_failed",
    ),
    "find_follow_up": _READING,
    "edit_published": _but(_nothing_is_read(_READING, "linkedin"), "facebook.read", "done", *_AFTER_THE_CHANGE),
    "delete_published": _nothing_is_read(_READING, "linkedin", "youtube"),
    "find_named": _READING,
    "choices": _READING,
    "subscribe": _nothing_is_read(_of_the_app(_READING), "linkedin", "youtube"),
    "is_subscribed": _of_the_app(_READING),
    "unsubscribe": _nothing_is_read(_of_the_app(_READING), "linkedin", "youtube"),
    "poll": _READING,
    "fetch_messages": _READING,
    # What an answer hangs on is asked for before it is written.
    "reply": _but(_ONCE, "linkedin.comments.get", _UNAVAILABLE, *NO_ANSWER),
    "find_reply": _READING,
    "reply_privately": _ONCE,
    "find_private_reply": _READING,
    "act": _nothing_is_read(_READING, "linkedin", "youtube"),
    "measure_account": _metric_by_metric(
        _metric_by_metric(_READING, "linkedin"), "facebook.insights", troubles=["duplicate"]
    ),
    "measure_posts": _metric_by_metric(
        _metric_by_metric(_metric_by_metric(_READING, "x"), "facebook.insights", troubles=["duplicate"]),
        "instagram",
        troubles=["forbidden"],
    ),
}
