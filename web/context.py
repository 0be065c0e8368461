"""What the shell around every page needs, from the request alone and at most one statement; fragments cost nothing."""

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse

from accounts.models import Membership, Organisation
from web.badges import Badge, find_badges
from web.navigation import COMPOSE, ORGANISATION, WORK, Section
from web.preferences import THEMES, theme_of


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
        return getattr(self._request, "organisation", None)

    @cached_property
    def others(self) -> list[Other]:
        """The other organisations of this person; the middleware has read them together with the membership."""
        memberships = getattr(self._request, "memberships", [])
        found = (one.organisation for one in memberships if one.organisation != self.organisation)
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
        return f"/ws/o/{self.organisation.slug}/" if self.organisation else ""

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
        return _find_url("organisation_home", slug=self.organisation.slug) if self.organisation else "/"

    @cached_property
    def _membership(self) -> Membership | None:
        return getattr(self._request, "membership", None)

    @cached_property
    def _badges(self) -> dict[str, Badge]:
        return find_badges(self.organisation, self._membership) if self.organisation and self._membership else {}

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


def _find_url(route: str, **kwargs: str) -> str:
    """Return the address of a route, or nothing where the page does not exist."""
    try:
        return reverse(route, kwargs=kwargs)
    except NoReverseMatch:
        return ""


def shell(request: HttpRequest) -> dict[str, Shell]:
    """Put `shell` into every template's context."""
    return {"shell": Shell(request)}
