"""Files for tests, built here: photographs with a place in them, files that lie, files that are broken."""

import struct
import zlib
from io import BytesIO
from typing import Any

from PIL import ExifTags, Image, ImageCms, PngImagePlugin


def photograph(
    *, width: int = 640, height: int = 480, orientation: int = 1, with_place: bool = True, **options: Any
) -> bytes:
    """A JPEG as a phone writes it: its owner, its place and a comment in it, its upper left corner red."""
    image = Image.linear_gradient("L").resize((width, height)).convert("RGB")
    image.paste((220, 20, 20), (0, 0, width // 4, height // 4))
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    if with_place:
        exif[ExifTags.Base.Artist] = "Ruth Hartley"
        exif[ExifTags.Base.Make] = "Telephone"
        exif.get_ifd(ExifTags.IFD.GPSInfo).update(
            {
                ExifTags.GPS.GPSLatitudeRef: "N",
                ExifTags.GPS.GPSLatitude: (48.0, 51.0, 24.0),
                ExifTags.GPS.GPSLongitudeRef: "E",
                ExifTags.GPS.GPSLongitude: (2.0, 21.0, 7.0),
            }
        )
    options = {"quality": 80, "comment": b"taken at home", "xmp": b"<x:xmpmeta>owner</x:xmpmeta>", **options}
    return saved(image, "JPEG", exif=exif, **options)


def drawing(mode: str = "RGBA", *, texts: bool = True) -> bytes:
    """A PNG with a transparent ground and the words that programs leave in it."""
    image = Image.new("RGBA", (320, 200), (0, 0, 0, 0))
    image.paste((10, 120, 140, 255), (40, 40, 280, 160))
    info = PngImagePlugin.PngInfo()
    if texts:
        info.add_text("Author", "Ruth Hartley")
        info.add_itxt("XML:com.adobe.xmp", "<x:xmpmeta>place</x:xmpmeta>", zip=True)
    return saved(image.convert(mode), "PNG", pnginfo=info)


def waving(*colours: str, size: tuple[int, int] = (60, 40)) -> bytes:
    """A GIF that shows these colours one after the other, three times."""
    first, *others = (Image.new("RGB", size, colour) for colour in colours)
    return saved(first, "GIF", save_all=True, append_images=others, duration=[120, 80, 80][: len(colours)], loop=3)


def saved(image: Image.Image, format_: str, **options: Any) -> bytes:
    target = BytesIO()
    image.save(target, format_, **options)
    return target.getvalue()


def png_of_size(width: int, height: int) -> bytes:
    """A PNG whose header promises so many pixels, in a few bytes."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0" * 999)) + chunk(b"IEND", b"")
    )


def srgb_profile() -> bytes:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
