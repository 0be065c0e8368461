from pathlib import Path

import pytest
from django.conf import settings

from web.icons import UnknownIcon, sprite, used_icons

LUCIDE = settings.BASE_DIR / "node_modules" / "lucide-static"


def test_every_icon_that_is_named_exists() -> None:
    drawing = sprite(used_icons(), lucide=LUCIDE)

    assert '<symbol id="square-pen"' in drawing
    assert '<symbol id="net-facebook"' in drawing
    assert '<symbol id="logo-mark"' in drawing
    assert '<symbol id="star"' in drawing  # named in Python only


def test_the_sprite_holds_the_icons_named_and_no_others() -> None:
    drawing = sprite({"plug"}, lucide=LUCIDE)

    assert '<symbol id="plug" viewBox="0 0 24 24"><path' in drawing
    assert 'id="square-pen"' not in drawing


def test_an_unknown_icon_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(UnknownIcon, match="'no-such-thing'"):
        sprite({"no-such-thing"}, lucide=tmp_path)
