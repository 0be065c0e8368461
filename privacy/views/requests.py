"""Requests of people about their own data: find one person, see what would go and what must stay, have them erased."""

from collections.abc import Sequence

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.permissions import Permission
from accounts.requests import OrganisationRequest, requires
from privacy import person_page
from privacy.forms import ErasureForm
from privacy.models import DataSubjectRequest
from privacy.people import Person, search, whole_person
from privacy.services.requests import NobodyToErase, ask_for_erasure

#: Requests shown at most; older ones stand in the event log.
_SHOWN = 100
#: What a search must have at least, or it would find everybody.
_SHORTEST = 3


@require_safe
@requires(Permission.MANAGE_PRIVACY)
def requests(request: OrganisationRequest) -> HttpResponse:
    """Show who asked, and find a person."""
    words = request.GET.get("q", "").replace("\0", "").strip()
    found = search(words) if len(words) >= _SHORTEST else []
    rows = list(DataSubjectRequest.objects.select_related("asked_by").newest_first()[:_SHOWN])
    context = {
        "words": words,
        "is_too_short": 0 < len(words) < _SHORTEST,
        "found": person_page.sketches(found),
        "requests": [person_page.line(row) for row in rows],
    }
    return render(request, "privacy/requests.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.MANAGE_PRIVACY)
def identity(request: OrganisationRequest, identity_id: int) -> HttpResponse:
    """Show what erasing whoever is behind an identity would do; do it."""
    return _erasure(request, whole_person("identity", identity_id))


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.MANAGE_PRIVACY)
def contact(request: OrganisationRequest, contact_id: int) -> HttpResponse:
    """Show what erasing a contact would do; do it."""
    return _erasure(request, whole_person("contact", contact_id))


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.MANAGE_PRIVACY)
def somebody(request: OrganisationRequest) -> HttpResponse:
    """Show where somebody is named who never wrote; take them out."""
    return _erasure(request, Person())


def _erasure(request: OrganisationRequest, person: Person | None) -> HttpResponse:
    if person is None:
        raise Http404
    form = ErasureForm(request.POST if request.method == "POST" else request.GET)
    more: Sequence[str] = form.cleaned_data["more"] if form.is_valid() else ()
    if request.method == "POST" and form.is_valid():
        try:
            ask_for_erasure(person, mode=form.mode(), actor=request.user, at=timezone.now(), more=more)
        except NobodyToErase as error:
            form.add_error("more", str(error))
        else:
            messages.success(request, _("The erasure has begun; this page says when it is done."))
            return redirect("privacy:requests", slug=request.organisation.slug)
    found = person_page.compose(person, mode=form.mode(), more=more)
    status = 422 if request.method == "POST" else 200
    return render(request, "privacy/erasure.html", {"found": found, "form": form}, status=status)
