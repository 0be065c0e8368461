"""Every documented shape of Google's JSON, and what may be missing, null or new in it."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from integrations.contract import Account, Credentials
from integrations.networks.google_business import mapping, messages

FIXTURES = Path(__file__).parent / "fixtures"
ACCOUNT = Account(network_id="2", credentials=Credentials(access_token="t"))


def fixture(name: str, field: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((FIXTURES / f"{name}.json").read_text())[field]
    return found


def test_every_shape_of_a_review_is_read() -> None:
    ana, nameless, translated, empty, old = (
        messages.review(each) for each in fixture("reviews__every_shape", "reviews")
    )

    assert (ana.rating, ana.text, ana.edited_at) == (4, "Good", None)
    assert ana.permalink == "https://business.google.com/reviews/1"
    assert ana.author is not None
    assert (ana.author.network_id, ana.author.name) == ("review:AbFvOq1", "Ana")
    assert nameless.author is not None
    assert (nameless.rating, nameless.text, nameless.author.name) == (1, "", "")
    assert nameless.edited_at == datetime(2026, 11, 3, 8, tzinfo=UTC)
    assert translated.network_id == "AbFvOq3"
    assert translated.rating is None
    assert [(each.kind, each.url) for each in translated.attachments] == [
        ("image", "https://lh3.example/t"),
        ("video", "https://lh3.example/v"),
    ]
    assert (empty.text, empty.rating, empty.written_at) == ("", None, None)
    assert old.network_id == "AbFvOq5"


def test_every_shape_of_an_answer_is_read() -> None:
    found = [messages.reply(each) for each in fixture("reviews__every_shape", "reviews")]

    assert [each and each.is_hidden for each in found] == [False, None, True, None, False]
    answer = found[0]
    assert answer is not None
    assert answer.network_id.startswith("AbFvOq1~")
    assert messages.review_id_of(answer.network_id) == answer.thread_id == answer.answers_id == "AbFvOq1"


def test_a_review_without_an_id_is_malformed() -> None:
    with pytest.raises(ValueError, match="without an id"):
        messages.review({"comment": "x"})


def test_every_state_of_a_post_has_a_verdict() -> None:
    live, processing, rejected, recurring, new, *_ = (
        mapping.verdict(each, ACCOUNT) if each.get("name") else None
        for each in fixture("posts__every_shape", "localPosts")
    )

    assert live is not None
    assert live.published is not None
    assert live.published.permalink == "https://local.google.com/place?id=2&use=posts&lpsid=11"
    assert processing is not None
    assert processing.ask_after is not None
    assert rejected is not None
    assert rejected.refused is not None
    assert recurring is not None
    assert recurring.published is not None
    assert recurring.published.permalink.startswith("https://maps.google.com/")
    assert new is not None
    assert new.ask_after is not None


def test_posts_without_name_or_time_are_passed_over() -> None:
    found = [mapping.sighting(each, ACCOUNT) for each in fixture("posts__every_shape", "localPosts")]

    assert [each.network_id for each in found if each] == ["11", "12", "13", "14", "15"]
    assert found[0] is not None
    assert found[0].media_count == 1


def test_every_shape_of_a_profile_is_one() -> None:
    found = [mapping.presence(each, account="accounts/1") for each in fixture("locations__every_shape", "locations")]

    assert [each.name for each in found] == [
        "Hartley & Rye, 3 Cheap Street, Bath",
        "Bath Buns, Bath",
        "Baker on wheels",
        "locations/5",
    ]
    assert [each.details["standing"] for each in found] == ["good", "not_live", "not_live", "not_live"]
    assert [each.details["language"] for each in found] == ["fr", "en", "en", "en"]
    assert all(each.permalink.startswith("https://") for each in found)


@pytest.mark.parametrize(
    ("state", "standing"),
    [
        ({"hasVoiceOfMerchant": True, "hasBusinessAuthority": True}, "good"),
        ({"waitForVoiceOfMerchant": {}}, "waiting"),
        ({"verify": {"hasPendingVerification": True}}, "unverified"),
        ({"resolveOwnershipConflict": {}}, "contested"),
        ({"complyWithGuidelines": {"recommendationReason": "BUSINESS_LOCATION_DISABLED"}}, "disabled"),
        ({"complyWithGuidelines": {"recommendationReason": "SOMETHING_NEW"}}, "suspended"),
        ({"complyWithGuidelines": None}, "suspended"),
        ({"somethingNew": {}}, "not_live"),
        ({}, "not_live"),
    ],
)
def test_every_standing_is_read_and_what_is_new_is_not_good(state: dict[str, Any], standing: str) -> None:
    assert mapping.standing(state) == standing


def test_the_picture_is_the_newest_of_the_profile_then_of_its_logo() -> None:
    items = [
        {"locationAssociation": {"category": "EXTERIOR"}, "googleUrl": "https://lh3.example/e"},
        {"locationAssociation": {"category": "LOGO"}, "googleUrl": "https://lh3.example/l"},
        {"locationAssociation": {"category": "PROFILE"}, "thumbnailUrl": "https://lh3.example/new"},
        {"locationAssociation": {"category": "PROFILE"}, "thumbnailUrl": "https://lh3.example/old"},
        {"googleUrl": "https://lh3.example/none"},
    ]

    assert mapping.picture({"mediaItems": items}) == "https://lh3.example/new"
    assert mapping.picture({"mediaItems": items[:2]}) == "https://lh3.example/l"
    assert mapping.picture({}) == ""
