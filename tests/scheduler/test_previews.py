"""What the frame of each network shows of a post, and what is told below it."""

from typing import Any

import pytest

from integrations.contract import Composition, Form, Option
from integrations.networks.facebook import limits as facebook
from integrations.networks.google_business import limits as google_business
from integrations.networks.linkedin import limits as linkedin
from integrations.networks.x import limits as x
from integrations.networks.youtube import limits as youtube
from integrations.testing import InMemoryProvider
from scheduler.previews import preview_of

LINK = "https://www.bakery.example/stollen?from=post"
DATES = {"starts_at": "2026-12-12T18:00:00+00:00", "ends_at": "2026-12-12T20:00:00+00:00"}

CASES: list[tuple[str, tuple[Option, ...], Composition, dict[str, Any]]] = [
    (
        "facebook",
        facebook.OPTIONS,
        Composition(text="a", link=LINK, options={"call_to_action": "SHOP_NOW"}),
        {"card": "bakery.example", "tail": "", "button": "Shop now", "told": []},
    ),
    ("x", x.OPTIONS, Composition(text="a", link=LINK), {"card": "", "tail": LINK}),
    (
        "x",
        x.OPTIONS,
        Composition(text="a", form=Form.POLL, options={"poll_choices": ["Rye", "Wheat"], "poll_minutes": "1440"}),
        {"choices": ["Rye", "Wheat"], "open_for": "1 day", "told": []},
    ),
    ("x", x.OPTIONS, Composition(text="a", form=Form.THREAD, parts=("b", "c")), {"parts": ("b", "c")}),
    (
        "linkedin",
        linkedin.OPTIONS,
        Composition(text="a", link=LINK, options={"title": "Stollen", "no_reshares": True}),
        {"card": "bakery.example", "title": "Stollen", "told": [("Nobody may share it again", "yes")]},
    ),
    (
        "youtube",
        youtube.OPTIONS,
        Composition(text="a", options={"title": "Oven", "made_for_kids": False, "notify_subscribers": False}),
        {"title": "Oven", "told": [("Made for children", "no"), ("Tell subscribers", "no")]},
    ),
    (
        "google_business",
        google_business.OPTIONS,
        Composition(text="a", link=LINK),
        {"card": "bakery.example", "button": "Learn more", "tail": ""},
    ),
    (
        "google_business",
        google_business.OPTIONS,
        Composition(text="a", link=LINK, form=Form.OFFER, options={**DATES, "title": "Ten off", "coupon": "RYE"}),
        {"title": "Ten off", "coupon": "RYE", "button": "", "when": "12 Dec, 18:00 – 20:00", "told": []},
    ),
    ("instagram", (), Composition(text="a", link=LINK), {"card": "", "tail": LINK}),
]


@pytest.mark.parametrize(("network", "options", "composition", "shown"), CASES)
def test_a_frame_shows_what_its_network_makes_of_it(
    network: str, options: tuple[Option, ...], composition: Composition, shown: dict[str, Any]
) -> None:
    speaks = InMemoryProvider(key=network, options=options)

    found = preview_of(speaks, composition, (), cover=None, option_names={})

    assert {name: getattr(found, name) for name in shown} == shown
