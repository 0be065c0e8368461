"""Checks of a composition that every network makes with its own figures."""

from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from integrations.contract import (
    Composition,
    Form,
    Kind,
    Level,
    Limits,
    Media,
    MediaKind,
    Option,
    OptionType,
    Problem,
)

EMPTY: tuple[object, ...] = (None, "", [])  # what an option holds that nobody filled in; False is an answer


def refused(field: str, key: str, **parameters: str | int) -> Problem:
    return Problem(level=Level.ERROR, field=field, key=key, parameters=parameters)


def doubtful(field: str, key: str, **parameters: str | int) -> Problem:
    return Problem(level=Level.WARNING, field=field, key=key, parameters=parameters)


def too_long(field: str, key: str, *, found: int, allowed: int) -> Problem:
    return refused(field, key, found=found, allowed=allowed, excess=found - allowed)


def judge_link(composition: Composition) -> Iterator[Problem]:
    """Yield what is wrong with the link."""
    if composition.link and not is_web_address(composition.link):
        yield refused("link", "link_malformed", found=composition.link)


def judge_media(composition: Composition, limits: Limits) -> Iterator[Problem]:
    """Yield what is wrong with the pictures, films and documents."""
    if len(composition.media) > limits.media_max:
        yield refused("media", "media_too_many", found=len(composition.media), allowed=limits.media_max)
    for index, each in enumerate(composition.media):
        yield from judge_one(each, limits, field=f"media.{index}")


def judge_one(media: Media, limits: Limits, *, field: str) -> Iterator[Problem]:
    """Yield what is wrong with one file, wherever it stands."""
    types, most_bytes = {
        MediaKind.IMAGE: (limits.image_types, limits.image_max_bytes),
        MediaKind.VIDEO: (limits.video_types, limits.video_max_bytes),
        MediaKind.DOCUMENT: (limits.document_types, limits.document_max_bytes),
    }[media.kind]
    if media.moves:
        most_bytes = limits.moving_max_bytes or most_bytes
    if media.content_type not in types:
        yield refused(field, "media_type", found=media.content_type, allowed=", ".join(sorted(types)) or "—")
    if media.size_bytes > most_bytes > 0:
        yield refused(field, "media_too_big", found=megabytes(media.size_bytes), allowed=megabytes(most_bytes))
    if media.frames > limits.frames_max > 0:
        yield refused(field, "frames_too_many", found=media.frames, allowed=limits.frames_max)
    if media.duration is not None and limits.video_max is not None and media.duration > limits.video_max:
        yield refused(field, "video_too_long", found=minutes(media.duration), allowed=minutes(limits.video_max))
    if len(media.alt_text) > limits.alt_text_max > 0:
        yield too_long(field, "alt_text_too_long", found=len(media.alt_text), allowed=limits.alt_text_max)
    if media.kind is MediaKind.IMAGE and limits.alt_text_max and not media.alt_text.strip():
        yield doubtful(field, "alt_text_missing")


def judge_extras(
    composition: Composition,
    limits: Limits,
    forms: Collection[Form],
    *,
    part_length: Callable[[str], int],
    covers: Collection[Kind] = (Kind.VIDEO, Kind.REEL),
) -> Iterator[Problem]:
    """Yield what is wrong beside text and media: the form, the first comment, the cover, the parts of a thread.

    ``part_length`` counts a part's text as the network does; ``covers`` are the kinds for which it takes a cover.
    """
    if composition.form not in forms:
        yield refused("form", "kind_not_offered")
    if composition.first_comment and not limits.first_comment_max:
        yield refused("first_comment", "first_comment_not_offered")
    elif len(composition.first_comment) > limits.first_comment_max:
        found = len(composition.first_comment)
        yield too_long("first_comment", "first_comment_too_long", found=found, allowed=limits.first_comment_max)
    if composition.cover is not None:
        if composition.kind not in covers:
            yield refused("cover", "cover_not_offered")
        yield from _without_words(judge_one(composition.cover, limits, field="cover"))
    yield from _judge_parts(composition, limits, part_length)


def _without_words(problems: Iterator[Problem]) -> Iterator[Problem]:
    """A cover is described by its film: no network takes a text of its own for it."""
    return (each for each in problems if each.key not in {"alt_text_missing", "alt_text_too_long"})


def _judge_parts(composition: Composition, limits: Limits, length: Callable[[str], int]) -> Iterator[Problem]:
    if composition.form is not Form.THREAD:
        if composition.parts:
            yield refused("form", "parts_without_thread")
        return
    if len(composition.parts) > limits.parts_max:
        yield refused("form", "parts_too_many", found=len(composition.parts), allowed=limits.parts_max)
    for index, part in enumerate(composition.parts):
        if not part.strip():
            yield refused(f"parts.{index}", "part_missing")
        elif (found := length(part)) > limits.text_max:
            yield too_long(f"parts.{index}", "text_too_long", found=found, allowed=limits.text_max)


def judge_options(composition: Composition, offered: Sequence[Option]) -> Iterator[Problem]:
    """Yield options that the network does not have, values that one does not take, and those that are missing."""
    by_name = {each.name: each for each in offered if each.is_for(composition)}
    for name, value in composition.options.items():
        field = f"options.{name}"
        if name not in by_name:
            yield refused(field, "option_unknown", found=name, allowed=", ".join(by_name) or "—")
        elif value not in EMPTY or not by_name[name].required:
            yield from _judge_value(by_name[name], value, field)
    for name, option in by_name.items():
        if option.required and composition.options.get(name) in EMPTY:
            key = "option_unanswered" if option.must_be_answered else "option_missing"
            yield refused(f"options.{name}", key, found=name)


def _judge_value(option: Option, value: object, field: str) -> Iterator[Problem]:
    words = value if isinstance(value, list) else [value]
    if option.type is OptionType.MOMENT and not _is_of(option, value):
        yield refused(field, "option_no_moment", found=str(value))
    elif not _is_of(option, value):
        yield refused(field, "option_unknown", found=str(value), allowed=", ".join(option.choices) or option.type.value)
    elif option.max_count is not None and len(words) > option.max_count:
        yield refused(field, "option_too_many", found=len(words), allowed=option.max_count)
    elif (found := max((len(str(each)) for each in words), default=0)) > (option.max_length or found):
        yield too_long(field, "option_too_long", found=found, allowed=option.max_length or found)


def _is_of(option: Option, value: object) -> bool:
    match option.type:
        case OptionType.FLAG:
            return isinstance(value, bool)
        case OptionType.WORDS:
            return isinstance(value, list) and all(isinstance(each, str) for each in value)
        case OptionType.CHOICE:
            return isinstance(value, str) and (option.asks or value in option.choices)
        case OptionType.MOMENT:
            return isinstance(value, str) and _is_moment(value)
        case OptionType.ADDRESS:
            return isinstance(value, str) and is_web_address(value)
        case _:
            return isinstance(value, str)


def _is_moment(value: str) -> bool:
    try:
        return datetime.fromisoformat(value).tzinfo is not None
    except ValueError:
        return False


def is_web_address(value: str) -> bool:
    """Whether this is an http(s) address with a host."""
    try:
        parts = urlsplit(value)
        return parts.scheme in {"http", "https"} and bool(parts.hostname)
    except ValueError:
        return False


def megabytes(size_bytes: int) -> str:
    """Return a size in MB with one decimal, rounded up so that it never seems to fit."""
    return f"{-(-size_bytes // 100_000) / 10:g}"


def minutes(duration: timedelta) -> str:
    """Return a duration as people say it: seconds up to two minutes, then minutes with one decimal."""
    seconds = duration.total_seconds()
    return f"{seconds:g} s" if seconds <= 120 else f"{seconds / 60:.1f}".removesuffix(".0") + " min"
