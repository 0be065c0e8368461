"""What Facebook would refuse or show otherwise: what every network checks, and rules of its own. Pure."""

from collections.abc import Iterator, Mapping

from integrations.contract import Composition, Form, Kind, Limits, Media, MediaKind, Problem
from integrations.networks._shared.judging import (
    doubtful,
    judge_extras,
    judge_link,
    judge_media,
    judge_options,
    minutes,
    refused,
    too_long,
)
from integrations.networks._shared.meta.commenting import judge_comments
from integrations.networks.facebook import limits, mapping


def problems(
    composition: Composition, allowed: Limits, forms: frozenset[Form], *, details: Mapping[str, str]
) -> Iterator[Problem]:
    """Yield all that stands in the way of a composition, or looks wrong."""
    text = mapping.text_of(composition)
    if not text.strip() and not composition.link and not composition.media:
        yield refused("text", "text_missing")
    if len(text) > allowed.text_max:
        yield too_long("text", "text_too_long", found=len(text), allowed=allowed.text_max)
    if composition.link and composition.media:
        yield doubtful("link", "link_with_media")
    yield from judge_link(composition)
    yield from judge_media(composition, allowed)
    yield from judge_extras(composition, allowed, forms, part_length=len, covers={Kind.VIDEO})
    yield from judge_form(composition)
    yield from judge_options(composition, limits.OPTIONS)
    yield from judge_comments(composition, details)


def judge_form(composition: Composition) -> Iterator[Problem]:
    """Yield what is wrong with the files for what they shall be."""
    films = [each for each in composition.media if each.kind is MediaKind.VIDEO]
    match composition.form:
        case Form.REEL:
            yield from _judge_reel(composition, films)
        case Form.STORY:
            yield from _judge_story(composition, films)
        case _ if composition.kind in {Kind.MIXED, Kind.DOCUMENT} or len(films) > 1:
            yield refused("media", "facebook_film_alone")


def _judge_reel(composition: Composition, films: list[Media]) -> Iterator[Problem]:
    if len(composition.media) != 1 or not films:
        yield refused("media", "facebook_reel_one_film")
        return
    film = films[0]
    if film.duration is not None and not limits.REEL_MIN <= film.duration <= limits.REEL_MAX:
        allowed = f"{minutes(limits.REEL_MIN)} – {minutes(limits.REEL_MAX)}"
        yield refused("media.0", "video_too_long", found=minutes(film.duration), allowed=allowed)
    if film.width and film.height and film.width >= film.height:
        yield refused("media.0", "facebook_reel_upright", found=f"{film.width}×{film.height}")
    elif film.width and (film.width < limits.REEL_MIN_WIDTH or film.height < limits.REEL_MIN_HEIGHT):
        allowed = f"{limits.REEL_MIN_WIDTH}×{limits.REEL_MIN_HEIGHT}"
        yield doubtful("media.0", "facebook_reel_small", found=f"{film.width}×{film.height}", allowed=allowed)


def _judge_story(composition: Composition, films: list[Media]) -> Iterator[Problem]:
    if len(composition.media) != limits.STORY_MEDIA_MAX:
        yield refused("media", "facebook_story_one_file")
    for film in films:
        if film.duration is not None and film.duration > limits.STORY_FILM_MAX:
            allowed = minutes(limits.STORY_FILM_MAX)
            yield refused("media.0", "video_too_long", found=minutes(film.duration), allowed=allowed)
    if composition.text.strip() or composition.link:
        yield doubtful("text", "facebook_story_no_words")
    if composition.first_comment:
        yield refused("first_comment", "first_comment_not_offered")
