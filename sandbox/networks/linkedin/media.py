"""Images, videos and documents: an address to upload to, the bytes, then a while until they are ready.

Source: learn.microsoft.com/linkedin, Images, Videos and Documents API (2026-05).
"""

import hashlib
import secrets
from dataclasses import replace
from typing import Any

from starlette.responses import JSONResponse, Response

from sandbox.calls import Call
from sandbox.media import UNKNOWN, sniff
from sandbox.networks.linkedin import limits
from sandbox.networks.linkedin.errors import denied, gone, invalid, missing_field, refuse
from sandbox.networks.linkedin.oauth import Caller, identify
from sandbox.networks.linkedin.restli import milliseconds
from sandbox.networks.linkedin.state import Asset, LinkedInState

KINDS = {"images": "image", "videos": "video", "documents": "document"}
PUBLISHERS = ("ADMINISTRATOR", "CONTENT_ADMINISTRATOR", "DIRECT_SPONSORED_CONTENT_POSTER")
HEAD_BYTES = 64 * 1024
LOGO = "C4E0BAQ"  # before a page's number, in the id of its logo
DOCUMENTS = (b"%PDF-", b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")


def initialize(caller: Caller, call: Call, resource: str) -> Response:
    """POST /rest/{resource}?action=initializeUpload."""
    request = _request(call, "initializeUploadRequest")
    owner = _owner(caller, request.get("owner"), resource)
    kind, state = KINDS[resource], caller.state
    size = request.get("fileSizeBytes", 0)
    if kind == "video" and not (isinstance(size, int) and limits.VIDEO_BYTES[0] <= size <= limits.VIDEO_BYTES[1]):
        raise invalid("INVALID_VALUE_FOR_FIELD", f"/initializeUploadRequest/fileSizeBytes :: {size}")
    name = secrets.token_hex(10)
    prefix = {"image": "C4E10AQ", "video": "C5F10AQ", "document": "D4E10AQ"}[kind]
    asset = state.assets.put(
        Asset(
            id=f"urn:li:{kind}:{prefix}{name}",
            kind=kind,
            owner=owner,
            file=name,
            size_bytes=size if isinstance(size, int) else 0,
            expires_at=state.now + limits.UPLOAD_SECONDS,
            upload_token="" if kind != "video" else secrets.token_hex(8),
            wants_thumbnail=request.get("uploadThumbnail") is True,
        )
    )
    until = milliseconds(asset.expires_at)
    address = f"{call.base}/www.linkedin.com/dms-uploads/sp/{asset.file}"
    if kind != "video":
        return JSONResponse({"value": {"uploadUrl": f"{address}/0", kind: asset.id, "uploadUrlExpiresAt": until}})
    value: dict[str, Any] = {
        "video": asset.id,
        "uploadToken": asset.upload_token,
        "uploadInstructions": [
            {"uploadUrl": f"{address}/{number}", "firstByte": first, "lastByte": last}
            for number, (first, last) in enumerate(parts_of(size))
        ],
        "uploadUrlsExpireAt": until,
    }
    if asset.wants_thumbnail:
        value["thumbnailUploadUrl"] = f"{address}/thumbnail"
    return JSONResponse({"value": value})


def parts_of(size_bytes: int) -> list[tuple[int, int]]:
    """First and last byte of each part, both included."""
    step = limits.VIDEO_PART_BYTES
    return [(first, min(first + step, size_bytes) - 1) for first in range(0, size_bytes, step)]


def upload(state: LinkedInState, call: Call, file: str, part: str) -> Response:
    """PUT to an upload address. Images and documents want the token too; a video's parts are known by their address."""
    asset = next(state.assets.newest(file, "file"), None)
    if asset is None:
        raise gone(file)
    call.account = asset.owner
    if asset.kind != "video":
        identify(state, call)
    if asset.expires_at <= state.now:
        raise invalid("EXPIRED_UPLOAD_URL", "The upload URL has expired")
    if not call.body:
        raise refuse(400, "The request has no body")
    if part == "thumbnail":
        state.assets.put(replace(asset, has_thumbnail=True))
        return Response(status_code=201)
    if asset.kind == "video":
        return _take_part(state, call, asset, part)
    state.world.media.write(asset.file, call.body)
    failed = not _is_usable(asset.kind, call.body) or "media_failed" in call.faults
    _process(state, call, replace(asset, size_bytes=len(call.body), failed=failed))
    return Response(status_code=201)


def _take_part(state: LinkedInState, call: Call, asset: Asset, part: str) -> Response:
    ranges = parts_of(asset.size_bytes)
    if not part.isdigit() or int(part) >= len(ranges):
        raise gone(part)
    first, last = ranges[int(part)]
    if len(call.body) != last - first + 1:
        raise refuse(400, f"Part {part} has {last - first + 1} bytes, not {len(call.body)}")
    state.world.media.write_segment(asset.file, int(part), call.body)
    tag = f"/ambry-video/signedId/{hashlib.sha256(call.body).hexdigest()[:40]}"
    state.assets.put(replace(asset, etags={**asset.etags, part: tag}))
    return Response(status_code=200, headers={"etag": tag})


def finalize(caller: Caller, call: Call) -> Response:
    """POST /rest/videos?action=finalizeUpload: all parts, named by the tags they were answered with, in their order."""
    request = _request(call, "finalizeUploadRequest")
    asset = caller.state.assets.find(str(request.get("video")))
    if asset is None or asset.kind != "video":
        raise invalid("INVALID_URN_ID", f"/finalizeUploadRequest/video :: {request.get('video')}")
    _owner(caller, asset.owner, "videos")
    if request.get("uploadToken", "") != asset.upload_token:
        raise invalid("INVALID_VALUE_FOR_FIELD", "/finalizeUploadRequest/uploadToken")
    wanted = [asset.etags.get(str(number), "") for number in range(len(parts_of(asset.size_bytes)))]
    if "" in wanted or request.get("uploadedPartIds") != wanted:
        raise invalid("INVALID_VALUE_FOR_FIELD", "/finalizeUploadRequest/uploadedPartIds do not match the parts")
    if asset.state != "WAITING_UPLOAD":
        return Response(status_code=200)
    path = caller.state.world.media.join_segments(asset.file)
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
    failed = not _is_usable("video", head) or "media_failed" in call.faults
    _process(caller.state, call, replace(asset, failed=failed))
    return Response(status_code=200)


def _process(state: LinkedInState, call: Call, asset: Asset) -> None:
    seconds = limits.PROCESSING_SECONDS[asset.kind]
    if fault := call.faults.get("slow_media"):
        seconds = fault.seconds
    state.assets.put(replace(asset, state="PROCESSING", ready_at=state.now + seconds))


def progress(state: LinkedInState, asset: Asset) -> str:
    """How far a file is now."""
    if asset.state == "PROCESSING" and asset.ready_at <= state.now:
        return "PROCESSING_FAILED" if asset.failed else "AVAILABLE"
    return asset.state


def status(caller: Caller, call: Call, resource: str, urn: str) -> Response:
    """GET /rest/{resource}/{urn}."""
    if resource == "images" and (logo := _logo(caller, call, urn)):
        return logo
    asset = caller.state.assets.find(urn)
    if asset is None or asset.kind != KINDS[resource]:
        raise gone(urn)
    _owner(caller, asset.owner, resource)
    now = progress(caller.state, asset)
    shown: dict[str, Any] = {"id": asset.id, "owner": asset.owner, "status": now}
    if now == "AVAILABLE":
        shown |= {
            "downloadUrl": f"{call.base}/media/{asset.file}",
            "downloadUrlExpiresAt": milliseconds(asset.expires_at),
        }
    if now == "PROCESSING_FAILED":
        shown["processingFailureReason"] = "The file could not be processed"
    return JSONResponse(shown)


def _logo(caller: Caller, call: Call, urn: str) -> Response | None:
    """A page's logo, which its organization names as an asset of the former kind, under the same id."""
    number = urn.removeprefix(f"urn:li:image:{LOGO}")
    organization = caller.state.organizations.find(f"urn:li:organization:{number}")
    if organization is None:
        return None
    address = f"{call.base}/pictures/linkedin/{organization.id}.png"
    return JSONResponse({"id": urn, "owner": organization.id, "status": "AVAILABLE", "downloadUrl": address})


def attachable(state: LinkedInState, urn: object, *, kinds: tuple[str, ...], owner: str, path: str) -> Asset:
    """A file that a post of this owner may carry now. Raises Refused."""
    if not isinstance(urn, str) or not urn.startswith("urn:li:"):
        raise invalid("INVALID_URN_TYPE", f"{path} :: {urn!r} is no URN")
    asset = state.assets.find(urn)
    if asset is None or asset.kind not in kinds:
        raise invalid("INVALID_URN_ID", f"{path} :: {urn}")
    if asset.owner != owner:
        raise denied(f"{urn}, whose owner is not the author")
    now = progress(state, asset)
    if now == "WAITING_UPLOAD":
        raise invalid("MEDIA_ASSET_WAITING_UPLOAD", f"{path} :: {urn} is waiting for its upload")
    if now == "PROCESSING_FAILED":
        raise invalid("MEDIA_ASSET_PROCESSING_FAILED", f"{path} :: {urn} could not be processed")
    return asset


def _request(call: Call, name: str) -> dict[str, Any]:
    body = call.json if isinstance(call.json, dict) else {}
    if not isinstance(body.get(name), dict):
        raise missing_field(f"/{name}")
    request: dict[str, Any] = body[name]
    return request


def _owner(caller: Caller, owner: object, resource: str) -> str:
    what = f"partnerApi{resource.capitalize()}.ACTION-initializeUpload"
    if not isinstance(owner, str) or not owner:
        raise missing_field("/initializeUploadRequest/owner")
    if owner == caller.member.urn:
        caller.require("w_member_social", what=what)
        return owner
    caller.require("w_organization_social", what=what)
    caller.require_role(owner, *PUBLISHERS, what=what)
    return owner


def _is_usable(kind: str, data: bytes) -> bool:
    found = sniff(data[:HEAD_BYTES])
    if kind == "image":
        return found.media_type in limits.IMAGE_TYPES and found.width * found.height < limits.IMAGE_PIXELS
    if kind == "video":
        return found.media_type == "video/mp4"
    return found == UNKNOWN and data.startswith(DOCUMENTS) and len(data) <= limits.DOCUMENT_BYTES
