"""What an MP4 says of itself: how long it is and how large its picture.

Source: ISO/IEC 14496-12, the boxes moov, mvhd, trak and tkhd.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

MOOV_BYTES = 16 * 1024 * 1024


@dataclass(frozen=True)
class Film:
    """Zeros where the file does not say."""

    seconds: float = 0.0
    width: int = 0
    height: int = 0


def look_at(path: Path) -> Film:
    """Read the head of a film, never all of it."""
    with path.open("rb") as file:
        try:
            return _read(file)
        except (struct.error, IndexError, ZeroDivisionError):
            return Film()


def _read(file: BinaryIO) -> Film:
    while len(head := file.read(8)) == 8:
        size, kind = struct.unpack(">I4s", head)
        length = struct.unpack(">Q", file.read(8))[0] - 16 if size == 1 else size - 8
        if kind == b"moov":
            return _movie(file.read(min(length, MOOV_BYTES)))
        if size == 0 or length < 0:
            break
        file.seek(length, 1)
    return Film()


def _movie(data: bytes) -> Film:
    seconds, width, height = 0.0, 0, 0
    for kind, body in _boxes(data):
        if kind == b"mvhd":
            seconds = _seconds(body)
        elif kind == b"trak" and not width:
            width, height = _size(body)
    return Film(seconds, width, height)


def _boxes(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = 0
    while at + 8 <= len(data):
        size, kind = struct.unpack(">I4s", data[at : at + 8])
        if size < 8:
            return
        yield kind, data[at + 8 : at + size]
        at += size


def _seconds(body: bytes) -> float:
    scale, duration = struct.unpack(">IQ", body[20:32]) if body[0] == 1 else struct.unpack(">II", body[12:20])
    return float(duration / scale)


def _size(track: bytes) -> tuple[int, int]:
    for kind, body in _boxes(track):
        if kind == b"tkhd":
            width, height = struct.unpack(">II", body[-8:])
            return width >> 16, height >> 16
    return 0, 0
