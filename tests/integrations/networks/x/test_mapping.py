import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from integrations.contract import Composition, Kind
from integrations.errors import Reach
from integrations.networks.x import mapping
from tests.integrations.networks.stage import composition


def fixture(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((Path(__file__).parent / "fixtures" / f"{name}.json").read_text())
    return found


def test_a_post_reads_as_it_was_written() -> None:
    [post] = mapping.sightings(fixture("timeline__links_and_media"), handle="bakery")

    assert post.text == "Mince pies & stollen from Monday. http://bakery.example/pies/"
    assert post.media_count == 2
    assert post.permalink == "https://x.com/bakery/status/2080000000000000003"
    assert post.published_at == datetime(2026, 11, 22, 9, tzinfo=UTC)


def test_the_newer_dialect_is_understood() -> None:
    [post] = mapping.sightings(fixture("timeline__new_dialect"), handle="")

    assert post.text == "The beginning of a long text, whole."
    assert post.permalink == "https://x.com/i/web/status/2080000000000000013"


def test_an_empty_timeline_has_no_data() -> None:
    assert list(mapping.sightings({"meta": {"result_count": 0}}, handle="bakery")) == []


@pytest.mark.parametrize(
    ("sent", "seen"),
    [
        ("Look: bakery.example", "Look: http://bakery.example"),
        ("https://bakery.example/a/", "https://bakery.example/a"),
    ],
)
def test_what_x_does_to_addresses_is_no_difference(sent: str, seen: str) -> None:
    assert mapping.comparable(sent) == mapping.comparable(seen)


def test_a_link_stands_below_the_text() -> None:
    assert mapping.text_of(Composition(text="Pies", link="https://bakery.example")) == "Pies\n\nhttps://bakery.example"
    assert mapping.text_of(Composition(link="https://bakery.example")) == "https://bakery.example"


def test_the_body_has_no_empty_key() -> None:
    assert mapping.post_body(Composition(text="Pies"), {}) == {"text": "Pies"}
    assert mapping.post_body(composition(Kind.IMAGE), {"key-red": "1"}).keys() == {"text", "media"}
    assert mapping.post_body(Composition(text="Pies", options={"reply_settings": "following"}), {}) == {
        "text": "Pies",
        "reply_settings": "following",
    }


def test_a_user_without_a_subscription_has_no_details() -> None:
    assert mapping.presence({"id": "7", "name": "Bakery", "username": "bakery"}).details == {}
    assert mapping.presence({"id": "7", "subscription_type": "Premium"}).details == {"subscription": "Premium"}


def test_rate_headers_become_reports() -> None:
    headers = {
        "x-rate-limit-limit": "100",
        "x-rate-limit-remaining": "93",
        "x-rate-limit-reset": "1795341600",
        "x-app-limit-24hour-limit": "10000",
        "x-app-limit-24hour-remaining": "9000",
    }

    window, day = mapping.usage(headers, network="x", budget="x.posts", subject="7", app="app")

    assert (window.budget, window.reach, window.subject, window.used) == ("x.posts", Reach.ACCOUNT, "7", 7)
    assert window.reset_at == datetime.fromtimestamp(1795341600, UTC)
    assert (day.budget, day.reach, day.subject, day.used, day.reset_at) == ("x.posts.app", Reach.APP, "app", 1000, None)


def test_headers_that_make_no_sense_are_left_out() -> None:
    assert list(mapping.usage({"x-rate-limit-limit": "many"}, network="x", budget="x.me", subject="7", app="a")) == []


@pytest.mark.parametrize(("text", "count"), [("$ACME up, $BRK.A down", 2), ("costs $5 or 5$", 0), ("a$ACME", 0)])
def test_cashtags_are_counted(text: str, count: int) -> None:
    assert mapping.count_cashtags(text) == count
