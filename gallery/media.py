"""An asset as plain pieces, for those who carry it to a network: how to open it, where to fetch it, what it is."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import BinaryIO, Protocol
from urllib.parse import urlsplit

from config.env import env
from gallery.addresses import address_of
from gallery.models import Asset
from gallery.storage import storage

_THIS_MACHINE = {"127.0.0.1", "localhost", "::1"}


class OpenFile(Protocol):
    """Opens a file's bytes; good in any thread and after the scope has ended."""

    def __call__(self, offset: int = 0) -> BinaryIO: ...


@dataclass(frozen=True, kw_only=True)
class AssetFile:
    """What a network needs to know of one asset. `address` is None where no network could fetch from us."""

    key: str
    content_type: str
    size_bytes: int
    width: int
    height: int
    alt_text: str
    open: OpenFile = field(repr=False, compare=False)
    address: Callable[[], str] | None = field(repr=False, compare=False)


def asset_file(asset: Asset, *, alt_text: str | None = None) -> AssetFile:
    """Return an asset's pieces; `alt_text` is what this post says of it, the asset's own unless given."""
    return AssetFile(
        key=asset.storage_key,
        content_type=asset.content_type,
        size_bytes=asset.size_bytes,
        width=asset.width,
        height=asset.height,
        alt_text=asset.alt_text if alt_text is None else alt_text,
        open=partial(_open, asset.storage_key),
        address=partial(address_of, asset) if _reachable() else None,
    )


def _open(key: str, offset: int = 0) -> BinaryIO:
    return storage().open(key, offset)


def _reachable() -> bool:
    """Whether networks can fetch from here: from a bucket, from a public address, or twins from this machine."""
    return bool(env.s3_bucket) or env.sandbox or urlsplit(env.public_base_url).hostname not in _THIS_MACHINE
