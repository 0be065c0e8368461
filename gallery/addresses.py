"""Signed addresses, by which networks that fetch a picture themselves reach one asset, for one hour, without a session.

The signature vouches for the organisation, so its scope may be opened for whoever holds the address. A wrong and an
old one are the same as none: 404.
"""

from dataclasses import dataclass

from django.core.signing import BadSignature, TimestampSigner
from django.http import HttpResponseRedirect
from django.urls import reverse

from config.env import env
from gallery.storage import ADDRESS_LIFE, storage

_signer = TimestampSigner(sep="~", salt="gallery.addresses")


@dataclass(frozen=True, kw_only=True)
class Signed:
    """What an address names."""

    organisation_id: int
    asset_id: int


def address_of(*, organisation_id: int, asset_id: int, storage_key: str) -> str:
    """Return an address that anybody may fetch for an hour: the bucket's own where there is one, else ours."""
    return storage().address(storage_key) or our_address_of(organisation_id=organisation_id, asset_id=asset_id)


def our_address_of(*, organisation_id: int, asset_id: int) -> str:
    token = _signer.sign(f"{organisation_id}-{asset_id}")
    return env.public_base_url + reverse("media", kwargs={"token": token})


def away_to(key: str, *, disposition: str = "inline") -> HttpResponseRedirect | None:
    """Return the answer that sends a browser to the storage for a file, or None where the file is ours to serve.

    No bytes travel through a request, whose scope is a transaction. Kept for half as long as the address is good.
    """
    address = storage().address(key, disposition=disposition)
    if address is None:
        return None
    response = HttpResponseRedirect(address)
    response["Cache-Control"] = f"private, max-age={int(ADDRESS_LIFE.total_seconds()) // 2}"
    return response


def find_signed(token: str) -> Signed | None:
    """Return what a token names, or None when it is wrong or older than an hour. Compared in constant time."""
    try:
        value = _signer.unsign(token, max_age=ADDRESS_LIFE)
    except BadSignature:
        return None
    organisation_id, _, asset_id = value.partition("-")
    return Signed(organisation_id=int(organisation_id), asset_id=int(asset_id))
