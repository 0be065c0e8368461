"""Where a request's scope opens: the organisation in its address, once its user is known to be a member."""

from collections.abc import Callable
from contextlib import nullcontext
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.contrib.auth.views import redirect_to_login
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import Resolver404, resolve
from django.utils import timezone, translation

from accounts.models import Membership, User
from accounts.requests import origin_of, scope_of
from eventlog.services import acts_from
from lib.tenancy.scope import current_scope, scope

_READING = frozenset({"GET", "HEAD", "OPTIONS"})

GetResponse = Callable[[HttpRequest], HttpResponse]


class LanguageMiddleware:
    """Speaks the user's language; before sign-in, the one kept in a cookie, then what the browser asks for."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        language = (
            request.user.language if request.user.is_authenticated else translation.get_language_from_request(request)
        )
        with translation.override(language):
            request.LANGUAGE_CODE = translation.get_language() or settings.LANGUAGE_CODE
            response = self.get_response(request)
            response.headers.setdefault("Content-Language", request.LANGUAGE_CODE)
            return response


class OrganisationMiddleware:
    """Opens the scope of the organisation named in /o/<slug>/ around everything that follows.

    A view that is marked to open it by itself, since it calls somebody far away first, gets the member and no scope.
    A stranger's organisation and an absent one are the same 404. A view that raises leaves nothing written, although
    Django has turned its exception into an answer by the time it passes here.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with acts_from(origin_of(request)):
            slug = _organisation_slug(request.path_info)
            if slug is None:
                return self.get_response(request)
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            return self._in_organisation(request, slug)

    def _in_organisation(self, request: HttpRequest, slug: str) -> HttpResponse:
        memberships = open_memberships(request.user)
        membership = next((one for one in memberships if one.organisation.slug == slug), None)
        if membership is None:
            raise Http404
        organisation = membership.organisation
        found: Any = request  # becomes an OrganisationRequest here
        found.memberships, found.membership, found.organisation = memberships, membership, organisation
        view = _view_of(request)
        is_writing = request.method not in _READING and not _marked(view, "allowed_while_ending")
        if organisation.ends_at is not None and is_writing:
            with scope_of(found), timezone.override(organisation.time_zone):
                return self._refuse(request)
        opened = nullcontext() if _marked(view, "opens_scope_itself") else scope_of(found)
        with opened, timezone.override(organisation.time_zone):
            response = self.get_response(request)
        # No proxy keeps an organisation's page, and after signing out no browser shows it again without asking.
        response.headers.setdefault("Cache-Control", "private, no-cache")
        return response

    def _refuse(self, request: HttpRequest) -> HttpResponse:
        """Say that an organisation whose end is announced can only be read."""
        return render(request, "accounts/read_only.html", status=403)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: dict[str, Any]) -> None:
        """Take the slug out of the arguments: views read request.organisation."""
        if hasattr(request, "organisation"):
            kwargs.pop("slug", None)

    def process_exception(self, request: HttpRequest, exception: Exception) -> None:
        if hasattr(request, "organisation") and current_scope().organisation_id is not None:
            transaction.set_rollback(True)


def open_memberships(user: User | AnonymousUser) -> list[Membership]:
    """Return the user's memberships in open organisations, by name: one query for access and for the switcher."""
    with scope(user=user.pk):
        rows = Membership.mine.filter(user_id=user.pk, organisation__closed_at=None)
        return list(rows.select_related("organisation").order_by("organisation__name", "organisation_id"))


def _view_of(request: HttpRequest) -> Any:
    try:
        return resolve(request.path_info).func
    except Resolver404:
        return None


def _marked(view: Any, mark: str) -> bool:
    return bool(getattr(view, mark, False))


def _organisation_slug(path: str) -> str | None:
    """Return the slug of a path under /o/<slug>/, whether or not such a page exists there."""
    parts = path.split("/", 3)
    return parts[2] if len(parts) == 4 and parts[1] == "o" else None
