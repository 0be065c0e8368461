"""Answering files: whole or the part that was asked for, large ones piece by piece, never whole in memory."""

from collections.abc import AsyncIterator, Iterator
from contextlib import closing

from asgiref.sync import sync_to_async
from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse

from gallery.storage import storage
from lib.http.ranges import part_asked

#: Up to this much is read at once: as much as a picture may have.
WHOLE_BYTES = 25 * 1024**2
_PIECE_BYTES = 256 * 1024


def answer_file(request: HttpRequest, key: str, *, size_bytes: int, content_type: str) -> HttpResponseBase:
    """Return the bytes that a request asks for, or 416 for what is not there; raise NoFile before anything is sent."""
    span = part_asked(request.headers.get("Range", ""), size_bytes)
    if span is None:
        response: HttpResponseBase = HttpResponse(status=416)
        response["Content-Range"] = f"bytes */{size_bytes}"
        return response
    start, end = span
    length = end - start
    if length <= WHOLE_BYTES:
        with closing(storage().open(key, start)) as stream:
            response = HttpResponse(stream.read(length), content_type=content_type)
    else:
        storage().open(key, start).close()
        pieces = _pieces_later(key, start, length) if isinstance(request, ASGIRequest) else _pieces(key, start, length)
        response = StreamingHttpResponse(pieces, content_type=content_type)
        response["Content-Length"] = str(length)
    response["Accept-Ranges"] = "bytes"
    if length != size_bytes:
        response.status_code = 206
        response["Content-Range"] = f"bytes {start}-{end - 1}/{size_bytes}"
    return response


def _pieces(key: str, start: int, length: int) -> Iterator[bytes]:
    with closing(storage().open(key, start)) as stream:
        while length > 0 and (piece := stream.read(min(_PIECE_BYTES, length))):
            length -= len(piece)
            yield piece


async def _pieces_later(key: str, start: int, length: int) -> AsyncIterator[bytes]:
    """The same for a server that waits: reading a disk would hold up everybody else."""
    pieces = _pieces(key, start, length)
    following = sync_to_async(lambda: next(pieces, None), thread_sensitive=False)
    while (piece := await following()) is not None:
        yield piece
