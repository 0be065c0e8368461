"""From our rows to what a network provider takes."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, BinaryIO

from gallery.storage import storage
from integrations.contract import Composition, Media, MediaKind
from scheduler.models import Post


@dataclass(frozen=True)
class StoredFile:
    """Opens a file of the storage as a stream, from any place on."""

    storage_key: str

    def __call__(self, offset: int = 0) -> BinaryIO:
        return storage().open(self.storage_key, offset)


def composition_of(post: Post, network: str) -> Composition:
    """Return the post as it should appear on a network."""
    pictures = post.post_assets.select_related("asset").order_by("position")
    return Composition(
        text=post.text_for(network),
        media=media_from(
            {
                "sha256": each.asset.sha256,
                "storage_key": each.asset.storage_key,
                "content_type": each.asset.content_type,
                "size_bytes": each.asset.size_bytes,
                "width": each.asset.width,
                "height": each.asset.height,
                "alt_text": each.alt_text,
            }
            for each in pictures
        ),
    )


def media_from(facts: Iterable[Mapping[str, Any]]) -> tuple[Media, ...]:
    """Return a post's pictures from their columns (those of `scheduler_load_publications`)."""
    return tuple(
        Media(
            key=_media_key(each["sha256"], each["alt_text"]),
            kind=MediaKind.IMAGE,
            content_type=each["content_type"],
            size_bytes=each["size_bytes"],
            width=each["width"],
            height=each["height"],
            alt_text=each["alt_text"],
            open=StoredFile(each["storage_key"]),
        )
        for each in facts
    )


def _media_key(sha256: str, alt_text: str) -> str:
    """Name the bytes and their description: both are uploaded together, so another description is another upload."""
    return hashlib.sha256(f"{sha256}\n{alt_text}".encode()).hexdigest()[:40]
