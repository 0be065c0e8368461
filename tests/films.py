"""Small real files: a film in an MP4's or QuickTime's boxes, a PDF, Office documents."""

import struct
import zipfile
from io import BytesIO

_UNITY = struct.pack(">9I", 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)


def film(
    *,
    seconds: float = 12.5,
    width: int = 320,
    height: int = 240,
    brand: bytes = b"isom",
    payload: bytes = b"",
    turned: bool = False,
) -> bytes:
    """Return a film of one picture track whose headers are whole; `payload` makes one film unlike another.

    `brand` b"qt  " makes it QuickTime. `turned`: filmed upright, stored on its side.
    """
    duration = int(seconds * 1000)
    matrix = struct.pack(">9i", 0, 0x10000, 0, -0x10000, 0, 0, height << 16, 0, 0x40000000) if turned else _UNITY
    mvhd = _full(
        b"mvhd",
        struct.pack(">4I", 0, 0, 1000, duration),
        struct.pack(">IH10x", 0x10000, 0x100),
        _UNITY,
        bytes(24),
        struct.pack(">I", 2),
    )
    tkhd = _full(
        b"tkhd",
        struct.pack(">5I", 0, 0, 1, 0, duration),
        bytes(8),
        bytes(8),
        matrix,
        struct.pack(">2I", width << 16, height << 16),
        flags=7,
    )
    mdhd = _full(b"mdhd", struct.pack(">4I", 0, 0, 1000, duration), struct.pack(">2H", 0x55C4, 0))
    hdlr = _full(b"hdlr", struct.pack(">I4s12x", 0, b"vide"), b"Film\0")
    entry = struct.pack(">6xH16xHHIIIH32xHh", 1, width, height, 0x480000, 0x480000, 0, 1, 24, -1)
    avcc = _box(b"avcC", bytes.fromhex("01640014ffe100046764001401000468ee3c80"))
    stsd = _full(b"stsd", struct.pack(">I", 1), _box(b"avc1", entry, avcc))
    empty = [_full(b"stts", bytes(4)), _full(b"stsc", bytes(4)), _full(b"stsz", bytes(8)), _full(b"stco", bytes(4))]
    dinf = _box(b"dinf", _full(b"dref", struct.pack(">I", 1), _full(b"url ", flags=1)))
    minf = _box(b"minf", _full(b"vmhd", bytes(8), flags=1), dinf, _box(b"stbl", stsd, *empty))
    moov = _box(b"moov", mvhd, _box(b"trak", tkhd, _box(b"mdia", mdhd, hdlr, minf)))
    return _box(b"ftyp", brand, struct.pack(">I", 512), brand) + moov + _box(b"mdat", payload or b"film")


def pdf(*, title: str = "A menu") -> bytes:
    """Return a PDF of one empty page."""
    parts = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]>>",
        f"<</Title({title})>>".encode(),
    ]
    body, places = b"%PDF-1.7\n", []
    for number, part in enumerate(parts, start=1):
        places.append(len(body))
        body += b"%d 0 obj%sendobj\n" % (number, part)
    table = b"xref\n0 5\n0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % place for place in places)
    return body + table + b"trailer<</Size 5/Root 1 0 R/Info 4 0 R>>\nstartxref\n%d\n%%%%EOF\n" % len(body)


def office(main: str) -> bytes:
    """Return an Office file whose main part this is: `word/document.xml` or `ppt/presentation.xml`."""
    kind = {"word": "wordprocessingml.document", "ppt": "presentationml.presentation", "xl": "spreadsheetml.sheet"}[
        main.partition("/")[0]
    ]
    types = (
        '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        f'<Override PartName="/{main}" '
        f'ContentType="application/vnd.openxmlformats-officedocument.{kind}.main+xml"/></Types>'
    )
    stream = BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("[Content_Types].xml", types)
        archive.writestr(main, "<document/>")
    return stream.getvalue()


def _box(name: bytes, *parts: bytes) -> bytes:
    body = b"".join(parts)
    return struct.pack(">I4s", len(body) + 8, name) + body


def _full(name: bytes, *parts: bytes, flags: int = 0) -> bytes:
    return _box(name, struct.pack(">I", flags), *parts)
