"""As data: what our loops make of each kind of error, in the calls that are made once a post is out.

Per call and kind: what is seen at once, and what stands hours later when the trouble was a single one. Played on the
network in memory, since by then an error is the same whichever network it came from.
"""

from collections.abc import Mapping

Ends = Mapping[str, tuple[str, str]]
_TROUBLES = (
    "transient",
    "rate_limited",
    "authorisation_lost",
    "authorisation_lost, refresh first",
    "authorisation_lost, refresh refused",
    "permanent",
    "permanent, look first",
)


def _read(well: str, waits: str = "waits", refused: tuple[str, str] | None = None) -> Ends:
    """What reads is done again; only a lost access waits for a person."""
    again, held = (waits, well), f"{waits}, account lost"
    return {
        "done": (well, well),
        "transient": again,
        "rate_limited": again,
        "authorisation_lost": (held, held),
        "authorisation_lost, refresh first": again,
        "authorisation_lost, refresh refused": (waits, held),
        "permanent": refused or again,
        "permanent, look first": refused or again,
    }


#: A wish of a person that may be repeated: an edit, a deletion, an act of the inbox.
_WISH: Ends = {**_read("done", refused=("refused", "refused")), "outcome_unknown": ("waits", "done")}
#: What must not be done twice: after a lost answer it is looked for first.
_ONCE: Ends = {**_WISH, **dict.fromkeys(("outcome_unknown", "permanent, look first"), ("unknown", "done"))}
#: Whether a network tells us stops no account: what it does not tell is asked for.
_LISTENING: Ends = {
    "done": ("told", "told"),
    **dict.fromkeys(_TROUBLES, ("polled", "told")),
    "authorisation_lost, refresh refused": ("polled", "told, account lost"),  # which its grant's own hour shows
}

#: On the way out: what is surely not out waits in its lane.
_OUTWARD: Ends = _read("published", "scheduled", ("failed", "failed"))

LOOPS: Mapping[str, Ends] = {
    "prepare_film": _OUTWARD,
    "check_film": _OUTWARD,
    "commit_film": {**_OUTWARD, "outcome_unknown": ("outcome_unknown", "published")},
    "find_film": _read("published", "outcome_unknown"),
    "verdict": _read("judged", "awaiting_verdict", ("verdict_missing", "verdict_missing")),
    "follow_up": _ONCE,
    "find_follow_up": _read("done", "unknown"),
    "edit_published": _WISH,
    "delete_published": _WISH,
    "find_named": _read("published", "outcome_unknown"),
    "choices": {
        "done": ("offered", "offered"),
        **dict.fromkeys(_TROUBLES, ("told why", "offered")),
    },
    "subscribe": _LISTENING,
    "is_subscribed": {**_LISTENING, "transient": ("told", "told")},
    "unsubscribe": {
        **dict.fromkeys(("done", *_TROUBLES), ("off", "off")),
        "transient": ("leaving", "off"),
    },
    "poll": _read("read"),
    # An event waits for its words and stops no account: the next poll does. What is refused is kept aside.
    "fetch_messages": {
        **_read("read", refused=("dead", "dead")),
        "authorisation_lost": ("waits", "read"),
        "authorisation_lost, refresh refused": ("waits", "read, account lost"),
    },
    "reply": _ONCE,
    "find_reply": _read("done", "unknown"),
    "reply_privately": _ONCE,
    "find_private_reply": _read("done", "unknown"),
    "act": {**_WISH, "outcome_unknown": ("unknown", "done")},
    "measure_account": _read("measured"),
    "measure_posts": _read("measured"),
}
