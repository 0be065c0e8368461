"""Why a call brought no answer.

    HttpError
    ├── NotSent            the other side surely never saw it
    │   └── OriginRefused  we refused to call there
    └── AnswerLost         it may have been seen and done; no usable answer came back
        └── AnswerTooLarge

Messages name method, host and cause. They hold no path, query, header or body, and the exceptions of the libraries
below, which hold them all, are not chained.
"""


class HttpError(Exception):
    """No answer; the subclass says whether the call may have had an effect."""


class NotSent(HttpError):
    """Name not resolved, connection refused, TLS not agreed: nothing was sent."""


class OriginRefused(NotSent):
    """The address does not belong to the origins this client was built for."""


class AnswerLost(HttpError):
    """Sent, at least in part, and then a time-out, a broken connection or an unreadable answer."""


class AnswerTooLarge(AnswerLost):
    """An answer came but was longer than this client reads."""
