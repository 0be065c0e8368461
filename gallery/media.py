"""Files as networks meet them: opened as a stream from any place on, or fetched by an address."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import BinaryIO
from urllib.parse import urlsplit

from config.env import env
from gallery.addresses import address_of
from gallery.storage import storage

_THIS_MACHINE = {"127.0.0.1", "localhost", "::1"}


@dataclass(frozen=True)
class StoredFile:
    """Opens a file of the storage; good in any thread and after the scope has ended."""

    storage_key: str

    def __call__(self, offset: int = 0) -> BinaryIO:
        return storage().open(self.storage_key, offset)


def address_maker(*, organisation_id: int, asset_id: int, storage_key: str) -> Callable[[], str] | None:
    """Return what makes a signed address of one file, good for an hour; None where no network could fetch from us."""
    if not is_reachable():
        return None
    return partial(address_of, organisation_id=organisation_id, asset_id=asset_id, storage_key=storage_key)


def is_reachable() -> bool:
    """Whether networks can fetch from here: from a bucket, from a public address, or twins from this machine."""
    return bool(env.s3_bucket) or env.sandbox or urlsplit(env.public_base_url).hostname not in _THIS_MACHINE
