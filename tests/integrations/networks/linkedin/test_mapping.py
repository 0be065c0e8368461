import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from integrations.contract import Composition, Feature
from integrations.networks.linkedin import mapping, messages
from integrations.networks.linkedin.restli import Raw, listed, query, record

FIXTURES = Path(__file__).parent / "fixtures"
NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)


def shape(name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((FIXTURES / f"{name}.json").read_text())["elements"]
    return found


def test_posts_of_every_shape_are_read() -> None:
    found = list(mapping.sightings(shape("posts__every_shape")))

    assert [(each.network_id.rpartition(":")[2], each.text, each.media_count) for each in found] == [
        ("1", "by @[A (b)](urn:li:organization:6) #rye 5 < 6", 0),
        ("2", "Pictures", 2),
        ("3", "", 1),
        ("6", "A card", 0),
    ]
    assert found[2].published_at == datetime(2026, 11, 22, 9, 33, 22, tzinfo=UTC)


def test_comments_of_every_shape_are_read() -> None:
    found = [
        messages.comment(each, thread_id="urn:li:share:9", account_id="urn:li:organization:5")
        for each in shape("comments__every_shape")
    ]

    assert [(each.network_id, each.by_account, each.answers_id) for each in found] == [
        ("urn:li:comment:(urn:li:activity:10,11)", False, ""),
        ("urn:li:comment:(urn:li:activity:10,12)", True, "urn:li:comment:(urn:li:activity:10,11)"),
        ("urn:li:comment:(urn:li:ugcPost:9,13)", False, ""),
    ]
    assert [each.edited_at is not None for each in found] == [False, True, False]
    assert [each.url for each in found[2].attachments] == ["https://media.example/i.png"]
    assert found[0].author is not None
    assert (found[0].author.network_id, found[0].author.name) == ("urn:li:person:x", "")


def test_a_grant_ends_a_year_after_the_consent_however_often_it_is_refreshed() -> None:
    first = mapping.credentials(
        {
            "access_token": "a",
            "expires_in": 5184000,
            "refresh_token": "r",
            "refresh_token_expires_in": 31536000,
            "scope": "w_organization_social,rw_organization_admin",
        },
        now=NOW,
    )
    later = mapping.credentials(
        {
            "access_token": "b",
            "expires_in": 5184000,
            "refresh_token": "r",
            "refresh_token_expires_in": 31536000 - 86400,
        },
        now=NOW + timedelta(days=1),
        former=first,
    )

    assert first.scopes == {"w_organization_social", "rw_organization_admin"}
    assert first.consent_ends_at == later.consent_ends_at == NOW + timedelta(days=365)
    assert later.scopes == first.scopes


def test_without_a_refresh_token_the_consent_ends_with_the_access() -> None:
    found = mapping.credentials({"access_token": "a", "expires_in": 5184000, "scope": "a b"}, now=NOW)

    assert found.consent_ends_at == found.expires_at
    assert found.scopes == {"a", "b"}


def test_roles_say_what_a_member_may_do() -> None:
    acls = [
        {"role": "ADMINISTRATOR", "organization": "urn:li:organization:5", "state": "APPROVED"},
        {"role": "CONTENT_ADMINISTRATOR", "organization": "urn:li:organization:5"},
        {"role": "ANALYST", "organizationalTarget": "urn:li:organization:6", "state": "APPROVED"},
        {"role": "ADMINISTRATOR", "organization": "urn:li:organization:7", "state": "REQUESTED"},
        {"role": "ADMINISTRATOR", "organization": "urn:li:organizationBrand:8", "state": "APPROVED"},
    ]

    roles = mapping.roles_by_organization(acls)
    able = {urn: mapping.presence(urn, {}, roles=each, member_id="m").able for urn, each in roles.items()}

    assert able == {
        "urn:li:organization:5": {Feature.PUBLISH, Feature.ENGAGE, Feature.INSIGHTS},
        "urn:li:organization:6": frozenset(),
    }


def test_a_card_has_a_title_of_its_own_or_its_host() -> None:
    plain = Composition(text="Read", link="https://bakery.example/christmas")
    titled = Composition(text="Read", link="https://bakery.example/", options={"title": "Stollen", "description": "d"})

    assert mapping.post_body(plain, {}, author="urn:li:organization:5")["content"] == {
        "article": {"source": "https://bakery.example/christmas", "title": "bakery.example"}
    }
    assert mapping.post_body(titled, {}, author="urn:li:organization:5")["content"]["article"] == {
        "source": "https://bakery.example/",
        "title": "Stollen",
        "description": "d",
    }


def test_a_post_to_share_again_is_read_from_its_address() -> None:
    for address in (
        "https://www.linkedin.com/feed/update/urn:li:share:7/",
        "https://www.linkedin.com/feed/update/urn%3Ali%3Ashare%3A7/?x=1",
    ):
        wanted = Composition(text="Look", options={"reshare": address})
        assert mapping.post_body(wanted, {}, author="a")["reshareContext"] == {"parent": "urn:li:share:7"}


def test_structure_stays_bare_and_values_are_encoded() -> None:
    assert query(ids=Raw(listed(["urn:li:share:1", "a,b"])), q="author") == (
        "ids=List(urn%3Ali%3Ashare%3A1,a%2Cb)&q=author"
    )
    assert record({"actor": "urn:li:organization:5", "entity": "urn:li:comment:(urn:li:activity:1,2)"}) == (
        "(actor:urn%3Ali%3Aorganization%3A5,entity:urn%3Ali%3Acomment%3A%28urn%3Ali%3Aactivity%3A1%2C2%29)"
    )
