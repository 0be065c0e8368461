"""What Business Profile would refuse or spoil. Pure."""

import re
from collections.abc import Iterator, Mapping
from datetime import datetime

from integrations.contract import Composition, Form, Kind, Problem
from integrations.networks._shared.judging import (
    doubtful,
    judge_extras,
    judge_link,
    judge_media,
    judge_options,
    refused,
    too_long,
)
from integrations.networks.google_business import limits
from integrations.networks.google_business.mapping import GOOD

KINDS = frozenset({Kind.TEXT, Kind.LINK, Kind.IMAGE, Kind.EVENT, Kind.OFFER})
FORMS = frozenset({Form.POST, Form.EVENT, Form.OFFER})
_TELEPHONE = re.compile(r"(?<![\w.:/-])(?:\+|\(?0)\d(?:[ ().-]*\d){7,13}(?![\w:/-])")


def problems(composition: Composition, details: Mapping[str, str]) -> Iterator[Problem]:
    yield from _judge_standing(details)
    yield from _judge_text(composition)
    yield from judge_link(composition)
    yield from _judge_files(composition)
    yield from judge_extras(composition, limits.LIMITS, FORMS, part_length=len, covers=())
    yield from judge_options(composition, limits.OPTIONS)
    yield from _judge_action(composition)
    yield from _judge_schedule(composition)


def _judge_standing(details: Mapping[str, str]) -> Iterator[Problem]:
    """A profile that Google does not show takes no posts: that is said before anything is scheduled."""
    standing = details.get("standing") or GOOD
    if standing != GOOD:
        yield refused("form", f"google_business_{standing}")


def _judge_text(composition: Composition) -> Iterator[Problem]:
    if not composition.text.strip():
        yield refused("text", "text_missing")
    if len(composition.text) > limits.TEXT_MAX:
        yield too_long("text", "text_too_long", found=len(composition.text), allowed=limits.TEXT_MAX)
    if found := _TELEPHONE.search(composition.text):
        yield doubtful("text", "google_business_telephone", found=found[0])


def _judge_files(composition: Composition) -> Iterator[Problem]:
    if composition.form is Form.POST and composition.kind not in KINDS and composition.kind is not Kind.IMAGES:
        yield refused("media", "kind_not_offered")
        return
    yield from judge_media(composition, limits.LIMITS)
    for index, media in enumerate(composition.media):
        is_small = media.width < limits.IMAGE_MIN_WIDTH or media.height < limits.IMAGE_MIN_HEIGHT
        if is_small or media.size_bytes < limits.IMAGE_MIN_BYTES:
            yield refused(
                f"media.{index}",
                "google_business_small",
                found=f"{media.width} × {media.height}",
                allowed=f"{limits.IMAGE_MIN_WIDTH} × {limits.IMAGE_MIN_HEIGHT}",
            )


def _judge_action(composition: Composition) -> Iterator[Problem]:
    """A button leads to the link; the one that calls the profile's own telephone takes none."""
    action = composition.options.get("call_to_action")
    if action == limits.CALL and composition.link:
        yield refused("link", "google_business_call_with_link")
    elif action and action != limits.CALL and not composition.link:
        yield refused("link", "google_business_action_without_link")


def _judge_schedule(composition: Composition) -> Iterator[Problem]:
    if composition.form is Form.POST:
        return
    try:
        start, end = (datetime.fromisoformat(str(composition.options.get(name))) for name in ("starts_at", "ends_at"))
        is_reversed = end <= start
    except (TypeError, ValueError):
        return  # missing or malformed: said by its option
    if is_reversed:
        yield refused("options.ends_at", "google_business_ends_before")
