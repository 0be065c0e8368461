import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from integrations.contract import Composition, Feature, Kind
from integrations.errors import Reach
from integrations.networks.facebook import mapping
from tests.integrations.networks.stage import composition

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


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


def test_a_list_ends_where_next_is_missing() -> None:
    assert mapping.next_cursor(fixture("published_posts__every_shape")) == "b"
    assert mapping.next_cursor({"data": [], "paging": {"cursors": {"after": "b"}}}) == ""
    assert mapping.next_cursor({"data": []}) == ""


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


def test_only_what_is_granted_counts() -> None:
    permissions = {
        "data": [
            {"permission": "pages_show_list", "status": "granted"},
            {"permission": "pages_manage_posts", "status": "declined"},
            {"permission": "read_insights", "status": "expired"},
        ]
    }

    assert mapping.granted(permissions) == {"pages_show_list"}


def test_usage_headers_become_reports() -> None:
    headers = {
        "X-App-Usage": '{"call_count":28,"total_time":25,"total_cputime":30}',
        "X-Business-Use-Case-Usage": json.dumps(
            {"102": [{"type": "pages", "call_count": 97, "total_time": 1, "estimated_time_to_regain_access": 7}]}
        ),
    }

    app, page = mapping.usage(headers, app="260", now=NOON)

    assert (app.budget, app.reach, app.subject, app.used) == ("facebook.app", Reach.APP, "260", 30)
    assert (page.budget, page.reach, page.subject, page.used) == ("facebook.page", Reach.ACCOUNT, "102", 97)
    assert page.reset_at == NOON + timedelta(minutes=7)


def test_headers_that_make_no_sense_are_left_out() -> None:
    headers = {"X-App-Usage": "soon", "X-Business-Use-Case-Usage": "[1]"}

    assert list(mapping.usage(headers, app="260", now=NOON)) == []
