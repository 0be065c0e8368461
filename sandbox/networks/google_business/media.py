"""Photos and films of a profile, and those that a post brings along: fetched from an address, or uploaded.

Source: developers.google.com/my-business/reference/rest/v4/accounts.locations.media and "Upload media", read 2026-11-22
through dated copies. No page says that an address is fetched before the answer, and which fault a bad one gives.
"""

import asyncio
import urllib.error
import urllib.request
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from starlette.responses import JSONResponse, Response

from sandbox.clock import iso_milliseconds
from sandbox.media import Kind, sniff
from sandbox.networks.google_business import limits
from sandbox.networks.google_business.asking import Asking
from sandbox.networks.google_business.errors import invalid, not_found
from sandbox.networks.google_business.state import Location, MediaItem, Upload

FETCH_SECONDS = 10
AGENT = "Mozilla/5.0 (compatible; GoogleImageProxy)"
LOCAL = {"127.0.0.1", "localhost", "::1"}
CATEGORIES = {
    "COVER", "PROFILE", "LOGO", "EXTERIOR", "INTERIOR", "PRODUCT", "AT_WORK", "FOOD_AND_DRINK", "MENU", "COMMON_AREA",
    "ROOMS", "TEAMS", "ADDITIONAL",
}  # fmt: skip
OF_THE_PROFILE = {"COVER", "PROFILE", "LOGO"}  # one of each, without a least size


async def take_for_post(ask: Asking, location: Location, sent: object, index: int) -> MediaItem:
    """Fetch one item of a post."""
    field = f"media[{index}]"
    if not isinstance(sent, dict) or not sent.get("sourceUrl"):
        raise invalid(f"{field}.source_url", "Bytes cannot be sent with a post: an address is required.")
    data = await _fetched(ask, str(sent["sourceUrl"]), f"{field}.source_url")
    return _keep(ask, location, data, sent, category="", field=field)


async def create_media(ask: Asking, account_id: str, location_id: str) -> Response:
    location = ask.profile(account_id, location_id)
    body = ask.body
    association = body.get("locationAssociation")
    category = str(association.get("category") or "") if isinstance(association, dict) else ""
    if category not in CATEGORIES:
        raise invalid("location_association", "A category is required.", value=category)
    ask.count_edit(location)
    reference = body.get("dataRef")
    if isinstance(reference, dict):
        data = _uploaded(ask, location, str(reference.get("resourceName") or ""))
    elif body.get("sourceUrl"):
        data = await _fetched(ask, str(body["sourceUrl"]), "source_url")
    else:
        raise invalid("source_url", "An address or uploaded bytes are required.")
    if category in OF_THE_PROFILE:
        for before in ask.state.media.group(location.id):
            if before.category == category and not before.deleted:
                ask.state.media.put(replace(before, deleted=True))
    item = _keep(ask, location, data, body, category=category, field="source_url")
    return JSONResponse(as_json(ask, item, f"accounts/{account_id}/locations/{location_id}/media"))


def list_media(ask: Asking, account_id: str, location_id: str) -> Response:
    location = ask.profile(account_id, location_id)
    items = [item for item in ask.state.media.newest(location.id) if item.category and not item.deleted]
    rows, more = ask.page(items, default=limits.MEDIA_PAGE, most=limits.MEDIA_PAGE_MAX)
    if not rows:
        return JSONResponse({})
    parent = f"accounts/{account_id}/locations/{location_id}/media"
    found = [as_json(ask, item, parent) for item in rows]
    return JSONResponse({"mediaItems": found, "totalMediaItemCount": len(items), **more})


def list_customers_media(ask: Asking, account_id: str, location_id: str) -> Response:
    """What customers brought: nobody does here."""
    ask.profile(account_id, location_id)
    return JSONResponse({})


def read_media(ask: Asking, account_id: str, location_id: str, key: str) -> Response:
    item = _item(ask, account_id, location_id, key)
    return JSONResponse(as_json(ask, item, f"accounts/{account_id}/locations/{location_id}/media"))


def delete_media(ask: Asking, account_id: str, location_id: str, key: str) -> Response:
    item = _item(ask, account_id, location_id, key)
    ask.count_edit(ask.profile(account_id, location_id))
    ask.state.media.put(replace(item, deleted=True))
    return JSONResponse({})


def start_upload(ask: Asking, account_id: str, location_id: str) -> Response:
    location = ask.profile(account_id, location_id)
    upload = ask.state.uploads.put(
        Upload(id=f"gmb-upload-{ask.state.new_id()}", location_id=location.id, created_at=ask.state.now)
    )
    return JSONResponse({"resourceName": upload.id})


def upload_bytes(ask: Asking, resource_name: str) -> Response:
    upload = ask.state.uploads.find(resource_name)
    if upload is None or ask.state.now - upload.created_at > limits.UPLOAD_SECONDS:
        raise not_found()
    if ask.call.query.get("upload_type") != "media" and ask.call.query.get("uploadType") != "media":
        raise invalid("upload_type", "Must be media.")
    ask.state.world.media.write(upload.id, ask.call.body)
    ask.state.uploads.put(replace(upload, size=len(ask.call.body)))
    return JSONResponse({"resourceName": upload.id})


def as_json(ask: Asking, item: MediaItem, parent: str) -> dict[str, Any]:
    address = f"{ask.call.base}/media/{item.id}"
    found: dict[str, Any] = {
        "name": f"{parent}/{item.id}",
        "mediaFormat": item.format,
        "googleUrl": address,
        "thumbnailUrl": address,
        "createTime": iso_milliseconds(item.created_at),
        "dimensions": {"widthPixels": item.width, "heightPixels": item.height},
    }
    if item.category:
        found["locationAssociation"] = {"category": item.category}
    if item.source_url:
        found["sourceUrl"] = item.source_url
    if item.description:
        found["description"] = item.description
    return found


def in_post(ask: Asking, item: MediaItem, parent: str) -> dict[str, Any]:
    """As a post shows it: without the address it came from."""
    return {
        "name": f"{parent}/{item.id}",
        "mediaFormat": item.format,
        "googleUrl": f"{ask.call.base}/media/{item.id}",
    }


def _item(ask: Asking, account_id: str, location_id: str, key: str) -> MediaItem:
    location = ask.profile(account_id, location_id)
    item = ask.state.media.find(key)
    if item is None or item.location_id != location.id or item.deleted or not item.category:
        raise not_found()
    return item


def _uploaded(ask: Asking, location: Location, resource_name: str) -> bytes:
    upload = ask.state.uploads.find(resource_name)
    path = ask.state.world.media.path(upload.id) if upload and upload.location_id == location.id else None
    if upload is None or path is None or upload.used:
        raise invalid("data_ref.resource_name", "Nothing was uploaded under this name.", value=resource_name)
    ask.state.uploads.put(replace(upload, used=True))
    return path.read_bytes()


async def _fetched(ask: Asking, address: str, field: str) -> bytes:
    """Fetch as Google does: over TLS, but for addresses of this machine."""
    parts = urlsplit(address)
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in LOCAL):
        raise invalid(field, "The address must be https.", value=address)
    if "media_failed" in ask.call.faults:
        raise invalid(field, "Fetching image failed.", value=address)
    return await asyncio.to_thread(_fetch, address, field)


def _fetch(address: str, field: str) -> bytes:
    request = urllib.request.Request(address, headers={"User-Agent": AGENT})  # noqa: S310 the scheme was checked before
    try:
        with urllib.request.urlopen(request, timeout=FETCH_SECONDS) as answer:  # noqa: S310
            return bytes(answer.read(limits.VIDEO_BYTES_MAX + 1))
    except (urllib.error.URLError, OSError, ValueError) as error:
        raise invalid(field, "Fetching image failed.", value=address) from error


def _keep(
    ask: Asking, location: Location, data: bytes, sent: dict[str, Any], *, category: str, field: str
) -> MediaItem:
    kind, wanted = sniff(data), str(sent.get("mediaFormat") or "")
    if wanted not in {"PHOTO", "VIDEO"}:
        raise invalid("media_format", "Invalid value.", value=wanted)
    _check(kind, data, wanted, category=category, field=field)
    item = ask.state.media.put(
        MediaItem(
            id=f"AF1Qip{ask.state.new_id()}",
            location_id=location.id,
            format=wanted,
            category=category,
            media_type=kind.media_type,
            width=kind.width,
            height=kind.height,
            source_url=str(sent.get("sourceUrl") or ""),
            description=str(sent.get("description") or ""),
            created_at=ask.state.now,
        )
    )
    ask.state.world.media.write(item.id, data)
    return item


def _check(kind: Kind, data: bytes, wanted: str, *, category: str, field: str) -> None:
    if wanted == "VIDEO":
        if kind.media_type not in limits.VIDEO_TYPES or len(data) > limits.VIDEO_BYTES_MAX:
            raise invalid(field, "The film cannot be used.")
        return
    if kind.media_type not in limits.PHOTO_TYPES:
        raise invalid(field, "The photo must be JPEG or PNG.")
    if len(data) > limits.PHOTO_BYTES_MAX:
        raise invalid(field, "The photo is too large.")
    if category in OF_THE_PROFILE:
        return
    if len(data) < limits.PHOTO_BYTES_MIN or min(kind.width, kind.height) < limits.PHOTO_EDGE_MIN:
        raise invalid(field, "The photo is too small.")
