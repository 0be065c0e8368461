"""How a person likes the pages: theme, language, single keys. Kept with the user, and in cookies before sign-in."""

from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

THEME_COOKIE = "theme"
LAST_VISITED_COOKIE = "organisation"  # where one was last: its slug
YEAR_SECONDS = 365 * 24 * 3600


@dataclass(frozen=True, kw_only=True)
class Theme:
    label: str | Promise
    icon: str


THEMES = {
    "light": Theme(label=_("Light"), icon="sun"),
    "dark": Theme(label=_("Dark"), icon="moon"),
    "system": Theme(label=_("As the system"), icon="monitor"),
}


def theme_of(request: HttpRequest) -> str:
    """Return "system", "light" or "dark": the user's own choice, else what this browser chose before signing in."""
    chosen = getattr(request.user, "theme", "") if request.user.is_authenticated else request.COOKIES.get(THEME_COOKIE)
    return chosen if chosen in THEMES else "system"


def remember(response: HttpResponse, cookie: str, value: str) -> None:
    """Keep a choice in this browser for a year: it must also hold on the sign-in page."""
    response.set_cookie(cookie, value, max_age=YEAR_SECONDS, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE)
