"""Moving pictures, taken apart and put together again without what is not seen. Pure.

What a GIF shows stays as it was, byte for byte: decoding and encoding it anew would cost colours, and many times its
size. What else it may hold goes: comments, texts, programs' own blocks, whatever stands behind its end.
Source: GIF89a specification, CompuServe, 1990; the loop's block is Netscape's.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

_HEADERS = (b"GIF87a", b"GIF89a")
_EXTENSION, _IMAGE, _TRAILER = 0x21, 0x2C, 0x3B
_CONTROL, _APPLICATION = 0xF9, 0xFF
_LOOPS = {b"NETSCAPE2.0", b"ANIMEXTS1.0"}
_HAS_TABLE = 0x80


class Malformed(ValueError):
    """A file that ends too soon, or says what no GIF says."""


@dataclass(frozen=True, kw_only=True)
class Gif:
    """A picture of one frame or more, and nothing else."""

    content: bytes
    width: int
    height: int
    frames: int


def cleaned(data: bytes) -> Gif:
    """Return the picture with nothing in it but what is seen. Raises Malformed."""
    reader = _Reader(data)
    if reader.take(6) not in _HEADERS:
        raise Malformed("no GIF")
    screen = reader.take(7)
    width, height, packed = struct.unpack("<HHB", screen[:5])
    kept = [b"GIF89a", screen, reader.take(_table_size(packed))]
    frames = 0
    for block in _blocks(reader, width=width, height=height):
        kept.append(block.content)
        frames += block.is_frame
    if not frames:
        raise Malformed("no frame")
    return Gif(content=b"".join([*kept, bytes([_TRAILER])]), width=width, height=height, frames=frames)


@dataclass(frozen=True, kw_only=True)
class _Block:
    content: bytes
    is_frame: bool = False


class _Reader:
    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def take(self, count: int) -> bytes:
        found = self._data[self._at : self._at + count]
        if len(found) < count:
            raise Malformed("it ends too soon")
        self._at += count
        return found

    def byte(self) -> int:
        return self.take(1)[0]

    def sub_blocks(self) -> Iterator[bytes]:
        """Yield what hangs together, without the byte before each piece that counts it."""
        while length := self.byte():
            yield self.take(length)


def _blocks(reader: _Reader, *, width: int, height: int) -> Iterator[_Block]:
    """Yield what is kept, in its order: how often it loops, and each frame with how it is shown."""
    control = b""
    while (kind := reader.byte()) != _TRAILER:
        if kind == _IMAGE:
            yield _Block(content=control + _frame(reader, width=width, height=height), is_frame=True)
            control = b""
        elif kind == _EXTENSION:
            label, parts = reader.byte(), list(reader.sub_blocks())
            if label == _CONTROL and parts and len(parts[0]) == 4:
                control = bytes([_EXTENSION, _CONTROL, 4]) + parts[0] + b"\0"
            elif label == _APPLICATION and len(parts) > 1 and parts[0] in _LOOPS and len(parts[1]) == 3:
                yield _Block(content=bytes([_EXTENSION, _APPLICATION, 11]) + parts[0] + b"\3" + parts[1] + b"\0")
        else:
            raise Malformed(f"a block of no known kind: {kind}")


def _frame(reader: _Reader, *, width: int, height: int) -> bytes:
    place = reader.take(9)
    left, top, wide, high, packed = struct.unpack("<HHHHB", place)
    if not wide or not high or left + wide > width or top + high > height:
        raise Malformed("a frame beside the picture")
    table, code_size = reader.take(_table_size(packed)), reader.take(1)
    pieces = b"".join(bytes([len(each)]) + each for each in reader.sub_blocks())
    return bytes([_IMAGE]) + place + table + code_size + pieces + b"\0"


def _table_size(packed: int) -> int:
    """Return the length of the colour table that follows."""
    return 3 * 2 ** ((packed & 7) + 1) if packed & _HAS_TABLE else 0
