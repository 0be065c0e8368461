"""Files, as Meta gets them: fetched from an address, or uploaded as bytes to the upload host.

Source: Content Publishing guide and "Upload Video to Meta Servers", read 2026-11-28 through dated copies.
"""

import asyncio
import urllib.error
import urllib.request
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from starlette.responses import JSONResponse, Response

from sandbox.calls import Call
from sandbox.media import film_seconds, sniff
from sandbox.networks.base import Refused
from sandbox.networks.facebook import oauth
from sandbox.networks.instagram import limits
from sandbox.networks.instagram.errors import (
    BAD_FILM,
    BAD_IMAGE,
    BAD_RATIO,
    FETCH_FAILED,
    LARGE_IMAGE,
    TIMED_OUT,
    bad_file,
)
from sandbox.networks.instagram.state import Container, InstagramState

FETCH_SECONDS = 10
AGENT = "facebookexternalhit/1.1"
LOCAL = {"127.0.0.1", "localhost", "::1"}
FILMS = {"video/mp4", "video/quicktime"}


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """Meta wants the file itself at the address."""

    def redirect_request(self, *_: Any) -> None:
        return None


_OPENER = urllib.request.build_opener(_NoRedirect)


def fetch(url: str, most_bytes: int) -> bytes:
    """Fetch as Meta's crawler does: https (plain on this machine), no redirect. Raises a refusal."""
    parts = urlsplit(url)
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in LOCAL):
        raise bad_file(FETCH_FAILED)
    request = urllib.request.Request(url, headers={"User-Agent": AGENT})  # noqa: S310 schemes are checked above
    try:
        with _OPENER.open(request, timeout=FETCH_SECONDS) as answer:
            return bytes(answer.read(most_bytes + 1))
    except TimeoutError:
        raise bad_file(TIMED_OUT) from None
    except (urllib.error.URLError, OSError, ValueError):
        raise bad_file(FETCH_FAILED) from None


async def take_image(state: InstagramState, container: Container, call: Call) -> Container:
    """Fetch and judge a picture while its container is made: what is wrong with it is said at once."""
    data = await asyncio.to_thread(fetch, container.source, limits.IMAGE_BYTES)
    kind = sniff(data)
    if "media_failed" in call.faults or kind.media_type != "image/jpeg":
        raise bad_file(BAD_IMAGE)
    if len(data) > limits.IMAGE_BYTES:
        raise bad_file(LARGE_IMAGE)
    least, most = limits.RATIOS
    if container.media_type == "IMAGE" and kind.height and not least - 0.01 <= kind.width / kind.height <= most + 0.01:
        raise bad_file(BAD_RATIO)
    state.world.media.write(container.id, data)
    slow = call.faults.get("slow_media")
    return replace(
        container, file=container.id, file_type=kind.media_type, ready_at=state.now + (slow.seconds if slow else 0.0)
    )


async def take_film(state: InstagramState, container_id: str) -> None:
    """Fetch a film in the background. What is wrong with it stands in its container's status."""
    container = state.containers.find(container_id)
    if container is None:
        return
    try:
        data = await asyncio.to_thread(fetch, container.source, _most(container))
    except Refused as refusal:
        failure = FETCH_FAILED if b"9004" in bytes(refusal.response.body) else TIMED_OUT
        state.containers.put(replace(container, failure=failure))
        return
    state.world.media.write(container.id, data)
    judge_film(state, container)


def judge_film(state: InstagramState, container: Container) -> None:
    """Judge a film that has arrived, and let it be looked through."""
    path = state.world.media.path(container.id)
    if path is None:
        return
    with path.open("rb") as file:
        kind = sniff(file.read(4096))
    slow = float(container.options.get("slow", "0"))
    least, most = limits.STORY_FILM_SECONDS if container.media_type == "STORIES" else limits.REEL_SECONDS
    lasts = film_seconds(path)
    fits = (
        kind.media_type in FILMS and path.stat().st_size <= _most(container) and (not lasts or least <= lasts <= most)
    )
    if container.options.get("spoilt") or not fits:
        state.containers.put(replace(container, failure=BAD_FILM))
        return
    ready_at = state.now + state.world.settings.instagram_film_seconds + slow
    state.containers.put(replace(container, file=container.id, file_type=kind.media_type, ready_at=ready_at))


def uploaded_bytes(state: InstagramState, container: Container) -> int:
    """How much of a film has come so far."""
    path = state.world.media.path(container.id)
    return path.stat().st_size if path else 0


def _most(container: Container) -> int:
    return limits.STORY_FILM_BYTES if container.media_type == "STORIES" else limits.REEL_BYTES


# Bytes: one request, or several where one was interrupted


def receive_bytes(state: InstagramState, call: Call, container_id: str) -> Response:
    """POST rupload.facebook.com/ig-api-upload/{version}/{container}: headers offset and file_size, then bytes.

    What came before somebody hung up is kept.
    """
    speaker = oauth.identify(state.facebook, call.bearer or "", None)
    container = state.containers.find(container_id)
    account = state.accounts.find(container.account_id) if container else None
    if container is None or account is None or speaker.grant is None or account.page_id not in speaker.grant.page_ids:
        return failed("unauthorized user request", status=400)
    if container.status(state.now) != "IN_PROGRESS" or container.source or container.file:
        return failed("the upload is over", status=400)
    if url := call.headers.get("file_url", ""):
        state.await_film(state.containers.put(replace(container, source=url)))
        return JSONResponse({"success": True, "message": "Upload successful."})
    offset, size = call.headers.get("offset", ""), call.headers.get("file_size", "")
    if not offset.isdigit() or not size.isdigit() or not 0 < int(size) <= _most(container):
        return failed("offset and file_size must be numbers", status=400)
    there = uploaded_bytes(state, container)
    if int(offset) != there:
        return failed(f"the offset must be {there}", status=400, retriable=True)
    if container.size_bytes not in {0, int(size)}:
        return failed("file_size has changed", status=400)
    container = state.containers.put(replace(container, size_bytes=int(size)))
    if call.spool:
        state.world.media.append_file(container_id, call.spool)
    if uploaded_bytes(state, container) < int(size):
        return failed("the file is not complete", status=400, retriable=True)
    judge_film(state, container)
    return JSONResponse({"success": True, "message": "Upload successful."})


def failed(message: str, *, status: int, retriable: bool = False) -> Response:
    """The upload host's own envelope."""
    info = {"retriable": retriable, "type": "ProcessingFailedError", "message": message}
    return JSONResponse({"debug_info": info}, status_code=status)
