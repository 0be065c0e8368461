"""POST /{page}/photos.

Source: Graph API /page/photos reference, read 2026-11-22 through a dated copy.
"""

import asyncio
import urllib.error
import urllib.request

from starlette.responses import JSONResponse, Response

from sandbox.calls import Call
from sandbox.media import sniff
from sandbox.networks.facebook import limits
from sandbox.networks.facebook.errors import bad_parameter, bad_photo, large_photo, refuse
from sandbox.networks.facebook.oauth import Speaker, require_page
from sandbox.networks.facebook.state import FacebookState, Page, Photo

FETCH_SECONDS = 10
AGENT = "facebookexternalhit/1.1"


async def take_photo(state: FacebookState, call: Call, params: dict[str, str], speaker: Speaker, page_id: str) -> Photo:
    """Check and keep the picture, as bytes or from an address; it stands on no wall yet."""
    page = require_page(speaker, page_id, "pages_manage_posts", "pages_read_engagement", task="CREATE_CONTENT")
    data = await _picture(call, params)
    if fault := call.faults.get("slow_media"):
        await asyncio.sleep(fault.seconds)
    kind = sniff(data)
    if "media_failed" in call.faults or kind.media_type not in limits.PHOTO_TYPES:
        raise bad_photo()
    if len(data) > limits.PHOTO_BYTES:
        raise large_photo()
    photo = _keep(state, page, params, kind.media_type, (kind.width, kind.height))
    state.world.media.write(photo.id, data)
    return photo


def answer_unpublished(photo: Photo) -> Response:
    return JSONResponse({"id": photo.id})


def _keep(state: FacebookState, page: Page, params: dict[str, str], media_type: str, size: tuple[int, int]) -> Photo:
    return state.photos.put(
        Photo(
            id=state.new_id(),
            page_id=page.id,
            caption=params.get("caption") or params.get("message", ""),
            alt_text=params.get("alt_text_custom", ""),
            media_type=media_type,
            width=size[0],
            height=size[1],
            created_at=state.now,
        )
    )


async def _picture(call: Call, params: dict[str, str]) -> bytes:
    if call.files:
        # Any part with a file name counts: the official SDK numbers them (source0).
        return next(iter(call.files.values())).data
    if url := params.get("url", ""):
        if not url.startswith(("http://", "https://")):
            raise bad_parameter("url should represent a valid URL")
        return await asyncio.to_thread(_fetch, url)
    raise bad_parameter("Missing or invalid image file: source or url is required", subcode=2069019)


def _fetch(url: str) -> bytes:
    """Fetch as Meta's crawler does. Raises code 389 when it does not get the file."""
    request = urllib.request.Request(url, headers={"User-Agent": AGENT})  # noqa: S310 http and https only, checked before
    try:
        with urllib.request.urlopen(request, timeout=FETCH_SECONDS) as answer:  # noqa: S310
            return bytes(answer.read(limits.PHOTO_BYTES + 1))
    except (urllib.error.URLError, OSError, ValueError) as error:
        raise refuse(389, "(#389) Unable to fetch image file from URL.", subcode=1366046) from error
