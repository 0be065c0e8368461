"""Checks of a composition that every network makes with its own figures."""

from collections.abc import Iterator, Mapping
from urllib.parse import urlsplit

from integrations.contract import Composition, Level, Limits, Media, Problem


def refused(field: str, key: str, **parameters: str | int) -> Problem:
    return Problem(level=Level.ERROR, field=field, key=key, parameters=parameters)


def doubtful(field: str, key: str, **parameters: str | int) -> Problem:
    return Problem(level=Level.WARNING, field=field, key=key, parameters=parameters)


def too_long(field: str, key: str, *, found: int, allowed: int) -> Problem:
    return refused(field, key, found=found, allowed=allowed, excess=found - allowed)


def judge_link(composition: Composition) -> Iterator[Problem]:
    """Yield what is wrong with the link."""
    parts = urlsplit(composition.link)
    if composition.link and (parts.scheme not in {"http", "https"} or not parts.hostname):
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


def judge_options(composition: Composition, allowed: Mapping[str, tuple[str, ...]]) -> Iterator[Problem]:
    """Yield options that the network does not have, and values that an option does not take."""
    for name, value in composition.options.items():
        if name not in allowed:
            yield refused(f"options.{name}", "option_unknown", found=name, allowed=", ".join(allowed) or "—")
        elif value not in allowed[name]:
            yield refused(f"options.{name}", "option_unknown", found=str(value), allowed=", ".join(allowed[name]))


def megabytes(size_bytes: int) -> str:
    """Return a size in MB with one decimal, rounded up so that it never seems to fit."""
    return f"{-(-size_bytes // 100_000) / 10:g}"
