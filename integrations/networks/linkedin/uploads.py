"""Uploading one file to LinkedIn, so that work that was stopped goes on where it stood.

Progress of one file: ``urn``; ``parts`` ([address, first byte, last byte], a picture or document has one), ``tags`` of
those that were sent, ``expires_at`` (unix seconds) of the addresses, ``token`` and ``thumbnail`` (address) of a video,
``cover`` (the key of what was sent there), then ``finalizing`` and ``finished``.
"""

from collections.abc import Callable, Mapping
from contextlib import closing
from datetime import datetime
from typing import Any

from integrations.contract import Media, MediaKind
from integrations.errors import PermanentError
from integrations.networks._shared.refusals import lost_answer
from integrations.networks.linkedin import limits
from integrations.networks.linkedin.client import LinkedInClient
from integrations.networks.linkedin.errors import KEY
from lib.http import Span

State = dict[str, Any]
Save = Callable[[State], None]
RESOURCES = {MediaKind.IMAGE: "images", MediaKind.VIDEO: "videos", MediaKind.DOCUMENT: "documents"}
WAITING = "WAITING_UPLOAD"


def is_complete(state: Mapping[str, Any], cover: Media | None = None) -> bool:
    """Whether nothing is left to send. What LinkedIn has taken once stays there."""
    return bool(state.get("finished")) and state.get("cover", "") == (cover.key if cover else "")


def upload(
    client: LinkedInClient,
    token: str,
    media: Media,
    state: State,
    *,
    owner: str,
    cover: Media | None = None,
    save: Save,
    now: datetime,
) -> None:
    """Bring ``state`` to completion, calling ``save`` after each step."""
    if not is_complete(state, cover) and (state.get("finished") or not _is_alive(state, now=now)):
        _begin(client, token, media, state, owner=owner, cover=cover, now=now)
        save(state)
    try:
        _send_parts(client, token, media, state, save=save, now=now)
    except PermanentError as error:
        if error.key != "media_expired":
            raise
        state.clear()  # the addresses ended sooner than they said
        save(state)
        return upload(client, token, media, state, owner=owner, cover=cover, save=save, now=now)
    if media.kind is not MediaKind.VIDEO:
        if not state.get("finished"):
            state["finished"] = True
            save(state)
        return None
    if cover is not None and "cover" not in state:
        _send_cover(client, state, cover, now=now)
        save(state)
    if not state.get("finished"):
        _finalize(client, token, state, save=save, now=now)
    return None


def _is_alive(state: Mapping[str, Any], *, now: datetime) -> bool:
    return bool(state.get("urn")) and float(state["expires_at"]) > (now + limits.UPLOAD_MARGIN).timestamp()


def _begin(
    client: LinkedInClient,
    token: str,
    media: Media,
    state: State,
    *,
    owner: str,
    cover: Media | None,
    now: datetime,
) -> None:
    request: dict[str, Any] = {"owner": owner}
    if media.kind is MediaKind.VIDEO:
        request |= {
            "fileSizeBytes": media.size_bytes,
            "uploadCaptions": False,
            "uploadThumbnail": cover is not None,
        }
    value = client.initialize_upload(token, RESOURCES[media.kind], request, now=now)
    ends = value.get("uploadUrlExpiresAt") or value.get("uploadUrlsExpireAt")
    state.clear()
    state.update(
        urn=str(value[media.kind.value]),
        parts=_parts(value, media),
        tags=[],
        expires_at=int(ends) // 1000 if ends else int((now + limits.UPLOAD_LIFE).timestamp()),
        token=str(value.get("uploadToken") or ""),
        thumbnail=str(value.get("thumbnailUploadUrl") or ""),
    )


def _parts(value: Mapping[str, Any], media: Media) -> list[list[Any]]:
    instructions = value.get("uploadInstructions")
    if instructions is None:
        return [[str(value["uploadUrl"]), 0, media.size_bytes - 1]]
    return [[str(each["uploadUrl"]), int(each["firstByte"]), int(each["lastByte"])] for each in instructions]


def _send_parts(client: LinkedInClient, token: str, media: Media, state: State, *, save: Save, now: datetime) -> None:
    """Send what is left, part by part, from storage."""
    if state.get("finished"):
        return
    lent = "" if media.kind is MediaKind.VIDEO else token
    for address, first, last in state["parts"][len(state["tags"]) :]:
        with closing(media.open(first)) as source:
            tag = client.upload(address, body=Span(source, last - first + 1), token=lent, now=now)
        if media.kind is MediaKind.VIDEO and not tag:
            raise lost_answer(KEY, once=False)  # without its tag a part cannot be named when the film is put together
        state["tags"] = [*state["tags"], tag]
        save(state)


def _send_cover(client: LinkedInClient, state: State, cover: Media, *, now: datetime) -> None:
    if state.get("thumbnail"):
        with closing(cover.open(0)) as source:
            client.upload(state["thumbnail"], body=Span(source, cover.size_bytes), now=now)
    state["cover"] = cover.key


def _finalize(client: LinkedInClient, token: str, state: State, *, save: Save, now: datetime) -> None:
    """Close a video. When the answer to an earlier try was lost and a second is refused, look whether it was taken."""
    again = bool(state.get("finalizing"))
    if not again:
        state["finalizing"] = True
        save(state)
    try:
        client.finalize_video(token, state["urn"], upload_token=state["token"], tags=state["tags"], now=now)
    except PermanentError:
        if not again or client.asset(token, "videos", state["urn"], now=now).get("status") == WAITING:
            raise
    state["finished"] = True
    save(state)
