"""Profile pictures: bitmaps, as networks serve them, drawn by rule."""

from io import BytesIO

import requests
from PIL import Image

from sandbox.pages.portraits import SIDE, portrait
from tests.sandbox.conftest import HARTLEY_PAGE, Process


def test_everybody_has_a_picture_of_their_own_that_never_changes() -> None:
    names = ["Hartley & Rye", "Fournil Lambert", "Corrie Cycles", "Łódź 麵包店"]

    drawn = [portrait(name) for name in names]

    assert len(set(drawn)) == len(names)
    portrait.cache_clear()
    assert drawn == [portrait(name) for name in names]


def test_any_reader_of_pictures_takes_it() -> None:
    with Image.open(BytesIO(portrait("Hartley & Rye"))) as image:
        image.verify()
        assert (image.format, image.mode, image.size) == ("PNG", "RGB", (SIDE, SIDE))


def test_the_twins_serve_it_where_they_say(sandbox: Process) -> None:
    pictures = f"http://127.0.0.1:{sandbox.port}/pictures/facebook"

    found = requests.get(f"{pictures}/{HARTLEY_PAGE}.png", timeout=10)

    assert (found.status_code, found.headers["content-type"]) == (200, "image/png")
    assert requests.get(f"{pictures}/1.png", timeout=10).status_code == 404
