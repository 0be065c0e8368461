"""Uploading a film in parts, all but the last of which is sent ahead of its hour.

The last byte makes the film, so the last part is what `commit` sends: at most 256 KiB. Until then nothing exists on the
channel, and the session alone knows of it. Progress: ``session`` (its address), ``began_at`` (unix seconds), ``file``
(the media's key), ``about`` (the hash of its metadata), ``sent`` bytes.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from integrations.contract import Composition, Media, Progress
from integrations.errors import TransientError
from integrations.networks.youtube import mapping
from integrations.networks.youtube.client import Stand, YouTubeClient
from integrations.networks.youtube.errors import KEY
from integrations.networks.youtube.limits import CHUNK_BYTES, SESSION_LIFE, UNIT_BYTES

State = dict[str, Any]


def held_back_from(media: Media) -> int:
    """Return where the part begins that only ``commit`` sends: after whole multiples of what a part must be."""
    return max(media.size_bytes - 1, 0) // UNIT_BYTES * UNIT_BYTES


def is_for(state: Progress, composition: Composition, *, now: datetime) -> bool:
    """Whether an upload is of this very film with these very words, and still alive."""
    if not state.get("session") or not composition.media:
        return False
    alive = float(state.get("began_at", 0)) > (now - SESSION_LIFE).timestamp()
    same_file = state.get("file") == composition.media[0].key
    return alive and same_file and state.get("about") == mapping.metadata_hash(composition)


def upload(
    client: YouTubeClient,
    token: str,
    composition: Composition,
    progress: Progress,
    *,
    save: Callable[[Progress], None],
    now: datetime,
) -> State:
    """Bring an upload to where only its last part is missing, beginning one where there is none of use."""
    media = composition.media[0]
    state: State = dict(progress) if is_for(progress, composition, now=now) else {}
    if state:
        stand = client.upload_stand(token, state["session"], media, now=now)
        if stand.gone:
            state = {}
        elif stand.video is None:
            state["sent"] = stand.received
    if not state:
        state = _begin(client, token, composition, now=now)
        save(dict(state))
    last = held_back_from(media)
    while state["sent"] < last:
        size_bytes = min(CHUNK_BYTES, last - state["sent"])
        stand = client.send_part(
            token, state["session"], media, first=state["sent"], size_bytes=size_bytes, once=False, now=now
        )
        if stand.gone:
            return upload(client, token, composition, {}, save=save, now=now)
        state["sent"] = _further(stand, state["sent"])
        save(dict(state))
    return state


def _begin(client: YouTubeClient, token: str, composition: Composition, *, now: datetime) -> State:
    media = composition.media[0]
    body = mapping.video_body(composition)
    session = client.begin_upload(token, body, media, notify=mapping.notifies(composition), now=now)
    return {
        "session": session,
        "began_at": int(now.timestamp()),
        "file": media.key,
        "about": mapping.metadata_hash(composition),
        "sent": 0,
    }


def _further(stand: Stand, before: int) -> int:
    """YouTube says how much it kept, which may be less than was sent; nothing at all is a disturbance."""
    if stand.received <= before:
        raise TransientError("unavailable", network=KEY, status=308)
    return stand.received
