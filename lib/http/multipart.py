"""A multipart/form-data body that is streamed: one file after some fields, never whole in memory."""

import secrets
from collections.abc import Iterator, Mapping
from io import BytesIO
from typing import BinaryIO


class Multipart:
    """Fields, then one file of ``size_bytes`` read from ``source``; send as ``stream`` with ``content_type``.

    Field names and values are ours and hold no quote or line break in a name.
    """

    def __init__(
        self,
        *,
        fields: Mapping[str, str],
        name: str,
        filename: str,
        content_type: str,
        source: BinaryIO,
        size_bytes: int,
    ) -> None:
        boundary = secrets.token_hex(16)
        self.content_type = f"multipart/form-data; boundary={boundary}"
        head = "".join(
            f'--{boundary}\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{value}\r\n'
            for key, value in fields.items()
        )
        head += (
            f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"; filename="{filename}"\r\n'
            f"Content-Type: {content_type}\r\n\r\n"
        )
        tail = f"\r\n--{boundary}--\r\n"
        self._parts: list[tuple[BinaryIO, int]] = [
            (BytesIO(head.encode()), len(head.encode())),
            (source, size_bytes),
            (BytesIO(tail.encode()), len(tail)),
        ]
        self.len = sum(size for _, size in self._parts)

    def read(self, size: int = -1, /) -> bytes:
        """Return up to ``size`` bytes, empty at the end. Raises ValueError when the file is shorter than announced."""
        while self._parts:
            source, left = self._parts[0]
            if left == 0:
                self._parts.pop(0)
                continue
            wanted = left if size < 0 else min(size, left)
            piece = source.read(wanted)
            if not piece:
                raise ValueError(f"the file ended {left} bytes early")
            self._parts[0] = (source, left - len(piece))
            return piece
        return b""

    def __iter__(self) -> Iterator[bytes]:
        while piece := self.read(65_536):
            yield piece
