"""Words as searches compare them."""

import pytest

from lib.words import LONGEST_WORD, MOST_WORDS, fold, lexemes, words_of


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("L’Été à Łódź", "l’ete a lodz"),
        ("CŒUR, Æsir, Straße", "coeur, aesir, strasse"),
        ("İstanbul", "istanbul"),
        ("ﬁn ①", "fin 1"),
    ],
)
def test_accents_capitals_and_ligatures_are_one(text: str, folded: str) -> None:
    assert fold(text) == folded


def test_words_are_letters_and_digits_once_each() -> None:
    assert words_of("Bûche, bûche ! l'ancienne_recette", "n°5 à 18,50 €") == [
        *("buche", "l", "ancienne", "recette", "n", "5", "a", "18", "50")
    ]


def test_a_long_text_or_word_does_not_break_the_row() -> None:
    assert len(words_of(" ".join(str(number) for number in range(MOST_WORDS * 2)))) == MOST_WORDS
    assert words_of("x" * 5000) == ["x" * LONGEST_WORD]


def test_every_lexeme_carries_its_organisation() -> None:
    assert lexemes(["rum", "buche"], organisation_id=7) == "'7:rum' '7:buche'"
