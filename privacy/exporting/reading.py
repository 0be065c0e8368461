"""The way out of an archive: signed addresses of limited life, and its bytes, part after part.

An address opens only to whoever it was made for, signed in and still allowed: a mail that carries the way to the page
is no key. It lives for an hour, in which a download may begin, or go on where it broke off.
"""

from collections.abc import AsyncIterator
from contextlib import closing
from datetime import timedelta
from functools import partial

from asgiref.sync import sync_to_async
from django.core.signing import BadSignature, TimestampSigner
from django.urls import reverse

from accounts.models import User
from lib.tenancy.scope import scope
from privacy.exporting.sealing import open_key, open_part
from privacy.files import store
from privacy.models import Export, ExportPart

ADDRESS_LIFE = timedelta(hours=1)
_signer = TimestampSigner(sep="~", salt="privacy.exports")


def address_of(export: Export, *, slug: str, reader: User) -> str:
    """Return where this reader may fetch the archive within the hour."""
    token = _signer.sign(f"{export.pk}-{reader.pk}")
    return reverse("privacy:export_file", kwargs={"slug": slug, "token": token})


def find_export(token: str, *, reader: User) -> Export | None:
    """Return the archive to which a token leads; None when it is wrong, old, another's, or the archive is no more."""
    try:
        export_id, _, user_id = _signer.unsign(token, max_age=ADDRESS_LIFE).partition("-")
    except BadSignature:
        return None
    if user_id != str(reader.pk):
        return None
    found: Export | None = Export.objects.ready().filter(pk=int(export_id)).first()
    return found


async def bytes_of(export: Export, start: int, end: int) -> AsyncIterator[bytes]:
    """Yield the archive from `start` to `end` (exclusive). The request's scope is over: each part opens its own."""
    sizes = await sync_to_async(partial(_sizes, export.organisation_id, export.pk), thread_sensitive=True)()
    at = 0
    for number, size in sizes:
        if start < at + size and at < end:
            read = partial(_read, export.organisation_id, export.pk, number)
            part = await sync_to_async(read, thread_sensitive=True)()
            yield part[max(0, start - at) : end - at]
        at += size


def _sizes(organisation_id: int, export_id: int) -> list[tuple[int, int]]:
    with scope(organisation=organisation_id):
        parts = ExportPart.objects.filter(export=export_id, is_stored=True).order_by("number")
        return list(parts.values_list("number", "size_bytes"))


def _read(organisation_id: int, export_id: int, number: int) -> bytes:
    """Return one part; raise ExportPart.DoesNotExist where the archive ended meanwhile: the download breaks off."""
    with scope(organisation=organisation_id):
        part = ExportPart.objects.select_related("export").get(export=export_id, number=number, export__state="ready")
        key = open_key(bytes(part.export.sealed or b""), export_id, organisation_id=organisation_id)
    with closing(store().open(part.storage_key)) as stream:
        sealed = stream.read()
    return open_part(sealed, key, export_id=export_id, number=number)
