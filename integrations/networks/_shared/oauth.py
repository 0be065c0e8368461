"""The parts of OAuth that networks share.

oauthlib and requests-oauthlib are not used: they log request and answer bodies (tokens) at DEBUG, and refuse the local
twins' plain http unless a variable of the whole process is set. What is left of the dance is a query and a form.
"""

import hashlib
from base64 import b64encode, urlsafe_b64encode
from datetime import datetime, timedelta
from urllib.parse import quote


def code_challenge(code_verifier: str) -> str:
    """Return the S256 challenge of a verifier. Source: RFC 7636, section 4.2."""
    digest = hashlib.sha256(code_verifier.encode()).digest()
    return urlsafe_b64encode(digest).rstrip(b"=").decode()


def basic_authorisation(user: str, password: str) -> str:
    """Return the header value for a client's own keys. Source: RFC 6749, section 2.3.1 (both parts form-encoded)."""
    pair = f"{quote(user, safe='')}:{quote(password, safe='')}"
    return "Basic " + b64encode(pair.encode()).decode()


def expiry(seconds: object, *, now: datetime) -> datetime | None:
    """Return when a token with this ``expires_in`` ends, counted from before the call; None when it is not said."""
    try:
        life = int(seconds)  # type: ignore[call-overload]
    except (TypeError, ValueError):
        return None
    return now + timedelta(seconds=life) if life > 0 else None
