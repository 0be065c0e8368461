"""Acts on the gallery. Each needs the organisation's scope, but for `stored_file`, which opens none."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import BinaryIO

from django.db import IntegrityError, transaction
from django.db.models import ProtectedError

from accounts.models import User
from eventlog.services import record
from gallery.films import ENDINGS, find_kind, read_facts
from gallery.models import Asset, Rendition
from gallery.pictures import Picture, read_picture, thumbnail
from gallery.storage import new_key, removed_on_failure, storage

THUMBNAIL = "thumbnail"


class InUse(Exception):
    """The asset belongs to posts; their history would lose its picture."""


@dataclass(frozen=True, kw_only=True)
class Upload:
    """One file as it came."""

    name: str
    size_bytes: int
    stream: BinaryIO


@dataclass(frozen=True, kw_only=True)
class Kept:
    """One file in the storage, and what is known of it."""

    key: str
    content_type: str
    size_bytes: int
    width: int
    height: int
    frames: int = 1


@dataclass(frozen=True, kw_only=True)
class Stored:
    """A file in the storage of which no row tells yet; a picture has a thumbnail beside it."""

    name: str
    file: Kept
    sha256: str
    duration_ms: int | None = None
    small: Kept | None = None


@contextmanager
def stored_file(upload: Upload, *, organisation_id: int) -> Iterator[Stored]:
    """Keep a file, a picture clean, films and documents as they came; raise pictures.Unusable. Enter it outside any
    transaction.

    What follows inside adds its rows; should that fail, the files are deleted again. So no row ever points nowhere.
    """
    kind = find_kind(upload.stream)
    with removed_on_failure() as saved:
        if kind is None:
            yield _store_picture(upload, organisation_id, saved)
        else:
            yield _store_as_it_came(upload, kind, organisation_id, saved)


def _store_picture(upload: Upload, organisation_id: int, saved: list[str]) -> Stored:
    picture = read_picture(upload.stream, size_bytes=upload.size_bytes)
    small = thumbnail(picture)
    return Stored(
        name=clean_name(upload.name, picture.ending),
        file=_save(picture, organisation_id, "assets", saved),
        sha256=picture.sha256,
        small=_save(small, organisation_id, "renditions", saved),
    )


def _store_as_it_came(upload: Upload, kind: str, organisation_id: int, saved: list[str]) -> Stored:
    """Store a film or a document, read twice and never held: once for its digest, once on its way."""
    facts = read_facts(upload.stream, kind, size_bytes=upload.size_bytes)
    upload.stream.seek(0)
    sha256 = hashlib.file_digest(upload.stream, "sha256").hexdigest()  # type: ignore[arg-type]  # it has readinto
    key = new_key(organisation_id, "assets", ENDINGS[kind])
    storage().save_from(key, upload.stream, content_type=kind)
    saved.append(key)
    return Stored(
        name=clean_name(upload.name, ENDINGS[kind]),
        file=Kept(key=key, content_type=kind, size_bytes=upload.size_bytes, width=facts.width, height=facts.height),
        sha256=sha256,
        duration_ms=facts.duration_ms,
    )


@transaction.atomic
def add_file(stored: Stored, *, actor: User | None) -> Asset:
    """Add a stored file to the gallery and return its asset."""
    file = stored.file
    asset: Asset = Asset.objects.create(
        storage_key=file.key,
        name=stored.name,
        content_type=file.content_type,
        size_bytes=file.size_bytes,
        width=file.width,
        height=file.height,
        duration_ms=stored.duration_ms,
        frames=file.frames,
        sha256=stored.sha256,
        uploaded_by=actor,
    )
    if stored.small is not None:
        Rendition.objects.create(
            asset=asset,
            purpose=THUMBNAIL,
            storage_key=stored.small.key,
            content_type=stored.small.content_type,
            size_bytes=stored.small.size_bytes,
            width=stored.small.width,
            height=stored.small.height,
        )
    record("gallery.asset.added", asset, data={"size_bytes": asset.size_bytes, "sha256": asset.sha256})
    return asset


def describe_asset(asset: Asset, *, alt_text: str) -> None:
    """Say what is seen in the picture, for those who do not see it."""
    asset.alt_text = alt_text
    asset.save(update_fields=["alt_text"])
    record("gallery.asset.described", asset, data={"characters": len(alt_text)})


def delete_asset(asset: Asset) -> None:
    """Delete an asset with its renditions; raise InUse when posts have it. Files go once the rows are gone for good."""
    keys = [asset.storage_key, *asset.renditions.values_list("storage_key", flat=True)]
    try:
        with transaction.atomic():
            record("gallery.asset.deleted", asset)
            asset.delete()
            # The database's own word, while it can still be answered: a post may have taken the picture just now.
            with transaction.get_connection().cursor() as cursor:
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    except (ProtectedError, IntegrityError) as error:
        raise InUse from error
    transaction.on_commit(lambda: _delete_files(keys))


def clean_name(name: str, ending: str) -> str:
    """Return a file's name to show and to save under: no path, no control characters, the ending of its content."""
    last = PurePosixPath(name.replace("\\", "/")).name
    printable = "".join(character for character in last if character.isprintable()).strip(" .")
    stem = printable.rsplit(".", 1)[0] if "." in printable else printable
    return f"{stem[:150] or 'file'}.{ending}"


def _save(picture: Picture, organisation_id: int, folder: str, saved: list[str]) -> Kept:
    key = new_key(organisation_id, folder, picture.ending)
    storage().save(key, picture.content, content_type=picture.content_type)
    saved.append(key)
    return Kept(
        key=key,
        content_type=picture.content_type,
        size_bytes=len(picture.content),
        width=picture.width,
        height=picture.height,
        frames=picture.frames,
    )


def _delete_files(keys: list[str]) -> None:
    for key in keys:
        storage().delete(key)
