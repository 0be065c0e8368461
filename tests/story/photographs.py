"""A photograph as a telephone leaves it: noise and gradients that compress like one, turned on its side, placed."""

from pathlib import Path

from PIL import Image, ImageFilter
from PIL.ExifTags import GPS, IFD, Base

WIDTH, HEIGHT = 2400, 1800


def take_photograph(path: Path) -> Path:
    """Write a JPEG of 4 megapixels whose EXIF says where it was taken and that it must be turned."""
    sky = Image.linear_gradient("L").resize((WIDTH, HEIGHT))
    grain = Image.effect_noise((WIDTH, HEIGHT), 60).filter(ImageFilter.GaussianBlur(1.2))
    light = Image.radial_gradient("L").resize((WIDTH, HEIGHT))
    picture = Image.merge("RGB", (Image.blend(sky, grain, 0.4), Image.blend(light, grain, 0.5), grain))
    exif = Image.Exif()
    exif[Base.Orientation] = 6
    exif[Base.Artist] = "A Person"
    exif.get_ifd(IFD.GPSInfo).update({GPS.GPSLatitudeRef: "N", GPS.GPSLatitude: (51.0, 27.0, 0.0)})
    picture.save(path, "JPEG", quality=90, exif=exif)
    return path
