"""What YouTube would refuse or spoil of a film. Pure."""

from collections.abc import Collection, Iterator

from integrations.contract import Composition, Form, Kind, Limits, Problem
from integrations.networks._shared.judging import (
    judge_extras,
    judge_link,
    judge_media,
    judge_options,
    minutes,
    refused,
    too_long,
)
from integrations.networks.youtube import limits, mapping


def judge_film(
    composition: Composition, allowed: Limits, *, kinds: Collection[Kind], forms: Collection[Form]
) -> Iterator[Problem]:
    """Yield what is wrong with a composition."""
    if not composition.media:
        yield refused("media", "youtube_video_missing")
    elif composition.kind not in kinds and composition.form in forms:
        yield refused("media", "kind_not_offered")
    yield from _judge_words(composition, allowed)
    yield from _judge_tags(composition)
    yield from judge_link(composition)
    yield from judge_media(composition, allowed)
    yield from judge_extras(composition, allowed, forms, part_length=len)
    yield from judge_options(composition, limits.OPTIONS)
    if composition.form is Form.REEL:
        yield from _judge_short(composition)
    if composition.first_comment and (
        composition.options.get("made_for_kids") is True or mapping.privacy(composition) == "private"
    ):
        yield refused("first_comment", "youtube_no_comments")


def _judge_words(composition: Composition, allowed: Limits) -> Iterator[Problem]:
    text = mapping.description(composition)
    found = len(text.encode())
    if found > allowed.text_max:
        key = "text_too_long" if found == len(text) else "youtube_text_too_long"
        yield too_long("text", key, found=found, allowed=allowed.text_max)
    for field, words in (("text", text), ("options.title", mapping.title(composition))):
        if characters := "".join(each for each in limits.REFUSED_CHARACTERS if each in words):
            yield refused(field, "text_not_plain", found=" ".join(characters))


def _judge_tags(composition: Composition) -> Iterator[Problem]:
    tags = mapping.tags(composition)
    if (found := limits.tags_length(tags)) > limits.TAGS_MAX:
        yield too_long("options.tags", "youtube_tags_too_long", found=found, allowed=limits.TAGS_MAX)
    if characters := "".join(each for each in limits.REFUSED_CHARACTERS if any(each in tag for tag in tags)):
        yield refused("options.tags", "text_not_plain", found=" ".join(characters))


def _judge_short(composition: Composition) -> Iterator[Problem]:
    """YouTube takes a film for a Short by its shape and length alone; what has neither would be a plain film."""
    for index, media in enumerate(composition.media):
        if media.width > media.height:
            yield refused(f"media.{index}", "youtube_short_upright")
        if media.duration is not None and media.duration > limits.SHORT_MAX:
            yield refused(
                f"media.{index}", "video_too_long", found=minutes(media.duration), allowed=minutes(limits.SHORT_MAX)
            )
