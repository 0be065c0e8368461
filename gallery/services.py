"""Acts on the gallery. Each needs the organisation's scope, but for `stored_picture`, which opens none."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import BinaryIO

from django.db import IntegrityError, transaction
from django.db.models import ProtectedError

from accounts.models import User
from eventlog.services import record
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
class Stored:
    """A picture and its thumbnail whose files are in the storage, and of which no row tells yet."""

    name: str
    picture: Picture
    picture_key: str
    small: Picture
    small_key: str


@contextmanager
def stored_picture(upload: Upload, *, organisation_id: int) -> Iterator[Stored]:
    """Clean a picture and keep its files; raise pictures.Unusable. Enter it outside any transaction.

    What follows inside adds its rows; should that fail, the files are deleted again. So no row ever points nowhere.
    """
    picture = read_picture(upload.stream, size_bytes=upload.size_bytes)
    small = thumbnail(picture)
    with removed_on_failure() as saved:
        yield Stored(
            name=clean_name(upload.name, picture.ending),
            picture=picture,
            picture_key=_save(picture, organisation_id, "assets", saved),
            small=small,
            small_key=_save(small, organisation_id, "renditions", saved),
        )


@transaction.atomic
def add_picture(stored: Stored, *, actor: User | None) -> Asset:
    """Add a stored picture to the gallery and return its asset."""
    picture, small = stored.picture, stored.small
    asset: Asset = Asset.objects.create(
        storage_key=stored.picture_key,
        name=stored.name,
        content_type=picture.content_type,
        size_bytes=len(picture.content),
        width=picture.width,
        height=picture.height,
        sha256=picture.sha256,
        uploaded_by=actor,
    )
    Rendition.objects.create(
        asset=asset,
        purpose=THUMBNAIL,
        storage_key=stored.small_key,
        content_type=small.content_type,
        size_bytes=len(small.content),
        width=small.width,
        height=small.height,
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
    return f"{stem[:150] or 'picture'}.{ending}"


def _save(picture: Picture, organisation_id: int, folder: str, saved: list[str]) -> str:
    key = new_key(organisation_id, folder, picture.ending)
    storage().save(key, picture.content, content_type=picture.content_type)
    saved.append(key)
    return key


def _delete_files(keys: list[str]) -> None:
    for key in keys:
        storage().delete(key)
