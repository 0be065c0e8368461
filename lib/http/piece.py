"""A part of a file as a body that is streamed, never whole in memory."""

from collections.abc import Iterator
from typing import BinaryIO


class Piece:
    """The next ``size_bytes`` of ``source``; send as ``stream``."""

    def __init__(self, source: BinaryIO, size_bytes: int) -> None:
        self._source = source
        self._left = size_bytes
        self.len = size_bytes

    def read(self, size: int = -1, /) -> bytes:
        """Return up to ``size`` bytes, empty at the end. Raises ValueError when the file is shorter than announced."""
        if not self._left:
            return b""
        piece = self._source.read(self._left if size < 0 else min(size, self._left))
        if not piece:
            raise ValueError(f"the file ended {self._left} bytes early")
        self._left -= len(piece)
        return piece

    def __iter__(self) -> Iterator[bytes]:
        while piece := self.read(65_536):
            yield piece
