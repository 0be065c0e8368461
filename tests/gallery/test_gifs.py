"""GIFs: those that move keep every frame as it was and lose the rest; those that stand still become PNGs."""

import struct
from io import BytesIO

import pytest
from PIL import Image, ImageSequence

from gallery.pictures import MAX_FRAMES, Picture, Unusable, read_picture, thumbnail
from tests.gallery.pictures import waving

COLOURS = ("red", "green", "blue")
SECRETS = (b"Ruth", b"xmpmeta", b"<script>", b"PROGRAM")


def read(content: bytes) -> Picture:
    return read_picture(BytesIO(content), size_bytes=len(content))


def block(label: int, *parts: bytes) -> bytes:
    return bytes([0x21, label]) + b"".join(bytes([len(each)]) + each for each in parts) + b"\0"


def talkative(content: bytes) -> bytes:
    """Put in what programs and people leave in a GIF, and another file behind it."""
    at = 13 + 3 * 2 ** ((content[10] & 7) + 1)
    leftovers = (
        block(0xFE, b"by Ruth Hartley"),
        block(0xFF, b"XMP DataXMP", b"<x:xmpmeta>place</x:xmpmeta>"),
        block(0xFF, b"PROGRAM-1.0", b"its own"),
        block(0x01, bytes(12), b"Ruth was here"),
    )
    return content[:at] + b"".join(leftovers) + content[at:] + b"<script>alert(1)</script>"


def frames(content: bytes) -> list[tuple[bytes, int]]:
    with Image.open(BytesIO(content)) as image:
        return [(each.convert("RGB").tobytes(), each.info["duration"]) for each in ImageSequence.Iterator(image)]


def test_one_that_moves_keeps_its_frames_and_loses_what_is_not_seen() -> None:
    clean = waving(*COLOURS)
    content = talkative(clean)
    assert all(secret in content for secret in SECRETS)

    picture = read(content)

    assert (picture.content_type, picture.ending, picture.frames) == ("image/gif", "gif", 3)
    assert (picture.width, picture.height) == (60, 40)
    assert frames(picture.content) == frames(clean)
    assert Image.open(BytesIO(picture.content)).info["loop"] == 3
    assert not any(secret in picture.content for secret in SECRETS)
    assert read(picture.content).content == picture.content


def test_its_small_copy_shows_the_first_frame() -> None:
    small = thumbnail(read(waving(*COLOURS, size=(1200, 800))))

    image = Image.open(BytesIO(small.content))
    assert (small.width, small.height, getattr(image, "n_frames", 1)) == (480, 320, 1)
    assert image.convert("RGB").getpixel((5, 5)) == (254, 0, 0)


def test_one_that_stands_still_becomes_what_every_network_takes() -> None:
    picture = read(talkative(waving("red")))

    assert (picture.content_type, picture.frames) == ("image/png", 1)
    assert Image.open(BytesIO(picture.content)).convert("RGB").getpixel((5, 5)) == (255, 0, 0)
    assert not any(secret in picture.content for secret in SECRETS)


def test_a_cut_one_is_refused() -> None:
    content = waving(*COLOURS)

    for length in (7, 12, 40, len(content) // 2, len(content) - 10, len(content) - 1):
        with pytest.raises(Unusable, match=r"damaged|no GIF"):
            read(content[:length])


def test_a_damaged_one_is_refused_or_harmless() -> None:
    content = waving(*COLOURS)
    for position in range(6, len(content), max(1, len(content) // 150)):
        broken = bytearray(content)
        broken[position] ^= 0xFF
        try:
            assert read(bytes(broken)).content
        except Unusable:
            continue


def endless(count: int, *, size: tuple[int, int] = (1, 1), place: tuple[int, int, int, int] = (0, 0, 1, 1)) -> bytes:
    """Return a GIF of many frames in few bytes."""
    head = b"GIF89a" + struct.pack("<HHBBB", *size, 0x80, 0, 0) + bytes(6)
    frame = b"\x2c" + struct.pack("<HHHHB", *place, 0) + b"\x02\x02\x44\x01\x00"
    return head + frame * count + b"\x3b"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (endless(MAX_FRAMES + 1), f"has {MAX_FRAMES + 1} frames; {MAX_FRAMES} are allowed"),
        (endless(400, size=(1000, 1000)), "have 400 million pixels; 300 million are allowed"),
        (endless(2, size=(30_000, 30_000)), "900 million pixels; 50 million are allowed"),
        (endless(2, place=(0, 0, 60_000, 60_000)), "3600 million pixels; 50 million are allowed"),
        (endless(2, place=(0, 0, 2, 1)), "damaged"),
        (b"GIF89a" + bytes(100), "no GIF"),
    ],
)
def test_a_promise_of_too_much_is_refused_before_it_is_kept(content: bytes, words: str) -> None:
    with pytest.raises(Unusable, match=words):
        read(content)
