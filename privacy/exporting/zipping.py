"""A ZIP archive as a stream that can stop between any two pieces and go on in another process.

What makes that possible: a file's checksum can be carried on, and a compressed file may be made of blocks that know
nothing of one another (each flushed to a whole byte). Sizes follow the file they are of, since they are not known
before; the directory comes last, from what each part kept of it. Format: PKWARE APPNOTE 6.3.10, with Zip64 (4.3.14)
for whatever does not fit.
"""

import struct
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

_STORED, _DEFLATED = 0, 8
#: Bit 3: sizes follow the data. Bit 11: names are UTF-8.
_STREAMED, _PLAIN = 0x0808, 0x0800
_VERSION, _VERSION_64 = 20, 45
_LARGEST = 0xFFFFFFFF
_MOST_ENTRIES = 0xFFFF
#: A regular file that its owner may read and write, for systems that know such rights.
_RIGHTS = 0o100600 << 16
_MADE_ON_UNIX = 3 << 8
#: Nothing more comes: an empty last block.
_END_OF_BLOCKS = b"\x03\x00"


@dataclass(frozen=True, slots=True)
class Entry:
    """One file of the archive, as its directory names it."""

    name: str
    method: int
    crc: int
    packed: int  # bytes
    size: int  # bytes
    at: int  # where in the archive it begins
    is_streamed: bool

    def as_facts(self) -> list[Any]:
        """Return it as JSON keeps it."""
        return [self.name, self.method, self.crc, self.packed, self.size, self.at, self.is_streamed]

    @classmethod
    def from_facts(cls, facts: Sequence[Any]) -> "Entry":
        return cls(*facts)


@dataclass(slots=True)
class _Open:
    """The file that is being written."""

    name: str
    method: int
    at: int
    crc: int = 0
    packed: int = 0
    size: int = 0


@dataclass
class Archive:
    """What is written now, from where the last part ended. `made_at` dates its files, and stays the same for all."""

    made_at: datetime
    offset: int = 0  # bytes of the archive before what `take` gives next
    opened: _Open | None = None
    finished: list[Entry] = field(default_factory=list)  # since the last `take`
    _out: bytearray = field(default_factory=bytearray, repr=False)

    @classmethod
    def resumed(cls, facts: dict[str, Any], *, made_at: datetime) -> "Archive":
        """Go on from what `facts` kept."""
        opened = _Open(**facts["opened"]) if facts.get("opened") else None
        return cls(made_at=made_at, offset=facts.get("offset", 0), opened=opened)

    def facts(self) -> dict[str, Any]:
        """Return where it stands, once `take` has given what was written."""
        return {"offset": self.offset, "opened": asdict(self.opened) if self.opened else None}

    @property
    def waiting_bytes(self) -> int:
        return len(self._out)

    def take(self) -> tuple[bytes, list[Entry]]:
        """Return what was written since the last time, and the files that ended in it."""
        data, finished = bytes(self._out), self.finished
        self.offset += len(data)
        self._out, self.finished = bytearray(), []
        return data, finished

    def add(self, name: str, data: bytes) -> None:
        """Write a whole small file."""
        packed = _deflated(data) + _END_OF_BLOCKS
        entry = Entry(name, _DEFLATED, zlib.crc32(data), len(packed), len(data), self._here, is_streamed=False)
        self._out += _local_header(entry, self.made_at) + packed
        self.finished.append(entry)

    def begin(self, name: str, *, compressed: bool) -> None:
        """Begin a file of unknown size."""
        method = _DEFLATED if compressed else _STORED
        self.opened = _Open(name, method, self._here)
        header = Entry(name, method, 0, 0, 0, self._here, is_streamed=True)
        self._out += _local_header(header, self.made_at)

    def write(self, data: bytes) -> None:
        """Write the next piece of the file that was begun."""
        opened = self._require_open()
        packed = _deflated(data) if opened.method == _DEFLATED else data
        opened.crc, opened.size = zlib.crc32(data, opened.crc), opened.size + len(data)
        self._put(packed)

    def end(self) -> None:
        """End the file that was begun."""
        opened = self._require_open()
        if opened.method == _DEFLATED:
            self._put(_END_OF_BLOCKS)
        entry = Entry(opened.name, opened.method, opened.crc, opened.packed, opened.size, opened.at, is_streamed=True)
        self._out += struct.pack("<IIQQ", 0x08074B50, entry.crc, entry.packed, entry.size)
        self.finished.append(entry)
        self.opened = None

    def close(self, entries: Iterable[Entry]) -> None:
        """Write the directory of all files, in the order in which they came: the archive is whole."""
        begins_at, count = self._here, 0
        for entry in entries:
            self._out += _directory_entry(entry, self.made_at)
            count += 1
        self._out += _end_of_directory(count, begins_at=begins_at, size=self._here - begins_at)

    @property
    def _here(self) -> int:
        return self.offset + len(self._out)

    def _require_open(self) -> _Open:
        if self.opened is None:
            raise LookupError("no file was begun")
        return self.opened

    def _put(self, packed: bytes) -> None:
        self._require_open().packed += len(packed)
        self._out += packed


def _deflated(data: bytes) -> bytes:
    """Return the data as blocks that end with a whole byte, none of which is the last."""
    packer = zlib.compressobj(6, zlib.DEFLATED, -zlib.MAX_WBITS)
    return packer.compress(data) + packer.flush(zlib.Z_FULL_FLUSH)


def _local_header(entry: Entry, made_at: datetime) -> bytes:
    name, more = entry.name.encode(), b""
    version, flags, packed, size = _VERSION, _PLAIN, entry.packed, entry.size
    if entry.is_streamed:
        # The sizes that follow have eight bytes each, which only this says.
        version, flags, packed, size = _VERSION_64, _STREAMED, _LARGEST, _LARGEST
        more = struct.pack("<HHQQ", 1, 16, 0, 0)
    clock, day = _dos(made_at)
    return (
        struct.pack(
            "<IHHHHHIIIHH",
            *(0x04034B50, version, flags, entry.method, clock, day, entry.crc, packed, size, len(name), len(more)),
        )
        + name
        + more
    )


def _directory_entry(entry: Entry, made_at: datetime) -> bytes:
    name = entry.name.encode()
    wide = [value for value in (entry.size, entry.packed, entry.at) if value >= _LARGEST]
    more = struct.pack(f"<HH{len(wide)}Q", 1, 8 * len(wide), *wide) if wide else b""
    version = _VERSION_64 if wide or entry.is_streamed else _VERSION
    clock, day = _dos(made_at)
    return (
        struct.pack(
            "<IHHHHHHIIIHHHHHII",
            *(0x02014B50, _MADE_ON_UNIX | version, version, _STREAMED if entry.is_streamed else _PLAIN, entry.method),
            *(clock, day, entry.crc, min(entry.packed, _LARGEST), min(entry.size, _LARGEST)),
            *(len(name), len(more), 0, 0, 0, _RIGHTS, min(entry.at, _LARGEST)),
        )
        + name
        + more
    )


def _end_of_directory(count: int, *, begins_at: int, size: int) -> bytes:
    wide = b""
    if count >= _MOST_ENTRIES or begins_at >= _LARGEST or size >= _LARGEST:
        ends_at = begins_at + size
        version = _MADE_ON_UNIX | _VERSION_64
        wide = struct.pack("<IQHHIIQQQQ", 0x06064B50, 44, version, _VERSION_64, 0, 0, count, count, size, begins_at)
        wide += struct.pack("<IIQI", 0x07064B50, 0, ends_at, 1)
    shown = min(count, _MOST_ENTRIES)
    where = (min(size, _LARGEST), min(begins_at, _LARGEST))
    return wide + struct.pack("<IHHHHIIH", 0x06054B50, 0, 0, shown, shown, *where, 0)


def _dos(at: datetime) -> tuple[int, int]:
    """Return time and day as ZIP knows them: two seconds apart, from 1980 on, in no zone."""
    return at.hour << 11 | at.minute << 5 | at.second // 2, (at.year - 1980) << 9 | at.month << 5 | at.day


def entries_of(kept: Iterable[Sequence[Sequence[Any]]]) -> Iterator[Entry]:
    """Yield the files that parts kept, part by part."""
    for facts in kept:
        for each in facts:
            yield Entry.from_facts(each)
