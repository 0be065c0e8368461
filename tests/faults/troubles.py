"""What can go wrong with one call, in the sandbox's words."""

from collections.abc import Mapping

from sandbox.faults import KINDS

_DETAILS: Mapping[str, Mapping[str, object]] = {
    "delay": {"seconds": 0.05},
    "slow_media": {"seconds": 2},
    "rate_limited": {"seconds": 60},
    "status": {"status": 503},
}

#: Trouble -> what the sandbox is told, or None: nobody listens there at all.
TROUBLES: Mapping[str, Mapping[str, object] | None] = {
    "unreachable": None,
    **{kind: {"fault": kind, **_DETAILS.get(kind, {})} for kind in KINDS},
    "status_done": {"fault": "status", "status": 500, "carried_out": True},
}

#: Carried out there, but no answer that could be read came back.
SPOILT_ANSWER = ("lost_answer", "malformed_answer", "status_done")
#: Cut or broken before anything was carried out.
NOT_DONE = ("lost_request", "status")
NO_ANSWER = (*SPOILT_ANSWER, *NOT_DONE)
#: What a call that concerns no file only feels as a wait.
HARMLESS = ("delay", "slow_media", "media_failed")
