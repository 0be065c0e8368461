"""Ending an organisation: said plainly, asked for by its owner, taken back until its day; and its certificate."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.permissions import Permission
from accounts.requests import OrganisationRequest, allowed_while_ending, requires
from privacy.certificates import by_record_class, find_certificate
from privacy.forms import EndForm
from privacy.models import Export, LegalHold
from privacy.record_classes import RECORD_CLASSES
from privacy.services.exports import find_last_taken
from privacy.services.terminations import NotEnded, announce_end, find_announced, undo_end, usual_days


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.END_ORGANISATION)
def end(request: OrganisationRequest) -> HttpResponse:
    """Say what goes and when; announce it."""
    usual = usual_days(at=timezone.now())
    form = EndForm(request.POST if request.method == "POST" else None, usual=usual)
    if form.is_bound and form.is_valid():
        try:
            announce_end(request.organisation, actor=request.user, at=timezone.now(), **form.cleaned_data)
        except NotEnded as error:
            form.add_error(None, str(error))
        else:
            return redirect("privacy:end", slug=request.organisation.slug)
    context = {
        "form": form,
        "found": find_announced(),
        "holds": list(LegalHold.objects.active().newest_first()),
        "log_period": RECORD_CLASSES["event_log"].default,
        "export": Export.objects.newest_first().filter(state__in=[Export.State.READY, Export.State.UNDER_WAY]).first(),
        "taken": find_last_taken(),
    }
    return render(request, "privacy/end.html", context, status=422 if form.is_bound else 200)


@allowed_while_ending
@require_POST
@requires(Permission.END_ORGANISATION)
def undo(request: OrganisationRequest) -> HttpResponse:
    """Take the end back."""
    try:
        undo_end(request.organisation, at=timezone.now())
    except NotEnded as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("It goes on: the end is taken back."))
    return redirect("privacy:end", slug=request.organisation.slug)


@never_cache
@require_safe
def certificate(request: HttpRequest, token: str) -> HttpResponse:
    """Show a certificate of deletion to whoever holds its link."""
    found = find_certificate(token)
    if found is None:
        raise Http404
    context = {"found": found, "counts": by_record_class(found), "log_period": RECORD_CLASSES["event_log"].default}
    return render(request, "privacy/certificate.html", context)
