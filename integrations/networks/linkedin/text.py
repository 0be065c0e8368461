r"""Little text: the form in which LinkedIn takes what stands in a post, and gives it back.

Source: learn.microsoft.com/linkedin, Little Text Format (2026-05). The letters `\ | { } @ [ ] ( ) < > # * _ ~` need a
backslash where they are meant as themselves; without it a post is cut there and nobody says so. What people write as
`@[Name](urn:li:organization:5)` is a mention, `#word` a hashtag; all else is meant as it stands. Comments are plain.
"""

import re

_RESERVED = re.compile(r"[\\|{}@\[\]()<>#*_~]")
_ESCAPED = re.compile(r"\\([\\|{}@\[\]()<>#*_~])")
_WRITTEN = re.compile(
    r"(?P<mention>@\[(?P<name>[^\]\n]+)\]\((?P<urn>urn:li:(?:organization|person):[\w-]+)\))|(?<![\w&])#(?P<tag>\w+)"
)
_GIVEN_BACK = re.compile(
    r"@\[(?P<name>(?:\\.|[^\\\]])+)\]\((?P<urn>urn:li:\w+:[\w-]+)\)|\{hashtag\|\\?#\|(?P<tag>(?:\\.|[^\\}|])+)\}"
)


def to_little(text: str) -> str:
    """Return what people wrote as LinkedIn takes it: nothing of it ends the post or means something else."""
    parts, at = [], 0
    for found in _WRITTEN.finditer(text):
        parts.append(_escape(text[at : found.start()]))
        if found["mention"]:
            parts.append(f"@[{_escape(found['name'])}]({found['urn']})")
        else:
            parts.append(f"{{hashtag|\\#|{_escape(found['tag'])}}}")
        at = found.end()
    return "".join([*parts, _escape(text[at:])])


def from_little(commentary: str) -> str:
    """Return what LinkedIn gives back as people would write it; the other way round of `to_little`."""
    parts, at = [], 0
    for found in _GIVEN_BACK.finditer(commentary):
        if commentary[: found.start()].endswith("\\") and not commentary[: found.start()].endswith("\\\\"):
            continue  # its first letter is meant as itself
        parts.append(_unescape(commentary[at : found.start()]))
        if found["tag"]:
            parts.append(f"#{_unescape(found['tag'])}")
        else:
            parts.append(f"@[{_unescape(found['name'])}]({found['urn']})")
        at = found.end()
    return "".join([*parts, _unescape(commentary[at:])])


def _escape(text: str) -> str:
    return _RESERVED.sub(r"\\\g<0>", text)


def _unescape(text: str) -> str:
    return _ESCAPED.sub(r"\1", text)
