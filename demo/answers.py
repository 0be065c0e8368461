"""What agents make of strangers' words, and what they say back: answers, notes, saved replies, in both languages."""

from collections.abc import Mapping
from enum import Enum, auto


class Tone(Enum):
    """What a message wants of whoever reads it."""

    PRAISE = auto()
    QUESTION = auto()
    COMPLAINT = auto()
    SPAM = auto()


#: By which words an agent tells them apart; the first that fits decides, and what fits none is kindly meant.
_SIGNS: Mapping[Tone, tuple[str, ...]] = {
    Tone.SPAM: (
        *("from home", "vouchers", "followers", "back pain"),
        *("de chez moi", "bons d’achat", "abonnés", "mal de dos"),
    ),
    Tone.COMPLAINT: (
        *("waited", "half of it", "nobody", "at the till", "was closed", "never had", "too long", "broke after"),
        *("attendu", "moitié vide", "personne ne répond", "de la caisse", "c’était fermé", "jamais eu", "c’est long"),
        "a cassé",
    ),
    Tone.QUESTION: ("?",),
}


def tone_of(text: str) -> Tone:
    """Return how an agent reads a message."""
    return next((tone for tone, signs in _SIGNS.items() if any(sign in text for sign in signs)), Tone.PRAISE)


def language_of(text: str) -> str:
    """Tell French from English by what English never has."""
    return "fr" if any(sign in text for sign in ("é", "è", "ê", "à", "’", " ?", " de ", " pour ", " le ")) else "en"


ANSWERS: Mapping[str, Mapping[Tone, tuple[str, ...]]] = {
    "en": {
        Tone.PRAISE: (
            "Thank you, {name}. I have read this out to everybody here.",
            "That is kind of you, {name}. See you again soon.",
            "Thank you for taking the time to write, {name}.",
        ),
        Tone.QUESTION: (
            "Good morning {name}. I am asking the people who know, and write to you here today.",
            "Hello {name}, yes. Do come to the counter when you arrive, and somebody will look after you.",
            "Thank you for asking, {name}. All of it is on our page under “Visit”; tell me if anything is missing.",
            "Hello {name}, it is safest to ring us before you set out, from nine: we put it aside for you.",
        ),
        Tone.COMPLAINT: (
            "I am sorry, {name}. That is not how it should be. I am finding out what happened and write to you today.",
            "You are right to say so, {name}, and I am sorry. Tell me day and hour in a message, and I put it right.",
            "I am sorry you had to write twice, {name}. This is with our manager now.",
        ),
    },
    "fr": {
        Tone.PRAISE: (
            "Merci {name}, je l’ai lu à toute l’équipe.",
            "C’est gentil à vous, {name}. À très bientôt.",
            "Merci d’avoir pris le temps d’écrire, {name}.",
        ),
        Tone.QUESTION: (
            "Bonjour {name}. Je demande à ceux qui savent, et je vous réponds ici dans la journée.",
            "Bonjour {name}, oui. Présentez-vous au comptoir, on s’occupera de vous.",
            "Merci de votre question, {name}. Tout est sur notre page, à la rubrique « Venir ».",
            "Bonjour {name}, le plus sûr est de nous appeler avant de venir : nous vous le mettons de côté.",
        ),
        Tone.COMPLAINT: (
            "Je suis désolée, {name}. Ce n’est pas ce que nous voulons. Je me renseigne et je vous écris aujourd’hui.",
            "Vous avez raison de le dire, {name}. Donnez-moi le jour et l’heure en message privé, je m’en occupe.",
            "Pardon de vous avoir fait écrire deux fois, {name}. Notre responsable s’en charge.",
        ),
    },
}

#: What the account's own people answer on the network's site, from a telephone and without us.
BY_HAND: Mapping[str, tuple[str, ...]] = {
    "en": ("Thank you for writing! We look into it at once.", "Noted, thank you. See you on Saturday?"),
    "fr": ("Merci de votre message ! On regarde ça tout de suite.", "C’est noté, merci. On se voit samedi ?"),
}

NOTES: Mapping[str, tuple[str, ...]] = {
    "en": (
        "The same person wrote last week. Please be generous.",
        "@{colleague} can you find out what happened on that day?",
        "I have rung them. They are happy with a voucher; nothing more to do.",
    ),
    "fr": (
        "La même personne avait déjà écrit la semaine dernière. Soyons généreux.",
        "@{colleague} peux-tu savoir ce qui s’est passé ce jour-là ?",
        "Je les ai appelés : un bon leur convient, il n’y a plus rien à faire.",
    ),
}

DRAFTS: Mapping[str, str] = {
    "en": "Good morning! I have asked in the bakery, and they say that",
    "fr": "Bonjour ! J’ai posé la question au fournil, on me dit que",
}

#: Names and words that agents use again, by the language of their organisation.
SAVED: Mapping[str, Mapping[str, str]] = {
    "en": {
        "Opening hours": "We are open from seven to seven, on Sundays from nine.",
        "Allergies": "All we make touches nuts, milk and wheat somewhere. Ask at the counter for the list.",
        "Sorry, in private": "I am sorry. Would you send me the day and the number of your order in a private message?",
        "Thank you": "Thank you for writing. It makes the early mornings easier.",
    },
    "fr": {
        "Horaires": "Nous ouvrons de sept heures à dix-neuf heures, le dimanche dès neuf heures.",
        "Allergies": "Tout ce que nous faisons côtoie noix, lait et blé. Demandez la fiche au comptoir.",
        "Désolé, en privé": "Nous sommes désolés. Quel jour, et quel numéro de commande ? Dites-le-nous en privé.",
        "Merci": "Merci de votre message : il rend les petits matins plus légers.",
    },
}
