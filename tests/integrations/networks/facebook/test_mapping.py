import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from integrations.contract import Composition, Feature, Kind
from integrations.networks.facebook import mapping
from tests.integrations.networks.stage import composition


def fixture(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((Path(__file__).parent / "fixtures" / f"{name}.json").read_text())
    return found


def test_posts_of_every_shape_are_counted() -> None:
    seen = list(mapping.sightings(fixture("published_posts__every_shape")))

    assert [(post.network_id, post.media_count, sorted(photos)) for post, photos in seen] == [
        ("102_5", 3, ["901", "902"]),
        ("102_4", 1, ["904"]),
        ("102_3", 0, []),
        ("102_2", 0, []),
    ]
    assert seen[0][0].permalink == "https://www.facebook.com/bakery/posts/5"
    assert seen[1][0].permalink == "https://www.facebook.com/102_4"
    assert seen[0][0].published_at == datetime(2026, 11, 22, 10, tzinfo=UTC)


def test_a_link_beside_pictures_becomes_text() -> None:
    wanted = Composition(text="Pies", link="https://bakery.example", media=composition(Kind.IMAGE).media)

    form = mapping.post_form(wanted, ["901"])

    assert form["message"] == "Pies\n\nhttps://bakery.example"
    assert json.loads(form["attached_media"]) == [{"media_fbid": "901"}]
    assert "link" not in form


def test_a_link_alone_needs_no_text() -> None:
    form = mapping.post_form(Composition(link="https://bakery.example"), [])

    assert form == {"fields": "id,permalink_url", "link": "https://bakery.example"}


def test_a_page_says_what_the_person_may_do_there() -> None:
    page = mapping.presence(
        {
            "id": "102",
            "name": "Bakery",
            "access_token": "t",
            "tasks": ["CREATE_CONTENT", "ANALYZE", "OF_A_LATER_YEAR"],
            "picture": {"data": {"url": "https://cdn.example/p.jpg"}},
        }
    )

    assert page.able == {Feature.PUBLISH, Feature.INSIGHTS}
    assert page.picture_url == "https://cdn.example/p.jpg"
    assert page.permalink == "https://www.facebook.com/102"
    assert page.credentials is not None
    assert "'t'" not in repr(page)


def test_a_page_without_a_token_is_still_shown() -> None:
    assert mapping.presence({"id": "102"}).credentials is None
