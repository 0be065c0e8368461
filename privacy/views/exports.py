"""Exports of everything the organisation has: asked for, followed, downloaded, deleted; while it is ending as well."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import content_disposition_header, quote_etag
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.permissions import Permission
from accounts.requests import OrganisationRequest, allowed_while_ending, requires
from lib.http.ranges import part_asked
from privacy.exporting.reading import address_of, bytes_of, find_export
from privacy.models import Export
from privacy.record_classes import RECORD_CLASSES
from privacy.rules import in_force
from privacy.services.exports import ask_for_export, delete_export, find_last_taken, record_taken

#: Archives shown at most; older ones stand in the event log.
_SHOWN = 20


@require_safe
@requires(Permission.EXPORT_ORGANISATION)
def exports(request: OrganisationRequest) -> HttpResponse:
    """Show the archives there are."""
    context = {
        "exports": list(Export.objects.select_related("asked_by").newest_first()[:_SHOWN]),
        "is_limited": not request.membership.all_accounts,
        "taken": find_last_taken(),
        "period": in_force("exports", at=timezone.now()).period,
        "log_period": RECORD_CLASSES["event_log"].default,
    }
    return render(request, "privacy/exports.html", context)


@allowed_while_ending
@require_POST
@requires(Permission.EXPORT_ORGANISATION)
def make(request: OrganisationRequest) -> HttpResponse:
    """Have one made."""
    _require_all_accounts(request)
    ask_for_export(actor=request.user, at=timezone.now())
    messages.success(request, _("The export is being made. You can leave; you are told when it is ready."))
    return redirect("privacy:exports", slug=request.organisation.slug)


@require_safe
@requires(Permission.EXPORT_ORGANISATION)
def progress(request: OrganisationRequest, export_id: int) -> HttpResponse:
    """Show how far one is."""
    found = get_object_or_404(Export.objects.select_related("asked_by"), pk=export_id)
    return render(request, "privacy/partials/export.html", {"export": found})


@allowed_while_ending
@require_POST
@requires(Permission.EXPORT_ORGANISATION)
def take(request: OrganisationRequest, export_id: int) -> HttpResponse:
    """Begin a download: the address it leads to is for this reader alone, for an hour."""
    found = get_object_or_404(Export.objects.ready(), pk=export_id)
    _require_all_accounts(request)
    record_taken(found)
    response = HttpResponseRedirect(address_of(found, slug=request.organisation.slug, reader=request.user))
    response.status_code = 303
    return response


@require_safe
@requires(Permission.EXPORT_ORGANISATION)
def file(request: OrganisationRequest, token: str) -> HttpResponseBase:
    """Answer an archive to whoever its address was made for: whole, or from where their download broke off."""
    found = find_export(token, reader=request.user)
    if found is None:
        raise Http404
    _require_all_accounts(request)
    etag = quote_etag(f"export-{found.pk}-{found.lease_token}")
    # Of another archive than the one that was begun (If-Range), all is sent.
    is_same = request.headers.get("If-Range", etag) == etag
    span = part_asked(request.headers.get("Range", "") if is_same else "", found.size_bytes)
    if span is None:
        refused = HttpResponse(status=416)
        refused["Content-Range"] = f"bytes */{found.size_bytes}"
        return refused
    start, end = span
    response = StreamingHttpResponse(bytes_of(found, start, end), content_type="application/zip")
    if end - start != found.size_bytes:
        response.status_code = 206
        response["Content-Range"] = f"bytes {start}-{end - 1}/{found.size_bytes}"
    name = f"{request.organisation.slug}-{timezone.localtime(found.asked_at):%Y-%m-%d}.zip"
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name)
    response["Content-Length"] = str(end - start)
    response["Accept-Ranges"] = "bytes"
    response["ETag"] = etag
    response["Cache-Control"] = "no-store"
    response["X-Content-Type-Options"] = "nosniff"
    return response


@allowed_while_ending
@require_POST
@requires(Permission.EXPORT_ORGANISATION)
def delete(request: OrganisationRequest, export_id: int) -> HttpResponse:
    """Delete one before its time."""
    found = get_object_or_404(Export, pk=export_id)
    if delete_export(found, at=timezone.now()):
        messages.success(request, _("The export is deleted."))
    return redirect("privacy:exports", slug=request.organisation.slug)


def _require_all_accounts(request: OrganisationRequest) -> None:
    """An archive has every account's messages, so it is for those who may read them all."""
    if not request.membership.all_accounts:
        raise PermissionDenied(_("An export has every account; you may work with chosen ones only."))
