"""What X refuses by rules of its own. Pure."""

from collections.abc import Iterator

from integrations.contract import Composition, Form, Kind, Limits, MediaKind, Problem
from integrations.networks._shared.judging import refused, too_long
from integrations.networks.x import limits, mapping
from integrations.networks.x.text import refused_characters, surely_fits, weighted_length


def judge_words(text: str, allowed: Limits, *, field: str) -> Iterator[Problem]:
    """Yield what is wrong with one text, wherever it stands."""
    if not surely_fits(text, allowed.text_max) and (found := weighted_length(text)) > allowed.text_max:
        yield too_long(field, "text_too_long", found=found, allowed=allowed.text_max)
    if characters := refused_characters(text):
        yield refused(field, "text_not_plain", found=characters)
    if (found := mapping.count_cashtags(text)) > limits.CASHTAGS_MAX:
        yield refused(field, "x_cashtags", found=found, allowed=limits.CASHTAGS_MAX)


def judge_special(composition: Composition, allowed: Limits) -> Iterator[Problem]:
    """Yield what is wrong with films and moving pictures among others, polls, threads, quotes and what follows."""
    films = sum(each.kind is MediaKind.VIDEO for each in composition.media)
    if composition.kind in {Kind.MIXED, Kind.DOCUMENT} or (films and len(composition.media) > 1):
        yield refused("media", "x_film_alone")
    elif len(composition.media) > 1 and any(each.moves for each in composition.media):
        yield refused("media", "x_gif_alone")
    yield from _judge_moving(composition)
    if composition.form is Form.POLL:
        yield from _judge_poll(composition)
    if composition.form is Form.THREAD:
        yield from _judge_thread(composition, allowed)
    if quoted := str(composition.options.get("quote") or ""):
        if not mapping.post_id_in(quoted):
            yield refused("options.quote", "x_quote_malformed")
        if composition.media:
            yield refused("options.quote", "x_quote_with_media")
    if len(composition.first_comment) <= allowed.first_comment_max:  # longer ones are refused for that alone
        yield from judge_words(composition.first_comment, allowed, field="first_comment")


def _judge_moving(composition: Composition) -> Iterator[Problem]:
    """X measures a moving picture by its sides, and by the pixels of all its frames."""
    for index, each in enumerate(composition.media):
        if not each.moves:
            continue
        widest, highest = limits.MOVING_MAX_SIDES
        if each.width > widest or each.height > highest:
            found, allowed = f"{each.width} × {each.height}", f"{widest} × {highest}"
            yield refused(f"media.{index}", "x_gif_sides", found=found, allowed=allowed)
        pixels = each.width * each.height * each.frames
        if pixels > limits.MOVING_MAX_PIXELS:
            found, allowed = str(-(-pixels // 1_000_000)), str(limits.MOVING_MAX_PIXELS // 1_000_000)
            yield refused(f"media.{index}", "x_gif_pixels", found=found, allowed=allowed)


def _judge_poll(composition: Composition) -> Iterator[Problem]:
    if composition.media:
        yield refused("media", "x_poll_with_media")
    choices = composition.options.get("poll_choices")
    if isinstance(choices, list) and 0 < len(choices) < limits.POLL_CHOICES_MIN:
        yield refused("options.poll_choices", "x_poll_choices", found=len(choices), allowed=limits.POLL_CHOICES_MIN)
    if isinstance(choices, list) and any(not str(each).strip() for each in choices):
        yield refused("options.poll_choices", "option_missing", found="poll_choices")


def _judge_thread(composition: Composition, allowed: Limits) -> Iterator[Problem]:
    if not composition.parts:
        yield refused("form", "x_thread_without_parts")
    for place, part in enumerate(composition.parts):
        if weighted_length(part) <= allowed.text_max:  # longer ones are refused already
            yield from judge_words(part, allowed, field=f"parts.{place}")
