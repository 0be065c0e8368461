"""What LinkedIn would refuse, known beforehand. Pure."""

from collections.abc import Collection, Iterator

from integrations.contract import Composition, Form, Kind, MediaKind, Problem
from integrations.networks._shared.judging import (
    doubtful,
    judge_extras,
    judge_link,
    judge_media,
    judge_options,
    refused,
    too_long,
)
from integrations.networks.linkedin import limits, mapping


def problems(composition: Composition, *, kinds: Collection[Kind], forms: Collection[Form]) -> Iterator[Problem]:
    """Yield what is wrong with a composition, of the kinds and forms that pages may publish."""
    allowed = limits.LIMITS
    link = mapping.card_link(composition)
    is_empty = not mapping.text_of(composition).strip() and not link and not composition.media
    if is_empty and not mapping.reshared(composition):
        yield refused("text", "text_missing")
    if composition.kind not in kinds:
        yield refused("media", "kind_not_offered")
    if (found := len(mapping.commentary_of(composition))) > allowed.text_max:
        yield too_long("text", "text_too_long", found=found, allowed=allowed.text_max)
    if composition.link and composition.kind is not Kind.LINK:
        yield doubtful("link", "link_with_media")
    yield from judge_link(composition)
    yield from judge_media(composition, allowed)
    yield from _judge_files(composition)
    covers = (Kind.VIDEO, *((composition.kind,) if link else ()))
    yield from judge_extras(composition, allowed, forms, part_length=len, covers=covers)
    yield from judge_options(composition, limits.OPTIONS)
    yield from _judge_choices(composition)
    yield from _judge_card(composition)


def _judge_files(composition: Composition) -> Iterator[Problem]:
    if len(composition.media) > 1 and any(each.kind is not MediaKind.IMAGE for each in composition.media):
        yield refused("media", "kind_not_offered")
    if composition.form is Form.POLL and composition.media:
        yield refused("media", "kind_not_offered")
    for index, each in enumerate(composition.media):
        if each.kind is MediaKind.IMAGE and each.width * each.height >= limits.IMAGE_MAX_PIXELS:
            yield refused(f"media.{index}", "linkedin_pixels", found=f"{each.width} × {each.height}")
        if each.duration is not None and each.duration < limits.VIDEO_MIN:
            seconds = int(limits.VIDEO_MIN.total_seconds())
            yield refused(f"media.{index}", "linkedin_video_short", allowed=seconds)


def _judge_card(composition: Composition) -> Iterator[Problem]:
    """A post that is shared again is shown in the card's place."""
    if mapping.card_link(composition) and composition.options.get("reshare"):
        yield refused("options.reshare", "kind_not_offered")


def _judge_choices(composition: Composition) -> Iterator[Problem]:
    choices = composition.options.get("choices")
    fewest, _ = limits.CHOICES
    if composition.form is Form.POLL and isinstance(choices, list) and 0 < len(choices) < fewest:
        yield refused("options.choices", "linkedin_poll_choices", found=len(choices), allowed=fewest)
    if composition.options.get("reshare") and not mapping.reshared(composition):
        yield refused("options.reshare", "linkedin_no_post", found=str(composition.options["reshare"]))
