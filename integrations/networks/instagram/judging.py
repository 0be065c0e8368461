"""What Instagram would refuse or spoil, beyond what every network checks."""

import re
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
from integrations.networks.instagram import limits, mapping

_HASHTAGS = re.compile(r"#\w")
_MENTIONS = re.compile(r"(?<![\w@])@\w")
_SAME_RATIO = 0.02


def problems(
    composition: Composition, allowed: Limits, forms: frozenset[Form], *, details: Mapping[str, str]
) -> Iterator[Problem]:
    """Yield all that stands in the way of a composition, or looks wrong."""
    if composition.form is Form.STORY:
        allowed = limits.STORY_LIMITS
    if not composition.media:
        yield refused("media", "media_missing")
    yield from _judge_words(composition, allowed)
    yield from judge_link(composition)
    yield from judge_media(composition, allowed)
    yield from _judge_files(composition)
    yield from judge_extras(composition, allowed, forms, part_length=len)
    yield from judge_options(composition, limits.OPTIONS)
    yield from judge_comments(composition, details, turned_off=composition.options.get("comments") is False)
    yield from _judge_numbers(composition)


def _judge_words(composition: Composition, allowed: Limits) -> Iterator[Problem]:
    caption = mapping.caption_of(composition)
    if len(caption) > allowed.text_max:
        yield too_long("text", "text_too_long", found=len(caption), allowed=allowed.text_max)
    if composition.form is Form.STORY and (composition.text.strip() or composition.link):
        yield doubtful("text", "instagram_story_text")
    elif composition.link:
        yield doubtful("link", "instagram_link_plain")
    hashtags, mentions = len(_HASHTAGS.findall(caption)), len(_MENTIONS.findall(caption))
    if hashtags > limits.HASHTAGS_MAX:
        yield refused("text", "instagram_hashtags_too_many", found=hashtags, allowed=limits.HASHTAGS_MAX)
    elif hashtags > limits.HASHTAGS_SHOWN:
        yield doubtful("text", "instagram_hashtags", found=hashtags, allowed=limits.HASHTAGS_SHOWN)
    if mentions > limits.MENTIONS_MAX:
        yield refused("text", "instagram_mentions_too_many", found=mentions, allowed=limits.MENTIONS_MAX)


def _judge_files(composition: Composition) -> Iterator[Problem]:
    if composition.form is Form.STORY and len(composition.media) > 1:
        yield refused("media", "instagram_story_one", found=len(composition.media))
    if composition.form is Form.REEL and composition.media and not _is_one_film(composition):
        yield refused("media", "instagram_reel_film")
    ratios = [_ratio(each) for each in composition.media]
    for index, media in enumerate(composition.media):
        if media.kind is MediaKind.IMAGE and media.address is None:
            yield refused(f"media.{index}", "address_missing")
        if media.kind is MediaKind.VIDEO and media.duration is not None and media.duration < limits.VIDEO_MIN:
            found, least = minutes(media.duration), minutes(limits.VIDEO_MIN)
            yield refused(f"media.{index}", "instagram_film_short", found=found, allowed=least)
        if composition.form is Form.POST and media.kind is MediaKind.IMAGE and not _fits_feed(ratios[index]):
            yield refused(f"media.{index}", "instagram_ratio", found=f"{ratios[index]:.2f}", allowed="0.80–1.91")
        elif index and ratios[0] and ratios[index] and abs(ratios[index] - ratios[0]) > _SAME_RATIO:
            yield doubtful(f"media.{index}", "instagram_cropped")
    if composition.cover is not None and composition.cover.address is None:
        yield refused("cover", "address_missing")


def _judge_numbers(composition: Composition) -> Iterator[Problem]:
    for name in ("location", "thumb_offset"):
        value = composition.options.get(name)
        if isinstance(value, str) and value and not (value.isascii() and value.isdigit()):
            yield refused(f"options.{name}", "instagram_number", found=value)


def _is_one_film(composition: Composition) -> bool:
    return composition.kind is Kind.REEL and [each.kind for each in composition.media] == [MediaKind.VIDEO]


def _ratio(media: Media) -> float:
    """Width by height; 0 where either is not known."""
    return media.width / media.height if media.width and media.height else 0.0


def _fits_feed(ratio: float) -> bool:
    least, most = limits.RATIOS
    return not ratio or least - 0.005 <= ratio <= most + 0.005
