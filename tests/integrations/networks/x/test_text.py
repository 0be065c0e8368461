"""Our short cut past twitter-text, compared with twitter-text itself."""

import random
import sys
import unicodedata

from integrations.networks.x.text import surely_fits, weighted_length

# What one code point weighs at most, by X's own configuration; two where composing makes two of it, and so on.
GROWING = [chr(each) for each in range(sys.maxunicode) if len(unicodedata.normalize("NFC", chr(each))) > 1]


def test_signs_that_grow_when_they_are_composed_are_not_waved_through() -> None:
    assert GROWING
    for sign in GROWING:
        text = sign * 140
        assert not surely_fits(text, 280) or weighted_length(text) <= 280


def test_what_is_waved_through_fits() -> None:
    chance = random.Random(7)
    alphabet = [
        "a",
        "é",
        "漢",
        "👨‍👩‍👧",
        "🇫🇷",
        "e\u0301",
        ".",
        " ",
        "\n",
        "@ana",
        "#rye",
        "x.com",
        "https://a.example/b",
        *GROWING,
    ]
    for _text in range(300):
        text = "".join(chance.choice(alphabet) for _piece in range(chance.randint(1, 130)))
        if surely_fits(text, 280):
            assert weighted_length(text) <= 280, text
