"""What the shell around every page needs, from the request alone and at most one statement; fragments cost nothing.

A person's own pages stand in no organisation: around them the rail is that of the organisation they visited last.
"""

from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import Literal

from django.http import HttpRequest
from django.urls import NoReverseMatch, get_script_prefix, get_urlconf, reverse

from accounts.middleware import open_memberships
from accounts.models import Membership, Organisation
from lib.tenancy.scope import scope
from web.badges import Badge, badges_of
from web.figures import figures_of, read_figures
from web.navigation import COMPOSE, ORGANISATION, WORK, Section
from web.preferences import LAST_VISITED_COOKIE, THEMES, theme_of


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A section as it stands in one person's rail."""

    section: Section
    url: str
    current: Literal["page", "true", ""]  # the value of aria-current; "true" on the pages below a section's own
    badge: Badge | None
    on_phone: bool = False  # at the thumb; the others stand behind "More" there


@dataclass(frozen=True, kw_only=True)
class Other:
    """Another organisation of the same person, to change to."""

    organisation: Organisation
    url: str


class Shell:
    """Read by web/base.html and web/app.html; every property is worked out when first asked for."""

    themes = THEMES

    def __init__(self, request: HttpRequest) -> None:
        self._request = request

    @cached_property
    def theme(self) -> str:
        return theme_of(self._request)

    @cached_property
    def shortcuts(self) -> bool:
        return bool(getattr(self._request.user, "shortcuts", True))

    @cached_property
    def organisation(self) -> Organisation | None:
        return self._membership.organisation if self._membership else None

    @cached_property
    def others(self) -> list[Other]:
        """The other organisations of this person; the middleware has read them together with the membership."""
        found = (one.organisation for one in self._memberships if one.organisation != self.organisation)
        return [Other(organisation=one, url=_find_url("organisation_home", slug=one.slug)) for one in found]

    @cached_property
    def work(self) -> list[Entry]:
        """The sections of work. Of a phone's five places "More" takes one, and composing, for whoever may, another."""
        places = 3 if self.compose else 4
        return [replace(one, on_phone=place < places) for place, one in enumerate(self._entries(*WORK))]

    @cached_property
    def organisation_pages(self) -> list[Entry]:
        return self._entries(*ORGANISATION)

    @cached_property
    def compose(self) -> Entry | None:
        return next(iter(self._entries(COMPOSE)), None)

    @cached_property
    def live_path(self) -> str:
        return f"/ws/o/{self.organisation.slug}/" if self.organisation and self._is_inside else ""

    @cached_property
    def signs_url(self) -> str:
        """Where a page asks for its rail's signs anew."""
        return _find_url("rail_signs", slug=self.organisation.slug) if self.organisation and self._is_inside else ""

    @cached_property
    def live_cursor(self) -> int:
        """As of which number this page is, read before its rows; 0 where nothing has changed yet."""
        return getattr(self._request, "live_cursor", None) or 0

    @cached_property
    def operator_url(self) -> str:
        return _find_url("operations:overview") if self._request.user.is_staff else ""

    @cached_property
    def profile_url(self) -> str:
        return _find_url("accounts:profile")

    @cached_property
    def organisations_url(self) -> str:
        return _find_url("accounts:organisations")

    @cached_property
    def sign_out_url(self) -> str:
        return _find_url("account_logout")

    @cached_property
    def home_url(self) -> str:
        """Where "home" leads, without asking the database: error pages are drawn in a transaction that has failed."""
        organisation = getattr(self._request, "organisation", None)
        return _find_url("organisation_home", slug=organisation.slug) if organisation else "/"

    @cached_property
    def _is_inside(self) -> bool:
        return hasattr(self._request, "membership")

    @cached_property
    def _memberships(self) -> list[Membership]:
        if self._is_inside:
            return list(getattr(self._request, "memberships", []))
        return open_memberships(self._request.user) if self._request.user.is_authenticated else []

    @cached_property
    def _membership(self) -> Membership | None:
        if self._is_inside:
            return getattr(self._request, "membership", None)
        last = self._request.COOKIES.get(LAST_VISITED_COOKIE)
        theirs = self._memberships
        return next((one for one in theirs if one.organisation.slug == last), theirs[0] if theirs else None)

    @cached_property
    def _badges(self) -> dict[str, Badge]:
        if self._membership is None:
            return {}
        if self._is_inside:
            return badges_of(figures_of(self._request), self._membership)
        with scope(organisation=self._membership.organisation_id, user=self._membership.user_id):
            return badges_of(read_figures(self._membership), self._membership)

    def _entries(self, *sections: Section) -> list[Entry]:
        membership = self._membership
        if self.organisation is None or membership is None:
            return []
        permitted = [one for one in sections if one.permission is None or membership.may(one.permission)]
        found = [(one, _find_url(one.route, slug=self.organisation.slug)) for one in permitted]
        return [
            Entry(section=one, url=url, current=self._current(one, url), badge=self._badges.get(one.name))
            for one, url in found
            if url
        ]

    def _current(self, section: Section, url: str) -> Literal["page", "true", ""]:
        if self._request.path == url:
            return "page"
        below = self._request.path.startswith(url) and not section.exact
        return "true" if below else ""


def _find_url(route: str, slug: str = "") -> str:
    """Return the address of a route, or nothing where the page does not exist."""
    return _found(route, slug, get_urlconf(), get_script_prefix())


@lru_cache(maxsize=4096)
def _found(route: str, slug: str, urlconf: str | None, _prefix: str) -> str:
    """Every page shows the same twenty addresses, and each costs as much as a line of a list."""
    try:
        return reverse(route, urlconf=urlconf, kwargs={"slug": slug} if slug else None)
    except NoReverseMatch:
        return ""


def shell(request: HttpRequest) -> dict[str, Shell]:
    """Put `shell` into every template's context."""
    return {"shell": Shell(request)}
