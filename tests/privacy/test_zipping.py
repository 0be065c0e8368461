"""The archive's bytes: any reader opens them, however often the writing stopped in between."""

import io
import json
import shutil
import subprocess
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest

from privacy.exporting import zipping
from privacy.exporting.zipping import Archive, Entry, entries_of

AT = datetime(2026, 12, 9, 12, 30, 14, tzinfo=UTC)
PIECES = [b"[\n", *(f'{{"id": {number}}}, é\n'.encode() for number in range(400)), b"]\n"]


def written(*, stops: bool) -> bytes:
    """An archive of a small file, a compressed one in pieces and a stored one; begun anew after each piece, or not."""
    archive = Archive(made_at=AT)
    whole, kept = bytearray(), []

    def stop() -> None:
        nonlocal archive
        if not stops:
            return
        data, entries = archive.take()
        whole.extend(data)
        kept.append([entry.as_facts() for entry in entries])
        facts = json.loads(json.dumps(archive.facts()))
        archive = Archive.resumed(facts, made_at=AT)

    archive.add("pages/0001.html", "<p>Ça va</p>".encode())
    stop()
    archive.begin("data/rows.json", compressed=True)
    for piece in PIECES:
        archive.write(piece)
        stop()
    archive.end()
    archive.begin("files/é.jpg", compressed=False)
    for piece in (b"\xff\xd8", b"picture" * 1000, b""):
        archive.write(piece)
        stop()
    archive.end()
    facts = [each for part in json.loads(json.dumps(kept)) for each in part]
    archive.close([*(Entry.from_facts(each) for each in facts), *archive.finished])
    data, _entries = archive.take()
    return bytes(whole) + data


@pytest.mark.parametrize("stops", [False, True])
def test_a_reader_gets_what_was_written(stops: bool) -> None:
    with zipfile.ZipFile(io.BytesIO(written(stops=stops))) as found:
        assert found.testzip() is None
        assert found.namelist() == ["pages/0001.html", "data/rows.json", "files/é.jpg"]
        assert found.read("data/rows.json") == b"".join(PIECES)
        assert found.read("files/é.jpg") == b"\xff\xd8" + b"picture" * 1000
        assert found.getinfo("data/rows.json").date_time == (2026, 12, 9, 12, 30, 14)


@pytest.mark.skipif(shutil.which("unzip") is None, reason="no unzip here")
def test_another_program_reads_it_too(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    path.write_bytes(written(stops=True))

    subprocess.run(["unzip", "-t", str(path)], check=True, capture_output=True)


def test_what_does_not_fit_the_old_format_is_said_in_the_new_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """Four gigabytes and 65,535 files are lowered to what a test can write."""
    monkeypatch.setattr(zipping, "_MOST_ENTRIES", 2)
    many = written(stops=False)

    assert b"PK\x06\x06" in many
    with zipfile.ZipFile(io.BytesIO(many)) as found:
        assert found.testzip() is None
        assert len(found.namelist()) == 3


def test_a_large_file_keeps_its_sizes() -> None:
    large = Entry("files/film.mp4", 0, 7, 5_000_000_000, 5_000_000_000, 4_900_000_000, is_streamed=True)
    archive = Archive(made_at=AT, offset=9_900_000_000)
    archive.close([large])
    data, _ = archive.take()

    # A file with a hole in place of what stands before the directory.
    shown = zipfile.ZipFile(_Shifted(data, 9_900_000_000)).infolist()[0]

    assert (shown.file_size, shown.compress_size, shown.header_offset) == (5_000_000_000, 5_000_000_000, 4_900_000_000)


class _Shifted(io.RawIOBase):
    """Bytes that begin far behind."""

    def __init__(self, data: bytes, before: int) -> None:
        self.data, self.before, self.place = data, before, 0

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = 0) -> int:
        self.place = {0: 0, 1: self.place, 2: self.before + len(self.data)}[whence] + offset
        return self.place

    def tell(self) -> int:
        return self.place

    def read(self, size: int = -1) -> bytes:
        start = self.place - self.before
        assert start >= 0
        found = self.data[start:] if size < 0 else self.data[start : start + size]
        self.place += len(found)
        return found


def test_what_parts_kept_is_put_together_in_order() -> None:
    one, other = (Entry(name, 8, 1, 2, 3, 4, is_streamed=False) for name in "ab")

    assert list(entries_of([[one.as_facts()], [], [other.as_facts()]])) == [one, other]
