"""What YouTube would refuse, said beforehand."""

from dataclasses import replace
from datetime import timedelta

import pytest

from integrations.contract import AppKeys, Composition, Form, Kind, Level
from integrations.networks.youtube.provider import YouTubeProvider
from lib.http import Client
from tests.integrations.networks.stage import composition, film, picture


@pytest.fixture
def provider() -> YouTubeProvider:
    address = "http://127.0.0.1:9"
    return YouTubeProvider(
        keys=AppKeys(client_id="c", client_secret="s"),
        accounts_url=address,
        oauth_url=address,
        api_url=address,
        upload_url=address,
        analytics_url=address,
        http=Client([address]),
    )


def problems(provider: YouTubeProvider, wanted: Composition, **details: str) -> list[tuple[str, str]]:
    return [(each.field, each.key) for each in provider.validate(wanted, details=details)]


def test_a_description_is_counted_in_bytes(provider: YouTubeProvider) -> None:
    wanted = replace(composition(Kind.VIDEO, provider=provider), text="é" * 2501)

    [problem] = provider.validate(wanted)

    assert provider.count_text(wanted) == 5002
    assert (problem.key, problem.parameters["excess"]) == ("youtube_text_too_long", 2)


def test_a_link_counts_as_part_of_the_description(provider: YouTubeProvider) -> None:
    wanted = replace(composition(Kind.VIDEO, provider=provider), text="a" * 4990, link="https://bakery.example/")

    assert problems(provider, wanted) == [("text", "text_too_long")]


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"title": ""}, ("options.title", "option_missing")),
        ({"title": "a" * 101}, ("options.title", "option_too_long")),
        ({"title": "<Rye>"}, ("options.title", "text_not_plain")),
        ({"made_for_kids": "no"}, ("options.made_for_kids", "option_unknown")),
        ({"privacy": "friends"}, ("options.privacy", "option_unknown")),
        ({"tags": ["two words"] * 50}, ("options.tags", "youtube_tags_too_long")),
        ({"tags": ["<b>"]}, ("options.tags", "text_not_plain")),
    ],
)
def test_options_are_judged(provider: YouTubeProvider, options: dict[str, object], expected: tuple[str, str]) -> None:
    wanted = composition(Kind.VIDEO, provider=provider)

    assert expected in problems(provider, replace(wanted, options={**wanted.options, **options}))


@pytest.mark.parametrize("answer", [{}, {"made_for_kids": None}, {"made_for_kids": ""}])
def test_whether_a_film_is_for_children_must_be_answered(provider: YouTubeProvider, answer: dict[str, object]) -> None:
    wanted = composition(Kind.VIDEO, provider=provider)
    silent = replace(wanted, options={"title": "Rye", **answer})

    [problem] = provider.validate(silent)
    assert (problem.level, problem.field) == (Level.ERROR, "options.made_for_kids")
    for spoken in (True, False):
        assert problems(provider, replace(silent, options={**silent.options, "made_for_kids": spoken})) == []
    [option] = [each for each in provider.options if each.name == "made_for_kids"]
    assert (option.required, option.default, option.forms, option.kinds) == (True, None, None, None)


def test_it_takes_one_film_and_nothing_else(provider: YouTubeProvider) -> None:
    wanted = composition(Kind.VIDEO, provider=provider)

    assert ("media", "youtube_video_missing") in problems(provider, replace(wanted, media=()))
    assert ("media", "kind_not_offered") in problems(provider, replace(wanted, media=(picture("red"),)))
    assert ("media", "media_too_many") in problems(provider, replace(wanted, media=(film("a"), film("b"))))


def test_long_films_need_a_confirmed_telephone_number(provider: YouTubeProvider) -> None:
    wanted = replace(composition(Kind.VIDEO, provider=provider), media=(film("long", duration=timedelta(minutes=16)),))

    assert problems(provider, wanted, long_uploads="allowed") == []
    assert problems(provider, wanted, long_uploads="eligible") == [("media.0", "video_too_long")]


def test_a_short_is_upright_and_short(provider: YouTubeProvider) -> None:
    wanted = composition(Kind.REEL, provider=provider)

    assert problems(provider, wanted) == []
    assert problems(provider, replace(wanted, media=(film("wide"),))) == [("media.0", "youtube_short_upright")]
    long = film("long", width=240, height=320, duration=timedelta(minutes=4))
    assert problems(provider, replace(wanted, media=(long,))) == [("media.0", "video_too_long")]
    assert problems(provider, replace(wanted, form=Form.POST)) == []


@pytest.mark.parametrize("options", [{"made_for_kids": True}, {"privacy": "private"}])
def test_no_first_comment_where_there_are_none(provider: YouTubeProvider, options: dict[str, object]) -> None:
    wanted = replace(composition(Kind.VIDEO, provider=provider), first_comment="First!")

    assert problems(provider, wanted) == []
    assert problems(provider, replace(wanted, options={**wanted.options, **options})) == [
        ("first_comment", "youtube_no_comments")
    ]
