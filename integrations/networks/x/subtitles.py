"""Subtitles of a film: typed or pasted as the text of an SRT or WebVTT file, uploaded as one, put beside the film.

Source: docs.x.com, "Create Media subtitles", and X's OpenAPI 2.167, 2026-08-22.
"""

import hashlib
import re
from collections.abc import Iterator
from io import BytesIO
from typing import BinaryIO

from integrations.contract import Composition, Kind, Media, MediaKind, Problem
from integrations.networks._shared.judging import refused
from integrations.networks.x import limits

_VTT = "WEBVTT"
_SRT = re.compile(r"\d+[ \t]*\n\d\d:\d\d:\d\d,\d{3} --> \d\d:\d\d:\d\d,\d{3}")


def track_of(composition: Composition) -> Media | None:
    """Return the subtitles as a file; None where there are none."""
    content = _words(composition).encode()
    if not content:
        return None

    def open_at(offset: int = 0) -> BinaryIO:
        return BytesIO(content[offset:])

    return Media(
        key=f"subtitles-{hashlib.sha256(content).hexdigest()[:30]}",
        kind=MediaKind.DOCUMENT,
        content_type="text/vtt" if content.startswith(_VTT.encode()) else "text/srt",
        size_bytes=len(content),
        width=0,
        height=0,
        open=open_at,
    )


def language_of(composition: Composition) -> str:
    """Return in which language they are: two capitals, as X names it."""
    return str(composition.options.get("subtitles_language") or next(iter(limits.SUBTITLE_LANGUAGES)))


def judge_subtitles(composition: Composition) -> Iterator[Problem]:
    """Yield what is wrong with their form; their length is judged like that of every option."""
    words = _words(composition)
    if words and not words.startswith(_VTT) and not _SRT.match(words):
        yield refused("options.subtitles", "x_subtitles_malformed")


def _words(composition: Composition) -> str:
    """Return the text with the line ends of such files, whatever the browser made of them."""
    words = str(composition.options.get("subtitles") or "") if composition.kind is Kind.VIDEO else ""
    lines = words.removeprefix("\ufeff").replace("\r\n", "\n").strip()
    return f"{lines}\n" if lines else ""
