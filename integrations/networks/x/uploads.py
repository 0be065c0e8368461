"""Uploading one file to X in segments, so that work that was stopped goes on where it stood.

Progress of one file: ``id`` and ``expires_at`` (unix seconds) of the upload, ``sent`` segments of ``segment`` bytes,
then ``finalized``, ``processing`` while X still works on it, and ``described``, the alternative text that is there. A
film also has ``subtitled``: upload and language of the subtitles that X was told to put beside it.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from datetime import datetime, timedelta
from typing import Any

from integrations.contract import Media, MediaKind
from integrations.errors import PermanentError
from integrations.networks.x.client import XClient
from integrations.networks.x.limits import MEDIA_MARGIN, SEGMENT_BYTES, UPLOAD_LIFE, segment_bytes
from lib.http import Multipart

State = dict[str, Any]
Save = Callable[[State], None]


def is_alive(state: Mapping[str, Any], *, now: datetime) -> bool:
    """Whether X still keeps this upload, with a margin for the way to the post."""
    return bool(state.get("id")) and float(state.get("expires_at", 0)) > (now + MEDIA_MARGIN).timestamp()


def is_complete(state: Mapping[str, Any], media: Media) -> bool:
    """Whether nothing is left to send."""
    return bool(state.get("finalized")) and words_for(media) in {"", state.get("described")}


def category_of(media: Media) -> str:
    """Return what X takes a file for; a GIF that stands still is a picture there."""
    if media.kind is MediaKind.VIDEO:
        return "tweet_video"
    if media.kind is MediaKind.DOCUMENT:
        return "subtitles"
    return "tweet_gif" if media.moves else "tweet_image"


def words_for(media: Media) -> str:
    """Return the text for people who cannot see a file: X takes one for pictures only."""
    return media.alt_text if media.kind is MediaKind.IMAGE else ""


def upload(client: XClient, token: str, media: Media, state: State, *, subject: str, save: Save, now: datetime) -> None:
    """Bring ``state`` to completion, calling ``save`` after each step."""
    if not is_alive(state, now=now):
        _begin(client, token, media, state, subject=subject, now=now)
        save(state)
    if not state.get("finalized"):
        for number in _segments_left(media, state):
            _append(client, token, media, state, number, subject=subject)
            save(state)
        _finalize(client, token, media, state, subject=subject, save=save, now=now)
    if not is_complete(state, media):
        client.create_alt_text(token, state["id"], words_for(media), subject=subject)
        state["described"] = words_for(media)
        save(state)


def _begin(client: XClient, token: str, media: Media, state: State, *, subject: str, now: datetime) -> None:
    data = client.initialize_upload(
        token,
        content_type=media.content_type,
        size_bytes=media.size_bytes,
        category=category_of(media),
        subject=subject,
    )
    life = timedelta(seconds=int(data.get("expires_after_secs") or UPLOAD_LIFE.total_seconds()))
    state.clear()
    state.update(
        id=str(data["id"]), expires_at=int((now + life).timestamp()), sent=0, segment=segment_bytes(media.size_bytes)
    )


def _segments_left(media: Media, state: State) -> Iterator[int]:
    count = -(-media.size_bytes // _segment_of(state))
    return iter(range(int(state.get("sent", 0)), count))


def _segment_of(state: State) -> int:
    """Uploads that an older release began say nothing: theirs are as advised."""
    return int(state.get("segment", SEGMENT_BYTES))


def _append(client: XClient, token: str, media: Media, state: State, number: int, *, subject: str) -> None:
    length = _segment_of(state)
    start = number * length
    with closing(media.open(start)) as source:
        body = Multipart(
            fields={"segment_index": str(number)},
            name="media",
            filename="segment",
            content_type="application/octet-stream",
            source=source,
            size_bytes=min(length, media.size_bytes - start),
        )
        client.append_upload(token, state["id"], body=body, content_type=body.content_type, subject=subject)
    state["sent"] = number + 1


def _finalize(
    client: XClient, token: str, media: Media, state: State, *, subject: str, save: Save, now: datetime
) -> None:
    """Close the upload. When the answer to an earlier try was lost and X refuses a second, begin anew."""
    again = bool(state.get("finalizing"))
    if not again:
        state["finalizing"] = True
        save(state)
    try:
        data = client.finalize_upload(token, state["id"], subject=subject)
    except PermanentError:
        if not again:
            raise
        state.clear()
        save(state)
        return upload(client, token, media, state, subject=subject, save=save, now=now)
    state["finalized"] = True
    state["processing"] = bool(data.get("processing_info"))
    save(state)
    return None
