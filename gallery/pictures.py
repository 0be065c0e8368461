"""Pictures people bring, made safe to keep: their kind told by their content, nothing in them but what is seen.

A file is decoded and written anew once, so that neither an owner's name and place nor a second file hidden behind the
first one survives. Orientation is applied, colour kept; a JPEG that needs no turning keeps its own quantisation. A GIF
that moves is decoded to see that it is whole, and then kept frame by frame as it was (gifs.py); one that stands still
becomes a PNG, which every network takes.
"""

import hashlib
from dataclasses import dataclass
from io import BytesIO
from typing import Any, BinaryIO

from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from PIL import ExifTags, Image, ImageCms, ImageFile, JpegImagePlugin, UnidentifiedImageError

from gallery import gifs

MAX_BYTES = 25 * 1024 * 1024
MAX_PIXELS = 50_000_000  # three bytes each, twice while a picture is turned: 300 MB
MAX_MOVING_PIXELS = 300_000_000  # of all frames together: as much as any network takes, and seconds to look through
MAX_FRAMES = 1_000
MAX_SIDE = 30_000
THUMBNAIL_SIDE = 480  # twice what a tile of the grid shows, for dense screens

_QUALITY = 95  # where a JPEG cannot keep its own: turned, or out of another colour space
_ENDINGS = {"image/jpeg": "jpg", "image/png": "png", "image/gif": "gif"}
_DECODERS = ("JPEG", "PNG", "GIF")
_PNG_MODES = {"1", "L", "LA", "P", "RGB", "RGBA"}
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}

# Our own limit is stricter, judged by the header before a pixel is decoded, and says what it found.
Image.MAX_IMAGE_PIXELS = None


class Unusable(ValueError):
    """A file that cannot be taken; the text is for the person who brought it."""


@dataclass(frozen=True, kw_only=True)
class Picture:
    """A picture written by us, and what is known of it."""

    content: bytes
    content_type: str
    width: int
    height: int
    frames: int = 1  # more of one that moves

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()

    @property
    def ending(self) -> str:
        """The file name's usual last part, by the content."""
        return _ENDINGS[self.content_type]


def read_picture(source: BinaryIO, *, size_bytes: int) -> Picture:
    """Return the picture in `source`, clean, or raise Unusable with what was found, what is allowed, what to do."""
    if size_bytes > MAX_BYTES:
        raise Unusable(
            _("This file has %(found).1f MB; a picture may have %(allowed)d MB. Make it smaller and add it again.")
            % {"found": size_bytes / 1024**2, "allowed": MAX_BYTES // 1024**2}
        )
    with _opened(source) as image:
        _check_size(image)
        if image.format == "GIF" and (moving := _read_moving(source)) is not None:
            return moving
        try:
            image.load()
        except Exception as error:  # decoders tell damage in very many ways; whichever, the file is of no use
            raise Unusable(_damaged()) from error
        return _rewritten(image)


def thumbnail(picture: Picture) -> Picture:
    """Return a small copy for lists: of the first frame where it moves. Transparency is kept where there is any."""
    with Image.open(BytesIO(picture.content), formats=_DECODERS) as image:
        image.draft("RGB", (THUMBNAIL_SIDE * 2, THUMBNAIL_SIDE * 2))  # decodes a large JPEG small, at once
        small = _in_srgb(image)
        small.thumbnail((THUMBNAIL_SIDE, THUMBNAIL_SIDE), Image.Resampling.LANCZOS)
        if small.mode == "RGBA":
            return _written(small, "PNG", optimize=True)
        return _written(small, "JPEG", quality=82, optimize=True)


def _opened(source: BinaryIO) -> ImageFile.ImageFile:
    """Read the header. Only these three decoders ever see the file, and none by its name."""
    try:
        return Image.open(source, formats=_DECODERS)
    except UnidentifiedImageError as error:
        raise Unusable(
            _(
                "This file is no JPEG, no PNG and no GIF by its content, whatever its name says. Save it as one of "
                "them first."
            )
        ) from error
    except Exception as error:  # as above
        raise Unusable(_damaged()) from error


def _damaged() -> str:
    return _("This picture is damaged or not complete. Export it once more and add it again.")


def _check_size(image: ImageFile.ImageFile) -> None:
    """Judge the size by the header, before a single pixel is decoded."""
    if image.width * image.height > MAX_PIXELS:
        raise Unusable(
            _("This picture has %(found)d million pixels; %(allowed)d million are allowed. Make it smaller.")
            % {"found": round(image.width * image.height / 1_000_000), "allowed": MAX_PIXELS // 1_000_000}
        )
    if max(image.size) > MAX_SIDE:
        raise Unusable(
            _("This picture is %(width)d × %(height)d; no side may exceed %(allowed)d. Make it smaller.")
            % {"width": image.width, "height": image.height, "allowed": MAX_SIDE}
        )
    frames = getattr(image, "n_frames", 1) if image.format == "PNG" else 1
    if frames > 1:
        raise Unusable(
            ngettext(
                "This PNG moves: it has %(count)d picture; only still ones can be kept. Save one of them by itself.",
                "This PNG moves: it has %(count)d pictures; only still ones can be kept. Save one of them by itself.",
                frames,
            )
            % {"count": frames}
        )


def _read_moving(source: BinaryIO) -> Picture | None:
    """Return a GIF that moves; None for one that stands still, whose own decoding follows."""
    source.seek(0)
    try:
        gif = gifs.cleaned(source.read(MAX_BYTES + 1))
    except gifs.Malformed as error:
        raise Unusable(_damaged()) from error
    if gif.frames == 1:
        source.seek(0)
        return None
    _check_frames(gif)
    _look_through(gif)
    return Picture(content=gif.content, content_type="image/gif", width=gif.width, height=gif.height, frames=gif.frames)


def _check_frames(gif: gifs.Gif) -> None:
    """Judge how much there is to look through, before the first frame is decoded."""
    if gif.frames > MAX_FRAMES:
        raise Unusable(
            _("This moving picture has %(found)d frames; %(allowed)d are allowed. Make it shorter.")
            % {"found": gif.frames, "allowed": MAX_FRAMES}
        )
    if (pixels := gif.width * gif.height * gif.frames) > MAX_MOVING_PIXELS:
        raise Unusable(
            _(
                "All frames of this moving picture together have %(found)d million pixels; %(allowed)d million are "
                "allowed. Make it smaller or shorter."
            )
            % {"found": -(-pixels // 1_000_000), "allowed": MAX_MOVING_PIXELS // 1_000_000}
        )


def _look_through(gif: gifs.Gif) -> None:
    """Decode every frame: a damaged one would be refused by a network, days later."""
    try:
        with Image.open(BytesIO(gif.content), formats=("GIF",)) as image:
            for number in range(gif.frames):
                image.seek(number)
                image.load()
    except Exception as error:  # as above
        raise Unusable(_damaged()) from error


def _rewritten(image: ImageFile.ImageFile) -> Picture:
    profile = _usable_profile(image)
    turn = _turn(image)
    upright: Image.Image = image if turn is None else image.transpose(turn)
    if image.format in {"PNG", "GIF"}:
        return _rewritten_png(upright, profile, image.info.get("transparency"))
    if upright.mode not in ("RGB", "L"):
        return _written(_in_srgb(upright), "JPEG", quality=_QUALITY)
    tables = _own_tables(image) if turn is None else {}
    return _written(upright, "JPEG", icc_profile=profile, **(tables or {"quality": _QUALITY}))


def _rewritten_png(image: Image.Image, profile: bytes | None, transparency: Any) -> Picture:
    if image.mode not in _PNG_MODES:
        return _written(_eight_bits(image), "PNG")
    options = {} if transparency is None else {"transparency": transparency}
    return _written(image, "PNG", icc_profile=profile, **options)


def _eight_bits(image: Image.Image) -> Image.Image:
    """Greys of 16 bits, scaled: networks take 8, and a plain conversion would cut them off."""
    return image.convert("I").point(lambda value: value / 256).convert("L")


def _turn(image: Image.Image) -> Image.Transpose | None:
    """How the camera was held, as its EXIF tells; None when the picture stands already, or the EXIF is broken."""
    try:
        return _TURNS.get(int(image.getexif().get(ExifTags.Base.Orientation, 1)))
    except Exception:  # a broken EXIF block breaks in many ways, and none of them matters: it is not kept
        return None


def _own_tables(image: ImageFile.ImageFile) -> dict[str, Any]:
    """The JPEG's own quantisation and subsampling: writing with them loses next to nothing."""
    sampling = JpegImagePlugin.get_sampling(image)
    tables = getattr(image, "quantization", {})
    return {"qtables": tables, "subsampling": sampling} if tables and sampling >= 0 else {}


def _usable_profile(image: Image.Image) -> bytes | None:
    """The colour profile, if it is one: anything else in its place is not carried on."""
    profile = image.info.get("icc_profile")
    if not profile or len(profile) > 1024**2:
        return None
    try:
        ImageCms.ImageCmsProfile(BytesIO(profile))
    except (OSError, ImageCms.PyCMSError):
        return None
    return bytes(profile)


def _in_srgb(image: Image.Image) -> Image.Image:
    """Return a copy in the colours every screen and network understands, by the picture's profile where it has one."""
    has_alpha = "A" in image.getbands() or "transparency" in image.info
    mode = "RGBA" if has_alpha else "RGB"
    profile = _usable_profile(image)
    if profile and image.mode in ("RGB", "RGBA", "CMYK", "L"):
        try:
            converted = ImageCms.profileToProfile(
                image, ImageCms.ImageCmsProfile(BytesIO(profile)), ImageCms.createProfile("sRGB"), outputMode=mode
            )
        except ImageCms.PyCMSError:
            converted = None  # the profile is for other pixels than these
        if converted is not None:
            return converted
    return image.convert(mode)


def _written(image: Image.Image, format_: str, **options: Any) -> Picture:
    """Write pixels and what is named, nothing else: Pillow would carry the source's comments and texts along."""
    image.info = {}
    target = BytesIO()
    image.save(target, format_, **options)
    content_type = Image.MIME[format_]
    return Picture(content=target.getvalue(), content_type=content_type, width=image.width, height=image.height)
