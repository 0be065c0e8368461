r"""Little text, the form in which posts are written: `\ | { } @ [ ] ( ) < > # * _ ~` mean something.

A mention is `@[Name](urn)`, a hashtag `#word` or `{hashtag|\#|word}`; each of those letters that is meant as itself
has a backslash before it. One that has not, and begins nothing, ends the post there without a word: clients found that
out, the page on little text only asks for the backslash.
"""

import re
from dataclasses import dataclass, field

RESERVED = frozenset("\\|{}@[]()<>#*_~")
_MENTION = re.compile(r"@\[((?:\\.|[^\\\]])+)\]\((urn:li:(?:organization|person):[\w-]+)\)")
_TEMPLATE = re.compile(r"\{hashtag\|\\?#\|((?:\\.|[^\\}|])+)\}")
_HASHTAG = re.compile(r"#(\w+)")


@dataclass
class Read:
    """A commentary that was understood: as people see it, as the API gives it back, whom it names."""

    shown: str = ""
    given_back: str = ""
    mentions: list[tuple[str, str]] = field(default_factory=list)  # name, urn
    truncated: bool = False


def escape(text: str) -> str:
    return "".join(f"\\{letter}" if letter in RESERVED else letter for letter in text)


def read(commentary: str) -> Read:
    """Understand a commentary as far as it goes."""
    found, at = Read(), 0
    while at < len(commentary):
        letter = commentary[at]
        if letter == "\\" and commentary[at + 1 : at + 2] in RESERVED and at + 1 < len(commentary):
            found.shown += commentary[at + 1]
            found.given_back += commentary[at : at + 2]
            at += 2
        elif mention := _MENTION.match(commentary, at):
            name = _plain(mention[1])
            found.shown += name
            found.given_back += mention[0]
            found.mentions.append((name, mention[2]))
            at = mention.end()
        elif tag := _TEMPLATE.match(commentary, at) or _HASHTAG.match(commentary, at):
            word = _plain(tag[1])
            found.shown += f"#{word}"
            found.given_back += f"{{hashtag|\\#|{escape(word)}}}"
            at = tag.end()
        elif letter in RESERVED:
            found.truncated = True
            return found
        else:
            found.shown += letter
            found.given_back += letter
            at += 1
    return found


def _plain(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text)
