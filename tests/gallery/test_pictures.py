from io import BytesIO

import pytest
from PIL import Image

from gallery.pictures import MAX_BYTES, THUMBNAIL_SIDE, Picture, Unusable, read_picture, thumbnail
from tests.gallery.pictures import drawing, photograph, png_of_size, saved, srgb_profile


def read(content: bytes) -> Picture:
    return read_picture(BytesIO(content), size_bytes=len(content))


def opened(picture: Picture) -> Image.Image:
    return Image.open(BytesIO(picture.content))


def colour_at(image: Image.Image, x: int, y: int) -> tuple[int, ...]:
    colour = image.getpixel((x, y))
    assert isinstance(colour, tuple)
    return colour


def test_a_photograph_loses_place_owner_and_comment() -> None:
    content = photograph()
    assert Image.open(BytesIO(content)).getexif().get_ifd(0x8825)

    picture = read(content)

    image = opened(picture)
    assert not image.getexif()
    assert set(image.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density", "progressive", "progression"}
    for secret in (b"Exif", b"Ruth", b"Telephone", b"taken at home", b"xmpmeta"):
        assert secret not in picture.content
    assert (picture.content_type, picture.width, picture.height) == ("image/jpeg", 640, 480)


def test_a_drawing_loses_its_texts_and_keeps_its_pixels() -> None:
    content = drawing()

    picture = read(content)

    assert picture.content_type == "image/png"
    assert b"Ruth" not in picture.content
    assert b"xmp" not in picture.content
    assert opened(picture).tobytes() == Image.open(BytesIO(content)).tobytes()


@pytest.mark.parametrize(
    ("orientation", "size", "red_corner"),
    [
        (1, (640, 480), (0, 0)),
        (2, (640, 480), (1, 0)),
        (3, (640, 480), (1, 1)),
        (4, (640, 480), (0, 1)),
        (5, (480, 640), (0, 0)),
        (6, (480, 640), (1, 0)),
        (7, (480, 640), (1, 1)),
        (8, (480, 640), (0, 1)),
    ],
)
def test_the_orientation_is_applied(orientation: int, size: tuple[int, int], red_corner: tuple[int, int]) -> None:
    picture = read(photograph(orientation=orientation))

    assert (picture.width, picture.height) == size
    image = opened(picture).convert("RGB")
    red, green, _blue = colour_at(image, red_corner[0] * (size[0] - 20) + 10, red_corner[1] * (size[1] - 20) + 10)
    assert red > 180
    assert green < 60


def test_a_standing_jpeg_keeps_its_own_quantisation() -> None:
    content = photograph(quality=77, subsampling="4:2:2")

    picture = read(content)

    before, after = Image.open(BytesIO(content)), opened(picture)
    assert after.quantization == before.quantization  # type: ignore[attr-defined]
    differences = [abs(a - b) for a, b in zip(before.tobytes(), after.tobytes(), strict=True)]
    assert sum(differences) / len(differences) < 0.5


def test_a_colour_profile_is_kept_and_rubbish_in_its_place_is_not() -> None:
    assert opened(read(photograph(icc_profile=srgb_profile()))).info["icc_profile"] == srgb_profile()
    assert "icc_profile" not in opened(read(photograph(icc_profile=b"<script>" * 40))).info


def test_cmyk_becomes_what_screens_understand() -> None:
    picture = read(saved(Image.new("CMYK", (40, 30), (0, 255, 255, 0)), "JPEG"))

    image = opened(picture)
    assert image.mode == "RGB"
    red, green, _blue = colour_at(image, 5, 5)
    assert red > 200
    assert green < 60


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA"])
def test_every_mode_of_png_is_taken(mode: str) -> None:
    picture = read(drawing(mode, texts=False))

    assert (picture.width, picture.height) == (320, 200)
    assert thumbnail(picture).width == 320


def test_greys_of_sixteen_bits_are_scaled_not_cut() -> None:
    picture = read(saved(Image.new("I;16", (20, 20), 0x8000), "PNG"))

    assert opened(picture).mode == "L"
    assert opened(picture).getpixel((3, 3)) == 0x80


def test_a_transparent_colour_stays_transparent() -> None:
    content = saved(Image.new("RGB", (20, 20), (1, 2, 3)), "PNG", transparency=(1, 2, 3))

    assert opened(read(content)).info["transparency"] == (1, 2, 3)
    assert colour_at(opened(thumbnail(read(content))).convert("RGBA"), 3, 3)[3] == 0


@pytest.mark.parametrize("tail", [b"<script>alert(1)</script>", b"PK\x03\x04" + b"zip" * 50, photograph()])
@pytest.mark.parametrize("make", [photograph, drawing])
def test_a_second_file_behind_the_first_does_not_survive(make: object, tail: bytes) -> None:
    picture = read(make() + tail)  # type: ignore[operator]

    assert not picture.content.endswith(tail)
    assert b"script" not in picture.content
    assert b"zipzip" not in picture.content


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"%PDF-1.7 not a picture",
        b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
        b"<html><img src=x></html>",
        saved(Image.new("RGB", (10, 10)), "TIFF"),
        saved(Image.new("RGB", (10, 10)), "WEBP"),
    ],
)
def test_what_is_no_picture_of_ours_is_named_so(content: bytes) -> None:
    with pytest.raises(Unusable, match="no JPEG, no PNG and no GIF"):
        read(content)


@pytest.mark.parametrize("make", [photograph, drawing])
def test_a_cut_file_is_refused(make: object) -> None:
    content = make()  # type: ignore[operator]

    for length in (len(content) // 3, len(content) // 2, len(content) - 40):
        with pytest.raises(Unusable, match="damaged"):
            read(content[:length])


def test_damage_anywhere_is_refused_or_harmless() -> None:
    for content in (photograph(width=64, height=48), drawing()):
        for position in range(8, len(content), max(1, len(content) // 150)):
            broken = bytearray(content)
            broken[position] ^= 0xFF
            try:
                picture = read(bytes(broken))
            except Unusable:
                continue
            assert picture.content


def test_a_promise_of_too_many_pixels_is_refused_before_they_are_made() -> None:
    for width, height in ((20_000, 20_000), (65_000, 65_000), (2**31 - 1, 2**31 - 1)):
        with pytest.raises(Unusable, match=r"million|damaged|exceed"):
            read(png_of_size(width, height))
    with pytest.raises(Unusable, match="no side may exceed 30000"):
        read(png_of_size(40_000, 10))


def test_a_moving_png_is_refused() -> None:
    frames = [Image.new("RGB", (20, 20), colour) for colour in ("red", "blue")]
    content = saved(frames[0], "PNG", save_all=True, append_images=frames[1:], duration=100)

    with pytest.raises(Unusable, match="moves: it has 2 pictures"):
        read(content)


def test_a_phones_jpeg_with_a_second_picture_keeps_the_first() -> None:
    frames = [Image.new("RGB", (64, 48), colour) for colour in ("red", "blue")]
    content = saved(frames[0], "MPO", save_all=True, append_images=frames[1:])

    picture = read(content)

    assert picture.content_type == "image/jpeg"
    assert opened(picture).format == "JPEG"
    assert colour_at(opened(picture), 5, 5)[0] > 200


def test_too_many_bytes_are_refused_unread() -> None:
    with pytest.raises(Unusable, match=r"has 26\.0 MB; a picture may have 25 MB"):
        read_picture(BytesIO(b""), size_bytes=MAX_BYTES + 1024**2)


def test_a_thumbnail_is_small_and_has_the_same_shape() -> None:
    small = thumbnail(read(photograph(width=3000, height=1500)))

    assert (small.width, small.height) == (THUMBNAIL_SIDE, THUMBNAIL_SIDE // 2)
    assert small.content_type == "image/jpeg"
    assert len(small.content) < 40_000
