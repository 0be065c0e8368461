"""What a line about an item says, made from the facts behind it."""

_EXCERPT_MAX = 240


def excerpt_of(text: str) -> str:
    """Return the words of a message as a line shows them: on one line, cut at a word."""
    words = " ".join(text.split())
    if len(words) <= _EXCERPT_MAX:
        return words
    return words[: _EXCERPT_MAX - 1].rsplit(" ", 1)[0] + "…"
