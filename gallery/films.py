"""Films and documents people bring: their kind told by their content, what they are read without decoding them.

They are kept as they came. Nothing in a film or a document is rewritten, so what its maker left in it stays in it.
"""

import io
import json
import subprocess
import sys
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from django.utils.translation import gettext as _

from gallery.pictures import Unusable

MAX_FILM_BYTES = 4 * 1024**3
MAX_DOCUMENT_BYTES = 100 * 1024**2

MP4, QUICKTIME, PDF = "video/mp4", "video/quicktime", "application/pdf"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
PPTX = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
ENDINGS = {MP4: "mp4", QUICKTIME: "mov", PDF: "pdf", DOCX: "docx", PPTX: "pptx"}
FILMS = frozenset({MP4, QUICKTIME})

#: Brands of the same boxes that are pictures or sound.
_NO_FILMS = (b"heic", b"heix", b"hevc", b"mif1", b"msf1", b"avif", b"avis", b"M4A ", b"M4B ", b"M4P ", b"crx ")
_MAIN_PARTS = {"word/document.xml": DOCX, "ppt/presentation.xml": PPTX}
_MOST_PARTS = 20_000
_PROBE = Path(__file__).with_name("probe.py")
_PROBED_WITHIN_SECONDS = 60
_SIDEWAYS = (90.0, 270.0)


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What a file is. Width and height as it is seen, upright; both 0 for a document."""

    content_type: str
    width: int = 0
    height: int = 0
    duration_ms: int | None = None


def find_kind(source: BinaryIO) -> str | None:
    """Return the type of a film or document by its first bytes; None for everything else."""
    source.seek(0)
    head = source.read(1024)
    source.seek(0)
    if head[4:8] == b"ftyp" and head[8:12] not in _NO_FILMS:
        return QUICKTIME if head[8:12] == b"qt  " else MP4
    if head[4:8] in (b"moov", b"wide", b"mdat", b"free"):
        return QUICKTIME  # as older cameras write it
    if b"%PDF-" in head:
        return PDF
    return _office_kind(source) if head[:4] == b"PK\x03\x04" else None


def read_facts(source: BinaryIO, content_type: str, *, size_bytes: int) -> Facts:
    """Return what a film or document is, or raise Unusable with what was found, what is allowed, what to do."""
    if content_type in FILMS:
        _check_size(size_bytes, MAX_FILM_BYTES)
        return _read_film(source, content_type)
    _check_size(size_bytes, MAX_DOCUMENT_BYTES)
    if content_type == PDF:
        source.seek(max(0, size_bytes - 2048))
        if b"%%EOF" not in source.read():
            raise Unusable(_("This PDF is damaged or not complete. Export it once more and add it again."))
    source.seek(0)
    return Facts(content_type=content_type)


def _check_size(found: int, allowed: int) -> None:
    if found > allowed:
        raise Unusable(
            _("This file has %(found)d MB; one of its kind may have %(allowed)d MB. Make it smaller and add it again.")
            % {"found": -(-found // 1024**2), "allowed": allowed // 1024**2}
        )


def _office_kind(source: BinaryIO) -> str | None:
    """Tell Word from PowerPoint by the parts a file has; nothing in it is unpacked."""
    try:
        with zipfile.ZipFile(source) as archive:
            names = {each.filename for each in archive.infolist()[:_MOST_PARTS]}
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return None
    finally:
        source.seek(0)
    if "[Content_Types].xml" not in names:
        return None
    return next((kind for part, kind in _MAIN_PARTS.items() if part in names), None)


def _read_film(source: BinaryIO, content_type: str) -> Facts:
    found = _probe(source)
    if not found.get("has_picture") or not found["width"] or not found["height"] or not found["duration_ms"]:
        raise Unusable(
            _(
                "This film cannot be read: it is damaged, or has no picture. Export it once more as MP4 and add it "
                "again."
            )
        )
    width, height = found["width"], found["height"]
    if found["rotation"] % 360 in _SIDEWAYS:
        width, height = height, width
    return Facts(content_type=content_type, width=width, height=height, duration_ms=found["duration_ms"])


def _probe(source: BinaryIO) -> dict[str, int]:
    """Ask the probe; whatever becomes of it, a film that it cannot tell anything of is of no use."""
    with tempfile.TemporaryFile() as aside:
        file = _as_file(source, aside)
        file.seek(0)
        try:
            done = subprocess.run(
                [sys.executable, "-I", str(_PROBE)],
                stdin=file,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                timeout=_PROBED_WITHIN_SECONDS,
                check=True,
            )
            facts: dict[str, int] = json.loads(done.stdout)
        except (subprocess.SubprocessError, json.JSONDecodeError):
            facts = {}
        finally:
            source.seek(0)
    return facts


def _as_file(source: BinaryIO, aside: BinaryIO) -> BinaryIO:
    """Return a file that another process can read: small uploads stand in memory."""
    try:
        source.fileno()
    except (AttributeError, io.UnsupportedOperation):
        source.seek(0)
        while piece := source.read(1024**2):
            aside.write(piece)
        aside.flush()
        return aside
    return source
