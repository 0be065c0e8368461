"""How long somebody who tried too often has to wait, as allauth's own counts say."""

import math

from allauth.core.internal import ratelimit
from django.core.cache import cache
from django.http import HttpRequest

APP = "allauth.account"
PAUSED = "paused"  # the code of the sign-in form's error; its parameter `seconds` is the length of the pause
#: Route -> what allauth counts there. Where the limit met is another, its page says a minute, the length of most.
_ACTIONS = {
    "account_login": "login",
    "account_signup": "signup",
    "account_reset_password": "reset_password",
    "account_reset_password_from_key": "reset_password_from_key",
    "account_change_password": "change_password",
    "account_confirm_email": "confirm_email",
}
A_MINUTE = 60


def seconds_of_pause(request: HttpRequest, action: str, *, key: str | None = None, now: float) -> int:
    """Return the whole seconds until every limit on this act lets somebody through again; 0 when all do now."""
    free_at = now
    for rate in ratelimit.get_rates(app=APP, action=action):
        if (rate.per == "key" and key is None) or (rate.per == "user" and not request.user.is_authenticated):
            continue
        tries = cache.get(ratelimit.get_cache_key(request, app=APP, action=action, rate=rate, key=key), [])
        if len(tries) >= rate.amount:  # newest first; one more is free when the oldest of them is forgotten
            free_at = max(free_at, tries[rate.amount - 1] + rate.duration)
    return math.ceil(free_at - now)


def seconds_of_refusal(request: HttpRequest, *, now: float) -> int:
    """Return how long the page that was refused stays refused."""
    route = request.resolver_match.url_name if request.resolver_match else None
    action = _ACTIONS.get(route or "")
    return (seconds_of_pause(request, action, now=now) if action else 0) or A_MINUTE
