"""What we sent beside what a network shows, with the differences marked: the evidence on which a person decides."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from difflib import SequenceMatcher

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext

from scheduler.models import Delivery

#: Above this, word by word takes too long for a page; the common beginning tells enough.
LONGEST_COMPARED = 6000
_TOKENS = re.compile(r"\s+|[^\s]+")


@dataclass(frozen=True, kw_only=True)
class Seen:
    """A post at the network that resembles ours."""

    network_id: str
    permalink: str
    text: str
    published_at: datetime | None
    media_count: int

    @classmethod
    def from_sighting(cls, sighting: dict[str, object]) -> "Seen":
        at = sighting.get("published_at")
        return cls(
            network_id=str(sighting.get("network_id", "")),
            permalink=str(sighting.get("permalink", "")),
            text=str(sighting.get("text", "")),
            published_at=datetime.fromisoformat(str(at)) if at else None,
            media_count=int(str(sighting.get("media_count", 0))),
        )


@dataclass(frozen=True, kw_only=True)
class Sign:
    """One point of the comparison: alike, in part, or not."""

    tone: str
    icon: str
    name: str
    words: str


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """A delivery whose answer was lost, beside one post that the network shows."""

    delivery: Delivery
    seen: Seen

    @property
    def sent_marked(self) -> SafeString:
        return _marked(self.delivery.text, self.seen.text, tag="del")

    @property
    def seen_marked(self) -> SafeString:
        return _marked(self.seen.text, self.delivery.text, tag="ins")

    @property
    def stops_early(self) -> bool:
        return len(self.seen.text) < len(self.delivery.text) and self.delivery.text.startswith(self.seen.text.rstrip())

    @property
    def missing_pictures(self) -> int:
        return max(0, self.delivery.media_count - self.seen.media_count)

    @property
    def signs(self) -> list[Sign]:
        return [
            _good(gettext("Account"), gettext("the same")),
            *self._time(),
            self._text(),
            *self._pictures(),
        ]

    def _time(self) -> Iterator[Sign]:
        if self.seen.published_at is None:
            return
        after = self.seen.published_at - self.delivery.started_at
        words = _span(abs(after))
        if after < timedelta(0):
            text = gettext("%(span)s before our call") % {"span": words}
            yield Sign(tone="alarm", icon="x", name=gettext("Time"), words=text)
        else:
            yield _good(gettext("Time"), gettext("%(span)s after our call") % {"span": words})

    def _text(self) -> Sign:
        name = gettext("Text")
        if self.seen.text.split() == self.delivery.text.split():
            return _good(name, gettext("the same"))
        common = _common_length(self.delivery.text, self.seen.text)
        if common:
            words = gettext("first %(common)s of %(total)s characters")
            words %= {"common": common, "total": len(self.delivery.text)}
            return Sign(tone="wait", icon="minus", name=name, words=words)
        return Sign(tone="alarm", icon="x", name=name, words=gettext("differs from its first word"))

    def _pictures(self) -> Iterator[Sign]:
        sent, seen = self.delivery.media_count, self.seen.media_count
        if not sent and not seen:
            return
        name = gettext("Pictures")
        if sent == seen:
            yield _good(
                name, ngettext("the same number, %(count)s", "the same number, %(count)s", sent) % {"count": sent}
            )
        else:
            words = gettext("%(seen)s of %(sent)s") % {"seen": seen, "sent": sent}
            yield Sign(tone="alarm", icon="x", name=name, words=words)


def _good(name: str, words: str) -> Sign:
    return Sign(tone="good", icon="check", name=name, words=words)


def _span(span: timedelta) -> str:
    seconds = int(span.total_seconds())
    if seconds < 120:
        return gettext("%(count)s s") % {"count": seconds}
    return gettext("%(count)s min") % {"count": seconds // 60}


def _common_length(one: str, other: str) -> int:
    pairs = zip(one, other, strict=False)
    return next((index for index, (a, b) in enumerate(pairs) if a != b), min(len(one), len(other)))


def _marked(text: str, other: str, *, tag: str) -> SafeString:
    """Return the text, escaped, with what the other one lacks inside <del> or <ins>."""
    runs = [(part, is_other) for part, is_other in _runs(text, other) if part]
    return format_html_join(
        "", "{}", ((format_html(f"<{tag}>{{}}</{tag}>", part) if is_other else part,) for part, is_other in runs)
    )


def _runs(text: str, other: str) -> Iterator[tuple[str, bool]]:
    if max(len(text), len(other)) > LONGEST_COMPARED:
        common = _common_length(text, other)
        yield text[:common], False
        yield text[common:], True
        return
    ours, theirs = _TOKENS.findall(text), _TOKENS.findall(other)
    for verb, begin, end, _other_begin, _other_end in SequenceMatcher(a=ours, b=theirs, autojunk=False).get_opcodes():
        yield "".join(ours[begin:end]), verb != "equal"
