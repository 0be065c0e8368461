"""Checks of a composition that every network makes with its own figures."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from urllib.parse import urlsplit

from integrations.contract import Composition, Level, Limits, Media, Option, OptionType, Problem


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
    """Yield what is wrong with the pictures."""
    if len(composition.media) > limits.media_max:
        yield refused("media", "media_too_many", found=len(composition.media), allowed=limits.media_max)
    for index, each in enumerate(composition.media):
        yield from _judge_one(each, limits, field=f"media.{index}")


def _judge_one(media: Media, limits: Limits, *, field: str) -> Iterator[Problem]:
    if media.content_type not in limits.image_types:
        yield refused(field, "media_type", found=media.content_type, allowed=", ".join(sorted(limits.image_types)))
    if media.size_bytes > limits.image_max_bytes:
        yield refused(
            field, "media_too_big", found=megabytes(media.size_bytes), allowed=megabytes(limits.image_max_bytes)
        )
    if len(media.alt_text) > limits.alt_text_max:
        yield too_long(field, "alt_text_too_long", found=len(media.alt_text), allowed=limits.alt_text_max)
    if not media.alt_text.strip():
        yield doubtful(field, "alt_text_missing")


def judge_options(composition: Composition, offered: Sequence[Option]) -> Iterator[Problem]:
    """Yield options that the network does not have, values that one does not take, and those that are missing."""
    by_name = {each.name: each for each in offered if each.is_for(composition)}
    for name, value in composition.options.items():
        field = f"options.{name}"
        if name not in by_name:
            yield refused(field, "option_unknown", found=name, allowed=", ".join(by_name) or "—")
        else:
            yield from _judge_value(by_name[name], value, field)
    for name, option in by_name.items():
        if option.required and composition.options.get(name) in (None, "", []):
            yield refused(f"options.{name}", "option_missing", found=name)


def _judge_value(option: Option, value: object, field: str) -> Iterator[Problem]:
    words = value if isinstance(value, list) else [value]
    if not _is_of(option, value):
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
