"""Sending a page's files, so that work that was stopped goes on where it stood.

Pictures are small and go up whole and unpublished. Films go up as one stream from where Meta says they stand: a video
by a session of the Resumable Upload API, whose handle makes an unpublished video; a reel or a film in a story by an
address of its own. Nothing is seen until the commit.

Progress: ``media`` has a photo's id by the file's key, ``films`` a film's state by its key: ``upload`` (the session),
``handle``, ``video`` (the id), ``address`` (where its bytes go), ``sent``, ``cover`` (the key of the picture there).
"""

from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import datetime
from typing import Any, BinaryIO

from integrations.contract import Account, Composition, Form, Media, MediaKind, Progress
from integrations.errors import PermanentError
from integrations.networks.facebook.client import FacebookClient
from integrations.networks.facebook.limits import BEAT_BYTES
from lib.http import Multipart

State = dict[str, Any]
EDGES = {Form.REEL: "video_reels", Form.STORY: "video_stories"}
_PIECE = 65_536


class FilmStream:
    """The bytes of a film from an offset on. ``beat`` is called as they go, and may raise to stop."""

    def __init__(self, source: BinaryIO, size_bytes: int, *, beat: Callable[[], None]) -> None:
        self.len = size_bytes
        self._source = source
        self._left = size_bytes
        self._beat = beat
        self._since_beat = 0

    def read(self, size: int = -1, /) -> bytes:
        """Return up to ``size`` bytes, empty at the end. Raises ValueError when the file is shorter than announced."""
        if self._left == 0:
            return b""
        piece = self._source.read(min(self._left, _PIECE if size < 0 else size))
        if not piece:
            raise ValueError(f"the file ended {self._left} bytes early")
        self._left -= len(piece)
        self._since_beat += len(piece)
        if self._since_beat >= BEAT_BYTES:
            self._since_beat = 0
            self._beat()
        return piece

    def __iter__(self) -> Iterator[bytes]:
        while piece := self.read(_PIECE):
            yield piece


class Uploads:
    """One publication's files on their way to one page."""

    def __init__(
        self,
        client: FacebookClient,
        account: Account,
        composition: Composition,
        progress: Progress,
        *,
        save: Callable[[Progress], None],
        now: datetime,
    ) -> None:
        self._client = client
        self._token = account.credentials.access_token
        self._page_id = account.network_id
        self._composition = composition
        self._photos: dict[str, str] = dict(progress.get("media", {}))
        self._films: dict[str, State] = {key: dict(state) for key, state in progress.get("films", {}).items()}
        self._save = save
        self._now = now

    def complete(self) -> Progress:
        """Send what is missing and return the new progress."""
        for media in self._composition.media:
            if media.kind is MediaKind.VIDEO:
                self._film(media, self._films.setdefault(media.key, {}))
            elif media.key not in self._photos:
                self._photos[media.key] = self._photo(media)
                self._keep()
        return self._snapshot()

    def _photo(self, media: Media) -> str:
        """Send a photo unpublished, a single one too, so that the commit is small, quick and the same for all."""
        fields = {"published": "false"} | ({"alt_text_custom": media.alt_text} if media.alt_text else {})
        with closing(media.open(0)) as source:
            photo = self._multipart(media, source, fields)
            return self._client.create_unpublished_photo(self._token, self._page_id, photo=photo, now=self._now)

    def _film(self, media: Media, state: State) -> None:
        if self._composition.form in EDGES:
            self._send_in_phases(media, state)
        elif not state.get("video"):
            self._send_by_session(media, state)
        cover = self._composition.cover
        if cover is not None and state.get("cover") != cover.key:
            with closing(cover.open(0)) as source:
                form = self._multipart(cover, source, {"is_preferred": "true"})
                self._client.set_cover(self._token, state["video"], cover=form, now=self._now)
            state["cover"] = cover.key
            self._keep()

    def _send_in_phases(self, media: Media, state: State) -> None:
        token, now = self._token, self._now
        if not state.get("video"):
            edge = EDGES[self._composition.form]
            video, address = self._client.begin_film(token, self._page_id, edge=edge, now=now)
            state.update(video=video, address=address)
            self._keep()
            offset = 0
        elif not state.get("sent"):
            offset = bytes_there(self._client.video(token, state["video"], now=now))
        if not state.get("sent"):
            if offset < media.size_bytes:
                self._stream(
                    media,
                    offset,
                    lambda body: self._client.send_film(
                        token, state["address"], body=body, offset=offset, size_bytes=media.size_bytes, now=now
                    ),
                )
            state["sent"] = True
            self._keep()

    def _send_by_session(self, media: Media, state: State) -> None:
        if not state.get("handle"):
            self._send_bytes(media, state)
        video = self._client.create_unpublished_video(self._token, self._page_id, handle=state["handle"], now=self._now)
        state["video"] = video
        self._keep()

    def _send_bytes(self, media: Media, state: State) -> None:
        token, now = self._token, self._now
        offset = self._resumed_at(state) if state.get("upload") else None
        if offset is None:
            size, kind = media.size_bytes, media.content_type
            upload = self._client.open_upload(token, size_bytes=size, content_type=kind, now=now)
            state.clear()
            state["upload"] = upload
            self._keep()
            offset = 0
        start = offset
        state["handle"] = self._stream(
            media, start, lambda body: self._client.upload(token, state["upload"], body=body, offset=start, now=now)
        )
        self._keep()

    def _resumed_at(self, state: State) -> int | None:
        """Return where a session stands; None when Meta has it no more."""
        try:
            return self._client.upload_offset(self._token, state["upload"], now=self._now)
        except PermanentError:
            return None

    def _stream(self, media: Media, offset: int, send: Callable[[FilmStream], Any]) -> Any:
        with closing(media.open(offset)) as source:
            return send(FilmStream(source, media.size_bytes - offset, beat=self._keep))

    def _multipart(self, media: Media, source: BinaryIO, fields: dict[str, str]) -> Multipart:
        return Multipart(
            fields={**fields, "appsecret_proof": self._client.proof_for(self._token)},
            name="source",
            filename="photo",
            content_type=media.content_type,
            source=source,
            size_bytes=media.size_bytes,
        )

    def _keep(self) -> None:
        self._save(self._snapshot())

    def _snapshot(self) -> Progress:
        progress: dict[str, Any] = {"media": dict(self._photos)}
        if self._films:
            progress["films"] = {key: dict(state) for key, state in self._films.items()}
        return progress


def bytes_there(video: Any) -> int:
    """Return how much of a film has arrived, as Meta says it."""
    phase = ((video.get("status") or {}).get("uploading_phase")) or {}
    return int(phase.get("bytes_transfered") or phase.get("bytes_transferred") or 0)


def is_sent(composition: Composition, progress: Progress) -> bool:
    """Whether every file is there."""
    photos, films = progress.get("media", {}), progress.get("films", {})
    return all(
        bool(films.get(each.key, {}).get("video")) and (composition.form not in EDGES or films[each.key].get("sent"))
        if each.kind is MediaKind.VIDEO
        else each.key in photos
        for each in composition.media
    )


def video_of(composition: Composition, progress: Progress) -> str:
    """Return the id of the film that a publication is about, empty when it has none or it was never sent."""
    for media in composition.media:
        if media.kind is MediaKind.VIDEO:
            return str(progress.get("films", {}).get(media.key, {}).get("video") or "")
    return ""
