"""A small box of paints: flat shapes on layers, and what makes them look photographed (light, depth, shadow, grain)."""

from collections.abc import Callable, Sequence
from io import BytesIO
from random import Random
from typing import Literal

from PIL import Image, ImageChops, ImageDraw, ImageFilter

Colour = tuple[int, int, int]
Point = tuple[float, float]
Box = tuple[float, float, float, float]  # left, top, right, bottom

WIDTH, HEIGHT = 1080, 810
_FINER = 2  # layers are drawn larger and reduced, which smooths their edges


class Pen:
    """Draws on one layer. Coordinates run to WIDTH and HEIGHT, whatever size the layer has."""

    def __init__(self, layer: Image.Image) -> None:
        self._draw = ImageDraw.Draw(layer)

    def disc(self, x: float, y: float, rx: float, ry: float, colour: Colour) -> None:
        self._draw.ellipse(_finer(x - rx, y - ry, x + rx, y + ry), fill=colour)

    def box(self, edges: Box, colour: Colour, round_by: float = 0) -> None:
        self._draw.rounded_rectangle(_finer(*edges), radius=round_by * _FINER, fill=colour)

    def shape(self, points: Sequence[Point], colour: Colour) -> None:
        self._draw.polygon([(x * _FINER, y * _FINER) for x, y in points], fill=colour)

    def line(self, points: Sequence[Point], width: float, colour: Colour) -> None:
        finer = [(x * _FINER, y * _FINER) for x, y in points]
        self._draw.line(finer, fill=colour, width=round(width * _FINER), joint="curve")

    def arc(self, edges: Box, degrees: tuple[float, float], width: float, colour: Colour) -> None:
        """Draw a part of the circle in a box, clockwise from three o'clock."""
        self._draw.arc(_finer(*edges), *degrees, fill=colour, width=round(width * _FINER))


class Painting:
    """A picture in the making, from a backdrop that fades downwards."""

    def __init__(self, top: Colour, bottom: Colour, *, seed: int) -> None:
        self.random = Random(seed)  # noqa: S311  # the same picture each time, which is all that is asked
        self._image = _fade(top, bottom)

    def add(self, paint: Callable[..., None], *what: object, blur: float = 0, shadow: int = 0) -> None:
        """Lay one layer over the rest, painted by `paint(pen, *what)`.

        It is out of focus by `blur`, and its shadow falls `shadow` below it.
        """
        layer = Image.new("RGBA", (WIDTH * _FINER, HEIGHT * _FINER), (0, 0, 0, 0))
        paint(Pen(layer), *what)
        # Most layers are all but empty. Nothing of a blur reaches further than three times its radius.
        area = _around(layer.getbbox() or (0, 0, 1, 1), margin=max(round(3 * blur) + 4, shadow + 1))
        layer = layer.crop(_finer(*area)).reduce(_FINER)
        if shadow:
            self._cast(layer.getchannel("A"), area[:2], shadow)
        if blur:
            # With colours multiplied by their opacity: else the black of what is empty bleeds into the edges.
            layer = layer.convert("RGBa").filter(ImageFilter.GaussianBlur(blur)).convert("RGBA")
        self._image.paste(layer, area[:2], mask=layer.getchannel("A"))

    def light(self, x: int, y: int, radius: int, colour: Colour, strength: float) -> None:
        """Let light fall from a point."""
        fall = [max(0, round((255 - value * 1.42) * strength)) for value in range(256)]
        glow = Image.radial_gradient("L").resize((radius * 2, radius * 2)).point(fall)
        mask = Image.new("L", (WIDTH, HEIGHT), 0)
        mask.paste(glow, (x - radius, y - radius))
        self._image.paste(ImageChops.screen(self._image, _flat(colour)), mask=mask)

    def as_file(self, kind: Literal["JPEG", "PNG"] = "JPEG") -> bytes:
        """Return the finished picture, with a lens's dark corners and a sensor's grain."""
        corners = Image.radial_gradient("L").resize((WIDTH, HEIGHT)).point([value // 3 for value in range(256)])
        self._image.paste(ImageChops.multiply(self._image, _flat((90, 80, 85))), mask=corners)
        grain = Image.effect_noise((WIDTH, HEIGHT), 18).convert("RGB")
        picture = Image.blend(self._image, ImageChops.overlay(self._image, grain), 0.4)
        out = BytesIO()
        if kind == "PNG":
            picture.quantize(128).save(out, "PNG")
        else:
            picture.save(out, "JPEG", quality=88)
        return out.getvalue()

    def _cast(self, shape: Image.Image, corner: tuple[int, int], distance: int) -> None:
        softened = shape.filter(ImageFilter.BoxBlur(distance)).point([round(value * 0.7) for value in range(256)])
        left, top = corner[0] + distance // 3, corner[1] + distance
        below = self._image.crop((left, top, left + softened.width, top + softened.height))  # black beyond the edges
        darker = ImageChops.multiply(below, Image.new("RGB", below.size, (70, 55, 50)))
        self._image.paste(darker, (left, top), mask=softened)


def mixed(one: Colour, other: Colour, share: float) -> Colour:
    """Return a colour between two."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(one, other, strict=True))
    return red, green, blue


def _finer(left: float, top: float, right: float, bottom: float) -> Box:
    return left * _FINER, top * _FINER, right * _FINER, bottom * _FINER


def _around(edges: tuple[int, int, int, int], *, margin: int) -> tuple[int, int, int, int]:
    """Return what lies around these edges of a layer, in the picture's own size."""
    left, top, right, bottom = edges
    return (
        max(0, left // _FINER - margin),
        max(0, top // _FINER - margin),
        min(WIDTH, -(-right // _FINER) + margin),
        min(HEIGHT, -(-bottom // _FINER) + margin),
    )


def _flat(colour: Colour) -> Image.Image:
    return Image.new("RGB", (WIDTH, HEIGHT), colour)


def _fade(top: Colour, bottom: Colour) -> Image.Image:
    return Image.composite(_flat(bottom), _flat(top), Image.linear_gradient("L").resize((WIDTH, HEIGHT)))
