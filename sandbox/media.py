"""Uploaded files: kept in a folder, never in memory, and looked at just enough to know what they are."""

import os
import shutil
import struct
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO


@dataclass(frozen=True)
class Kind:
    """What a file is by its content."""

    media_type: str
    width: int = 0
    height: int = 0


UNKNOWN = Kind("application/octet-stream")
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}  # JPEG markers that carry the size


def sniff(data: bytes) -> Kind:
    """Tell images and videos by their first bytes; UNKNOWN for anything else or broken."""
    try:
        return _sniff(data)
    except (struct.error, IndexError):
        return UNKNOWN


def _sniff(data: bytes) -> Kind:
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        width, height = struct.unpack(">II", data[16:24])
        return Kind("image/png", width, height)
    if data.startswith(b"\xff\xd8\xff"):
        return _jpeg(data)
    if data.startswith((b"GIF87a", b"GIF89a")):
        width, height = struct.unpack("<HH", data[6:10])
        return Kind("image/gif", width, height)
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return Kind("image/webp")
    if data.startswith(b"BM"):
        return Kind("image/bmp")
    if data.startswith((b"II*\0", b"MM\0*")):
        return Kind("image/tiff")
    if data[4:8] == b"ftyp":
        return Kind("video/quicktime" if data[8:10] == b"qt" else "video/mp4")
    if data.startswith(b"\x1a\x45\xdf\xa3"):
        return Kind("video/webm")
    if data[:1] == b"\x47" and data[188:189] in {b"\x47", b""}:
        return Kind("video/mp2t")
    return UNKNOWN


def _jpeg(data: bytes) -> Kind:
    at = 2
    while at < len(data):
        if data[at] != 0xFF:
            return UNKNOWN
        marker, length = data[at + 1], struct.unpack(">H", data[at + 2 : at + 4])[0]
        if marker in _FRAMES:
            height, width = struct.unpack(">HH", data[at + 5 : at + 9])
            return Kind("image/jpeg", width, height)
        at += 2 + length
    return UNKNOWN


def gif_frames(data: bytes) -> int:
    """How many pictures a GIF shows one after the other; 0 for what is none, or broken."""
    try:
        return sum(_gif_frames(data)) if data.startswith((b"GIF87a", b"GIF89a")) else 0
    except IndexError:
        return 0


def _gif_frames(data: bytes) -> Iterator[int]:
    at = 13 + _gif_table(data[10])
    while data[at] != 0x3B:
        if data[at] == 0x2C:
            yield 1
            at += 11 + _gif_table(data[at + 9])
        else:
            at += 2
        while data[at]:
            at += 1 + data[at]
        at += 1


def _gif_table(packed: int) -> int:
    return 3 << (packed & 7) + 1 if packed & 0x80 else 0


def film_seconds(path: Path) -> float:
    """How long an MP4 or QuickTime film is, by its movie header; 0 where the file does not say.

    Only the headers of boxes are read: the file may be of any size.
    """
    with path.open("rb") as file:
        try:
            header = _find_box(file, b"moov", path.stat().st_size)
            header = _find_box(file, b"mvhd", header)
            version = file.read(4)[0]
            file.seek(16 if version else 8, 1)
            scale, length = struct.unpack(">IQ" if version else ">II", file.read(12 if version else 8))
        except (struct.error, IndexError, LookupError):
            return 0.0
        return length / scale if scale else 0.0


def _find_box(file: BinaryIO, name: bytes, end: int) -> int:
    """Go to the inside of the next box of this name before `end`; where it ends. Raises LookupError."""
    while (start := file.tell()) < end:
        size, found = struct.unpack(">I4s", file.read(8))
        if size == 1:
            size = struct.unpack(">Q", file.read(8))[0]
        if found == name:
            return start + size if size else end
        if size < 8:
            break
        file.seek(start + size)
    raise LookupError(name)


class MediaFolder:
    """Files by name. Without a folder of the caller's, a temporary one that goes with the process."""

    def __init__(self, folder: Path | None) -> None:
        self._temporary = None if folder else tempfile.TemporaryDirectory(prefix="sandbox-media-")
        self._folder = folder / "media" if folder else Path(self._temporary.name if self._temporary else "")
        self._folder.mkdir(parents=True, exist_ok=True)

    def path(self, name: str) -> Path | None:
        """Where a file is; None for one that is not there or a name that leads elsewhere."""
        path = self._folder / name
        return path if "/" not in name and not name.startswith(".") and path.is_file() else None

    def write(self, name: str, data: bytes) -> None:
        (self._folder / name).write_bytes(data)

    def write_at(self, name: str, offset: int, data: bytes) -> None:
        """Put bytes into a file at a place; what stood there before is replaced."""
        path = self._folder / name
        with path.open("r+b" if path.exists() else "w+b") as file:
            file.seek(offset)
            file.write(data)

    def append(self, name: str, data: bytes) -> None:
        with (self._folder / name).open("ab") as file:
            file.write(data)

    def append_file(self, name: str, part: Path) -> None:
        """Put a file that was received behind what is there; it is gone afterwards."""
        target = self._folder / name
        if not target.exists():
            part.replace(target)
            return
        with target.open("ab") as whole, part.open("rb") as file:
            shutil.copyfileobj(file, whole, length=1024 * 1024)
        part.unlink()

    def link(self, name: str, other: str) -> None:
        """Let a file be there under another name too."""
        (self._folder / other).unlink(missing_ok=True)
        (self._folder / other).hardlink_to(self._folder / name)

    def fresh(self) -> Path:
        """Where something may be received; whoever takes it moves or removes it."""
        handle, path = tempfile.mkstemp(prefix=".part-", dir=self._folder)
        os.close(handle)
        return Path(path)

    def write_segment(self, name: str, index: int, data: bytes) -> None:
        """Keep one part; the same part again replaces it."""
        parts = self._folder / f"{name}.parts"
        parts.mkdir(exist_ok=True)
        (parts / f"{index:04d}").write_bytes(data)

    def segments_size(self, name: str) -> int:
        parts = self._folder / f"{name}.parts"
        return sum(part.stat().st_size for part in parts.iterdir()) if parts.is_dir() else 0

    def join_segments(self, name: str) -> Path:
        """Make one file of the parts, in their order."""
        parts = self._folder / f"{name}.parts"
        target = self._folder / name
        with target.open("wb") as whole:
            for part in sorted(parts.iterdir()) if parts.is_dir() else []:
                with part.open("rb") as file:
                    shutil.copyfileobj(file, whole)
        shutil.rmtree(parts, ignore_errors=True)
        return target

    def clear(self) -> None:
        for entry in self._folder.iterdir():
            if entry.is_dir():
                shutil.rmtree(entry)
            else:
                entry.unlink()

    def close(self) -> None:
        if self._temporary:
            self._temporary.cleanup()
