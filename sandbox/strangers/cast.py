"""Named people in two languages. Each is on every network, under ids of that network's own kind."""

import random
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Someone:
    number: int
    name: str
    username: str
    language: str
    private: bool = False  # Facebook: does not give her name to apps


def _someone(number: int, name: str, username: str, language: str, *, private: bool = False) -> Someone:
    return Someone(number=number, name=name, username=username, language=language, private=private)


PEOPLE = (
    _someone(1, "Hannah Brooks", "hannahbrooks", "en"),
    _someone(2, "Oluwaseun Adeyemi", "seun_adeyemi", "en"),
    _someone(3, "Megan Price", "meganprice_", "en"),
    _someone(4, "Callum Fraser", "callumfraser", "en"),
    _someone(5, "Priya Raman", "priyaraman", "en"),
    _someone(6, "Tomasz Nowak", "tomasznowak", "en"),
    _someone(7, "Eleanor Whitby", "ellie_whitby", "en"),
    _someone(8, "Jack O’Donnell", "jackodonnell", "en"),
    _someone(9, "Grace Mbeki", "gracembeki", "en"),
    _someone(10, "Rhys Llewellyn", "rhysllew", "en"),
    _someone(11, "Sofia Marín", "sofiamarin", "en"),
    _someone(12, "Beatrice Lowe", "bealowe", "en", private=True),
    _someone(13, "Émilie Rousseau", "emilierousseau", "fr"),
    _someone(14, "Karim Haddad", "karimhaddad", "fr"),
    _someone(15, "Aurélie Girard", "aurelie_girard", "fr"),
    _someone(16, "Léo Marchand", "leomarchand", "fr"),
    _someone(17, "Fatou Diallo", "fatoudiallo", "fr"),
    _someone(18, "Benoît Lacroix", "benoitlacroix", "fr"),
    _someone(19, "Inès Moreau", "inesmoreau", "fr"),
    _someone(20, "Mathis Perrin", "mathisperrin", "fr"),
    _someone(21, "Solène Guérin", "soleneguerin", "fr"),
    _someone(22, "Thierry Dubois", "thierrydubois", "fr"),
    _someone(23, "Nour El Amrani", "nourelamrani", "fr"),
    _someone(24, "Chloé Vasseur", "chloevasseur", "fr", private=True),
)

FIRST = {
    "en": ("Amy", "Ben", "Cara", "Dylan", "Esther", "Finn", "Gita", "Hugo", "Isla", "Jonah", "Kezia", "Liam"),
    "fr": ("Adèle", "Bastien", "Cécile", "Dorian", "Élise", "Florent", "Gaëlle", "Hélène", "Idriss", "Jérôme"),
}
LAST = {
    "en": ("Archer", "Bell", "Cartwright", "Dunn", "Ellis", "Foster", "Green", "Hobbs", "Ingram", "Jarvis", "Khan"),
    "fr": ("Aubert", "Bonnet", "Chevalier", "Delmas", "Étienne", "Faure", "Gauthier", "Hamel", "Jacquet", "Klein"),
}


def invent(number: int, language: str) -> Someone:
    """One more person, always the same for a number."""
    chance = random.Random(number)  # noqa: S311 a repeatable name is the point
    name = f"{chance.choice(FIRST[language])} {chance.choice(LAST[language])}"
    return Someone(number=number, name=name, username=f"someone{number}", language=language)
