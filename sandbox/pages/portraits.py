"""Profile pictures, drawn by rule and always the same for a name: quarter circles in three colours, as a PNG.

Networks serve bitmaps, and a client may rightly refuse anything else.
"""

import hashlib
import struct
import zlib
from functools import lru_cache

SIDE = 144  # pixels
TILES = 3  # a side
#: Ground, then the two inks of the quarter circles.
PALETTES = (
    ((207, 230, 234), (15, 94, 110), (229, 170, 62)),
    ((243, 227, 189), (122, 66, 24), (15, 94, 110)),
    ((211, 235, 219), (36, 97, 66), (236, 196, 110)),
    ((230, 220, 243), (84, 58, 140), (222, 120, 96)),
    ((245, 217, 213), (158, 52, 40), (44, 74, 98)),
    ((34, 52, 66), (242, 236, 220), (229, 170, 62)),
)

Colour = tuple[int, int, int]


@lru_cache(maxsize=256)
def portrait(name: str) -> bytes:
    """Return the picture of somebody of this name."""
    seed = hashlib.sha256(name.encode()).digest()
    ground, *inks = PALETTES[seed[0] % len(PALETTES)]
    rows = (b"".join(bytes(_colour(x, y, seed, ground, inks)) for x in range(SIDE)) for y in range(SIDE))
    return _png(b"".join(b"\0" + row for row in rows))


def _colour(x: int, y: int, seed: bytes, ground: Colour, inks: list[Colour]) -> Colour:
    """Mix the colour of a pixel: each tile is a quarter circle about one of its corners, mirrored left to right."""
    side = SIDE // TILES
    column, row = x // side, y // side
    mirrored = column > TILES // 2
    choice = seed[1 + row * TILES + (TILES - 1 - column if mirrored else column)]
    across, down = x % side + 0.5, y % side + 0.5
    if mirrored:
        across = side - across
    from_corner = (across if choice & 1 else side - across, down if choice & 2 else side - down)
    distance = (from_corner[0] ** 2 + from_corner[1] ** 2) ** 0.5
    cover = min(1.0, max(0.0, side - distance + 0.5))  # the edge is a pixel wide, so that it looks smooth
    ink = inks[choice >> 2 & 1]
    return (
        round(ground[0] + (ink[0] - ground[0]) * cover),
        round(ground[1] + (ink[1] - ground[1]) * cover),
        round(ground[2] + (ink[2] - ground[2]) * cover),
    )


def _png(lines: bytes) -> bytes:
    """Write rows of red, green and blue, each after its filter byte 0, as a PNG (RFC 2083)."""
    header = struct.pack(">IIBBBBB", SIDE, SIDE, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(lines, 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in chunks
    )
