"""As data: what disturbs a network's telling us, and what the inbox holds in the end.

Played by `test_arrivals.py`: a stranger writes at the twin, its webhooks arrive so, and then the next poll comes.
"""

from collections.abc import Mapping

#: Disturbance -> what it is.
DISTURBANCES: Mapping[str, str] = {
    "none": "the request arrives as it was sent",
    "doubled": "each request arrives three times",
    "reversed": "what was written and taken back arrives in the other order",
    "dropped": "no request ever leaves",
    "forged": "body and signature were changed on the way",
    "late": "the request arrives after the poll that found the same",
}

_ONCE = "once"
_ENDS: Mapping[str, str] = {
    "none": _ONCE,
    "doubled": _ONCE,
    "reversed": "taken back",
    "dropped": "once by polling",
    "forged": "refused, then once by polling",
    "late": _ONCE,
}

#: Network -> disturbance -> what is in the inbox.
ARRIVALS: Mapping[str, Mapping[str, str]] = {
    "facebook": _ENDS,
    "google_business": {**_ENDS, "reversed": "nothing"},  # the words are asked for, and are gone by then
    # These tell nobody that a stranger took words back: a later look at the message finds out.
    "instagram": {**_ENDS, "reversed": _ONCE},
    "linkedin": _ENDS,
    "x": {**_ENDS, "reversed": _ONCE},
    "youtube": {"none": "once by polling"},  # it tells of films alone
}
