from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest, HttpResponseRedirect
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST, require_safe

from accounts.requests import OrganisationRequest
from web.preferences import THEME_COOKIE, THEMES, remember
from web.specimens import specimens


@require_POST
def choose_theme(request: HttpRequest) -> HttpResponse:
    """Keep light, dark or system; a page without scripts comes back to where it was."""
    theme = request.POST.get("theme", "")
    if theme not in THEMES:
        return HttpResponseBadRequest(_("This theme does not exist; choose system, light or dark."))
    _keep(request, theme=theme)
    response = _back(request)
    remember(response, THEME_COOKIE, theme)
    return response


@require_POST
def choose_language(request: HttpRequest) -> HttpResponse:
    """Keep one of the languages of settings.LANGUAGES and show the same page in it."""
    language = request.POST.get("language", "")
    if language not in dict(settings.LANGUAGES):
        return HttpResponseBadRequest(_("Portevoix does not speak this language yet."))
    _keep(request, language=language)
    response = _back(request)
    remember(response, settings.LANGUAGE_COOKIE_NAME, language)
    return response


@require_POST
def choose_shortcuts(request: HttpRequest) -> HttpResponse:
    """Switch the keys of one letter on or off."""
    _keep(request, shortcuts=request.POST.get("shortcuts") == "on")
    return _back(request)


@require_safe
def signs(request: OrganisationRequest) -> HttpResponse:
    """The entries of the rail with what waits behind them, for a page that has heard of a change."""
    return render(request, "web/partials/signs.html")


@require_GET
def elements(request: HttpRequest) -> HttpResponse:
    """Show every element in its states; routed only while developing and in the sandbox."""
    return render(request, "web/elements.html", specimens())


def _keep(request: HttpRequest, **choices: str | bool) -> None:
    if request.user.is_authenticated:
        for name, value in choices.items():
            setattr(request.user, name, value)
        request.user.save(update_fields=list(choices))


def _back(request: HttpRequest) -> HttpResponse:
    """Answer a script with 204, a form with a way back, inside this site only."""
    if request.headers.get("X-Requested-With") == "fetch":
        return HttpResponse(status=204)
    came_from = request.POST.get("next") or request.headers.get("Referer", "/")
    safe = url_has_allowed_host_and_scheme(
        came_from, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return HttpResponseRedirect(came_from if safe else "/")
