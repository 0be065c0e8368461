"""How X counts and shows a text."""

import hashlib
import html
import re
import warnings
from collections.abc import Callable
from functools import cache
from typing import Any

URL = re.compile(r"https?://[^\s<>\"]+[^\s<>\".,;:!?)\]}'’»]")
CASHTAG = re.compile(r"(?<!\w)\$[A-Za-z]{1,6}(?:[._][A-Za-z]{1,2})?\b")
MENTION = re.compile(r"(?<![\w@])@(\w{1,15})")
NUMBER = re.compile(r"^[0-9]{1,19}$")
SHORT_LINK = "https://t.co/"


def weight(text: str) -> tuple[int, bool]:
    """The weighted length, and whether every character is allowed."""
    # The library takes a quarter of a millisecond; plain text without a dot has no link, emoji or wide character.
    if text.isascii() and "." not in text and text.isprintable():
        return len(text), True
    parsed = _parser()(text)
    return parsed.weightedLength, parsed.valid or parsed.weightedLength > 280


def warm_up() -> None:
    """Load what counting needs."""
    _parser()


@cache
def _parser() -> Callable[[str], Any]:
    """Load X's own way of counting: it takes a moment, and plain texts never need it."""
    with warnings.catch_warnings():
        # It still reads its list of emoji through pkg_resources, which says at every import that it is on its way out.
        warnings.simplefilter("ignore")
        from twitter_text import parse_tweet
    parse: Callable[[str], Any] = parse_tweet
    return parse


def shorten(text: str, post_id: str, *, with_media: bool, quoted: str = "") -> tuple[str, list[list[str]]]:
    """The text as the API shows it, and its links as [short, as written]; the last may be that of the media.

    The address of a post that is quoted stands behind the text.
    """
    urls: list[list[str]] = []

    def replace(match: re.Match[str]) -> str:
        urls.append([_short(f"{post_id}:{len(urls)}"), match.group()])
        return urls[-1][0]

    # The API escapes the three characters that end or begin HTML, and only those.
    shown = URL.sub(replace, text)
    shown = html.escape(shown, quote=False)
    if quoted:
        urls.append([_short(f"{post_id}:quoted"), quoted])
        shown = f"{shown} {urls[-1][0]}".lstrip()
    if with_media:
        link = _short(f"{post_id}:media")
        urls.append([link, ""])
        shown = f"{shown} {link}".lstrip()
    return shown, urls


def _short(seed: str) -> str:
    return SHORT_LINK + hashlib.sha256(seed.encode()).hexdigest()[:10]


def url_entities(
    wire_text: str, urls: list[list[str]], media_address: str, media_keys: list[str]
) -> list[dict[str, Any]]:
    """entities.urls of a post: one entry a link, and one a file for the media link."""
    entities = []
    for short, written in urls:
        start = wire_text.find(short)
        place = {"start": start, "end": start + len(short), "url": short}
        if written:
            entities.append(
                {**place, "expanded_url": written, "display_url": re.sub(r"^https?://(www\.)?", "", written)}
            )
        else:
            display = f"pic.x.com/{short.rsplit('/', 1)[1]}"
            entities.extend(
                {**place, "expanded_url": media_address, "display_url": display, "media_key": key} for key in media_keys
            )
    return entities


def mention_entities(wire_text: str) -> list[dict[str, Any]]:
    return [{"start": found.start(), "end": found.end(), "username": found[1]} for found in MENTION.finditer(wire_text)]
