"""What Instagram takes, as forms that it is sent and as problems that people are told of."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from integrations.contract import AppKeys, Composition, Form, Level, Media
from integrations.networks.instagram import mapping
from integrations.networks.instagram.provider import InstagramProvider
from lib.http import Client
from tests.integrations.networks.stage import film, picture


@pytest.fixture
def provider() -> InstagramProvider:
    return InstagramProvider(
        keys=AppKeys(client_id="1", client_secret="s"),
        graph_url="https://graph.example",
        dialog_url="https://www.example",
        version="v26.0",
        http=Client(["https://graph.example"]),
    )


def at(media: Media, address: str = "https://files.example/1") -> Media:
    return replace(media, address=lambda: address)


def jpeg(name: str = "red", **changes: Any) -> Media:
    return replace(at(picture(name, content_type="image/jpeg")), **changes)


def found(provider: InstagramProvider, composition: Composition) -> dict[str, tuple[Level, str]]:
    return {each.field: (each.level, each.key) for each in provider.validate(composition)}


@pytest.mark.parametrize(
    ("composition", "field", "expected"),
    [
        (Composition(text="Only words"), "media", (Level.ERROR, "media_missing")),
        (Composition(media=(picture("red"),)), "media.0", (Level.ERROR, "address_missing")),
        (Composition(media=(jpeg(width=400, height=900),)), "media.0", (Level.ERROR, "instagram_ratio")),
        (Composition(media=(jpeg(width=2000, height=1000),)), "media.0", (Level.ERROR, "instagram_ratio")),
        (
            Composition(media=(jpeg(), jpeg("b", width=100, height=100))),
            "media.1",
            (Level.WARNING, "instagram_cropped"),
        ),
        (Composition(media=tuple(jpeg(str(n)) for n in range(11))), "media", (Level.ERROR, "media_too_many")),
        (Composition(media=(jpeg(),), text="#a #b #c #d #e #f"), "text", (Level.WARNING, "instagram_hashtags")),
        (Composition(media=(jpeg(),), text="#a " * 31), "text", (Level.ERROR, "instagram_hashtags_too_many")),
        (Composition(media=(jpeg(),), text="@a " * 21), "text", (Level.ERROR, "instagram_mentions_too_many")),
        (Composition(media=(jpeg(),), link="https://a.example"), "link", (Level.WARNING, "instagram_link_plain")),
        (Composition(media=(jpeg(),), form=Form.STORY, text="Hi"), "text", (Level.WARNING, "instagram_story_text")),
        (Composition(media=(jpeg(), jpeg("b")), form=Form.STORY), "media", (Level.ERROR, "instagram_story_one")),
        (
            Composition(media=(jpeg(),), form=Form.STORY, first_comment="No"),
            "first_comment",
            (Level.ERROR, "first_comment_not_offered"),
        ),
        (Composition(media=(jpeg(),), form=Form.REEL), "media", (Level.ERROR, "instagram_reel_film")),
        (
            Composition(media=(at(film("a", duration=timedelta(seconds=2))),)),
            "media.0",
            (Level.ERROR, "instagram_film_short"),
        ),
        (
            Composition(media=(at(film("a", duration=timedelta(seconds=90))),), form=Form.STORY),
            "media.0",
            (Level.ERROR, "video_too_long"),
        ),
        (
            Composition(media=(at(film("a")),), options={"thumb_offset": "soon"}),
            "options.thumb_offset",
            (Level.ERROR, "instagram_number"),
        ),
        (
            Composition(media=(jpeg(), jpeg("b")), options={"collaborators": ["a"]}),
            "options.collaborators",
            (Level.ERROR, "option_unknown"),
        ),
        (
            Composition(media=(at(film("a")),), cover=picture("red", content_type="image/jpeg")),
            "cover",
            (Level.ERROR, "address_missing"),
        ),
    ],
)
def test_what_instagram_would_refuse_or_spoil_is_told(
    provider: InstagramProvider, composition: Composition, field: str, expected: tuple[Level, str]
) -> None:
    assert found(provider, composition)[field] == expected


@pytest.mark.parametrize(
    ("changes", "field", "key"),
    [
        ({"first_comment": "#rye"}, "first_comment", "first_comment_not_allowed"),
        ({"options": {"comments": False}}, "options.comments", "comments_off_not_allowed"),
    ],
)
def test_what_the_grant_does_not_cover_is_told_before_the_post_is_out(
    provider: InstagramProvider, changes: dict[str, Any], field: str, key: str
) -> None:
    wanted = Composition(media=(jpeg(),), **changes)

    refused = provider.validate(wanted, details={"comments": "refused"})

    assert [(each.level, each.field, each.key) for each in refused] == [(Level.ERROR, field, key)]
    assert provider.validate(wanted, details={"comments": "allowed"}) == provider.validate(wanted) == ()
    assert provider.validate(Composition(media=(jpeg(),)), details={"comments": "refused"}) == ()


def test_a_story_may_be_upright_and_a_film_needs_no_address(provider: InstagramProvider) -> None:
    upright = jpeg(width=540, height=960)

    assert provider.validate(Composition(media=(upright,), form=Form.STORY)) == ()
    assert provider.validate(Composition(text="Oven", media=(film("oven"),))) == ()


def test_a_picture_is_sent_with_its_words_and_options() -> None:
    wanted = Composition(
        text="Rye",
        link="https://bakery.example",
        media=(jpeg(),),
        options={
            "location": "7",
            "collaborators": ["@mill"],
            "user_tags": ["ruth", "@tom"],
            "ai_generated": True,
            "comments": False,
        },
    )

    form = mapping.single_form(wanted, address="https://files.example/1", cover="")

    assert json.loads(form.pop("user_tags")) == [
        {"username": "ruth", "x": 0.333, "y": 0.85},
        {"username": "tom", "x": 0.667, "y": 0.85},
    ]
    assert form == {
        "image_url": "https://files.example/1",
        "alt_text": "A plain red picture",
        "caption": "Rye\n\nhttps://bakery.example",
        "location_id": "7",
        "collaborators": '["mill"]',
        "is_ai_generated": "true",
    }


def test_a_film_is_a_reel_that_stands_in_the_feed() -> None:
    posted = mapping.single_form(Composition(media=(film("oven"),)), address="https://f.example/1", cover="")
    apart = Composition(media=(film("oven"),), form=Form.REEL, options={"share_to_feed": False, "thumb_offset": "1500"})
    reel = mapping.single_form(apart, address="", cover="")
    covered = mapping.single_form(apart, address="", cover="https://f.example/cover")

    assert posted == {"video_url": "https://f.example/1", "media_type": "REELS", "share_to_feed": "true"}
    assert reel == {
        "upload_type": "resumable",
        "media_type": "REELS",
        "share_to_feed": "false",
        "thumb_offset": "1500",
    }
    assert covered["cover_url"] == "https://f.example/cover"
    assert "thumb_offset" not in covered


def test_the_parts_of_a_carousel_have_no_caption() -> None:
    wanted = Composition(text="Both", media=(jpeg(), film("oven")))

    assert mapping.item_form(wanted.media[0], address="https://f.example/1") == {
        "is_carousel_item": "true",
        "image_url": "https://f.example/1",
        "alt_text": "A plain red picture",
    }
    assert mapping.item_form(wanted.media[1], address="")["media_type"] == "VIDEO"
    assert mapping.carousel_form(wanted, ["1", "2"]) == {
        "media_type": "CAROUSEL",
        "children": "1,2",
        "caption": "Both",
    }


def test_a_story_has_no_caption() -> None:
    wanted = Composition(text="Words", media=(jpeg(),), form=Form.STORY)

    form = mapping.single_form(wanted, address="https://f.example/1", cover="")

    assert (form["media_type"], "caption" in form) == ("STORIES", False)
