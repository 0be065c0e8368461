"""The gallery's pages, its files for browsers of members, and its signed addresses for networks."""

import json
from typing import Any, BinaryIO, cast

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.templatetags.static import static
from django.urls import reverse
from django.utils.http import content_disposition_header, quote_etag
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST, require_safe

from accounts.permissions import Permission
from accounts.requests import OrganisationRequest, opens_scope_itself, requires, scope_of
from gallery.addresses import away_to, find_signed
from gallery.films import MAX_DOCUMENT_BYTES, MAX_FILM_BYTES
from gallery.forms import AltTextForm
from gallery.models import Asset, Rendition
from gallery.pictures import MAX_BYTES, MAX_PIXELS, Unusable
from gallery.services import THUMBNAIL, InUse, Upload, add_file, delete_asset, describe_asset, stored_file
from gallery.serving import answer_file
from gallery.storage import NoFile
from lib.numbers import number_in
from lib.pagination import page_of
from lib.tenancy.scope import scope

PAGE_SIZE = 60
LIMITS = {
    "max_bytes": MAX_FILM_BYTES,
    "max_gigabytes": MAX_FILM_BYTES // 1024**3,
    "max_megabytes": MAX_BYTES // 1024**2,
    "max_megapixels": MAX_PIXELS // 1_000_000,
    "max_document_megabytes": MAX_DOCUMENT_BYTES // 1024**2,
}


@require_GET
@requires(Permission.VIEW_POSTS)
def assets(request: OrganisationRequest) -> HttpResponse:
    """Show the files, newest first."""
    return render(request, "gallery/assets.html", _listing(request))


@require_GET
@requires(Permission.WRITE_POSTS)
def choose(request: OrganisationRequest) -> HttpResponse:
    """Answer the dialog in which the composer's pictures are chosen; `chosen` names those it has already."""
    chosen = {number_in(value) for value in request.GET.getlist("chosen")}
    context = {**_listing(request), "chosen": chosen}
    template = "choices" if "before" in request.GET else "chooser"
    return render(request, f"gallery/partials/{template}.html", context)


@require_GET
@requires(Permission.VIEW_POSTS)
def asset(request: OrganisationRequest, asset_id: int) -> HttpResponse:
    """Answer the dialog about one picture."""
    found = get_object_or_404(Asset.objects.select_related("uploaded_by"), pk=asset_id)
    return _asset_dialog(request, found, AltTextForm.of(found))


@opens_scope_itself
@require_POST
@requires(Permission.MANAGE_GALLERY)
def upload(request: OrganisationRequest) -> HttpResponse:
    """Take one file from the page's script, which shows its progress, or several from a plain form.

    Pictures are cleaned and stored before a transaction begins: the storage may be far away.
    """
    results = [_take(request, file) for file in request.FILES.getlist("file")]
    from_script = request.headers.get("X-Requested-With") == "fetch"
    if not from_script:
        return _back_to_gallery(request, [each for each in results if isinstance(each, str)])
    if not results:
        return HttpResponse(_("No file arrived. Choose one and try again."), status=422, content_type="text/plain")
    [result] = results[:1]
    if isinstance(result, str):
        return HttpResponse(result, status=422, content_type="text/plain; charset=utf-8")
    template = "choice" if request.POST.get("as") == "choice" else "card"
    with scope_of(request):
        return render(request, f"gallery/partials/{template}.html", {"asset": result, "chosen": {result.pk}})


@require_POST
@requires(Permission.MANAGE_GALLERY)
def describe(request: OrganisationRequest, asset_id: int) -> HttpResponse:
    found = get_object_or_404(Asset.objects.select_related("uploaded_by"), pk=asset_id)
    form = AltTextForm(request.POST)
    if not form.is_valid():
        return _asset_dialog(request, found, form, status=422)
    describe_asset(found, alt_text=form.cleaned_data["alt_text"])
    return _closing(render(request, "gallery/partials/card.html", {"asset": found}), _("Alt text saved."))


@require_POST
@requires(Permission.MANAGE_GALLERY)
def delete(request: OrganisationRequest, asset_id: int) -> HttpResponse:
    found = get_object_or_404(Asset.objects.select_related("uploaded_by"), pk=asset_id)
    name = found.name
    try:
        delete_asset(found)
    except InUse:
        found.pk = asset_id  # Django takes the key off what it was about to delete
        return _asset_dialog(request, found, AltTextForm.of(found), in_use=True, status=409)
    return _closing(HttpResponse(), _("%(name)s was deleted.") % {"name": name})


@require_safe
@requires(Permission.VIEW_POSTS)
def file(request: OrganisationRequest, asset_id: int) -> HttpResponseBase:
    """Answer the original file."""
    found = get_object_or_404(Asset, pk=asset_id)
    return _file_response(request, found, name=found.name, as_attachment="download" in request.GET)


@require_safe
@requires(Permission.VIEW_POSTS)
def thumbnail(request: OrganisationRequest, asset_id: int) -> HttpResponseBase:
    """Answer a picture's small copy; of a film or document, which nothing here decodes, a sign of what it is."""
    found = Rendition.objects.filter(asset_id=asset_id, purpose=THUMBNAIL).first()
    if found is None:
        asset = get_object_or_404(Asset, pk=asset_id)
        return HttpResponseRedirect(static(f"gallery/img/{'film' if asset.is_film else 'document'}.svg"))
    return _file_response(request, found, name="")


@require_safe
def media(request: HttpRequest, token: str) -> HttpResponseBase:
    """Answer one original to whoever holds its signed address: a network that fetches by itself."""
    signed = find_signed(token)
    if signed is None:
        raise Http404
    with scope(organisation=signed.organisation_id):
        found = get_object_or_404(Asset, pk=signed.asset_id)
    return _file_response(request, found, name=found.name)


def _listing(request: OrganisationRequest) -> dict[str, Any]:
    page = page_of(
        Asset.objects.all(),
        before=request.GET.get("before", ""),
        after=request.GET.get("after", ""),
        size=PAGE_SIZE,
    )
    return {"page": page, "may_manage": request.membership.may(Permission.MANAGE_GALLERY), **LIMITS}


def _take(request: OrganisationRequest, file: "UploadedFile[bytes]") -> Asset | str:
    """Return the new asset, or the sentence that says why there is none."""
    stream = cast(BinaryIO, file.file)
    given = Upload(name=file.name or "", size_bytes=file.size or 0, stream=stream)
    try:
        with stored_file(given, organisation_id=request.organisation.pk) as stored, scope_of(request):
            return add_file(stored, actor=request.user)
    except Unusable as error:
        return str(error)


def _back_to_gallery(request: OrganisationRequest, refusals: list[str]) -> HttpResponse:
    for sentence in refusals:
        messages.error(request, sentence)
    return HttpResponseRedirect(reverse("gallery:assets", kwargs={"slug": request.organisation.slug}))


def _asset_dialog(
    request: OrganisationRequest, found: Asset, form: AltTextForm, *, in_use: bool = False, status: int = 200
) -> HttpResponse:
    context = {
        "asset": found,
        "form": form,
        "in_use": in_use,
        "may_manage": request.membership.may(Permission.MANAGE_GALLERY),
    }
    response = render(request, "gallery/partials/asset.html", context, status=status)
    if status != 200:
        # What was asked for was the card; what comes instead is the dialog, with the reason in it.
        response["HX-Retarget"], response["HX-Reswap"] = "#dialogs", "innerHTML"
    return response


def _closing(response: HttpResponse, words: str) -> HttpResponse:
    """Let the page close the dialog at hand and say what was done."""
    response["HX-Trigger"] = json.dumps({"gallery:done": {}, "toast": {"text": words}})
    return response


def _file_response(
    request: HttpRequest, found: Asset | Rendition, *, name: str, as_attachment: bool = False
) -> HttpResponseBase:
    """Answer a file's bytes, or those asked for: private to this browser, never guessed at, never changed under its
    address. From a bucket the browser fetches it itself.
    """
    as_attachment = as_attachment or not found.content_type.startswith(("image/", "video/"))
    disposition = (content_disposition_header(as_attachment, name) if name else None) or "inline"
    away = away_to(found.storage_key, disposition=disposition)
    if away is not None:
        return away
    etag = quote_etag(found.storage_key.rpartition("/")[2])
    if request.headers.get("If-None-Match") == etag:
        response: HttpResponseBase = HttpResponse(status=304)
    else:
        try:
            response = answer_file(
                request, found.storage_key, size_bytes=found.size_bytes, content_type=found.content_type
            )
        except NoFile as error:
            raise Http404 from error
        response["Content-Disposition"] = disposition
    response["Cache-Control"] = "private, max-age=3600"
    response["ETag"] = etag
    response["X-Content-Type-Options"] = "nosniff"
    # Opened by itself in a tab, a file may run and load nothing.
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response
