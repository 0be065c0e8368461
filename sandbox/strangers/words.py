"""What strangers write: praise, questions, complaints, spam, in English and in French.

Sentences are put together from parts, so that a few hundred messages do not repeat each other.
"""

import random

# How often each tone is met under a post.
TONES = {"praise": 40, "question": 32, "complaint": 20, "spam": 8}

OPENINGS = {
    "en": {
        "praise": ("Lovely!", "Honestly,", "Well done —", "Just back from yours:", "Ha,", "Oh,", "Thank you,", ""),
        "question": ("Hello,", "Quick question:", "Hi there,", "Sorry if this was asked before:", "Morning!", ""),
        "complaint": ("Not happy.", "Sorry to say it here, but", "Second time now:", "Disappointed.", "Hmm.", ""),
        "spam": ("🔥🔥", "Hi dear,", "Attention!", "Amazing news:", ""),
    },
    "fr": {
        "praise": ("Bravo !", "Franchement,", "Merci :", "Je sors de chez vous :", "Ah,", "Superbe,", ""),
        "question": ("Bonjour,", "Petite question :", "Bonjour à tous,", "Bonsoir,", "Pardon si c’est déjà dit :", ""),
        "complaint": ("Pas content.", "Désolée de le dire ici, mais", "Deuxième fois :", "Déçu.", "Hum.", ""),
        "spam": ("🔥🔥", "Bonjour cher ami,", "Attention !", "Incroyable :", ""),
    },
}
BODIES = {
    "en": {
        "praise": (
            "the best part of my week.",
            "my children talk about nothing else.",
            "the person who served us on {day} was so kind.",
            "worth every penny, and the {day} queue.",
            "you can taste that somebody cares.",
            "I sent this to my sister in Leeds, she is jealous.",
            "that is exactly why we keep coming back.",
            "please never change this.",
            "ten years a customer and still surprised.",
        ),
        "question": (
            "are you open on {day}?",
            "do you take bookings for {number} people on {day}?",
            "is it suitable for somebody who eats no nuts?",
            "how much is it for {number}?",
            "can I bring my dog?",
            "is there step-free access at the side door?",
            "until what time on {day}?",
            "do you deliver outside the city?",
            "will this still be on next {day}?",
            "my order {order} has not been confirmed, did it arrive?",
        ),
        "complaint": (
            "I waited {number}0 minutes on {day} and nobody said a word.",
            "order {order} came with half of it missing.",
            "the telephone rings and rings, nobody answers.",
            "the price on the board was not the price at the till.",
            "it was closed on {day} although your page said open.",
            "I wrote last {day} and never had an answer.",
            "{number} days for an e-mail to be answered is too long.",
            "the last one broke after {number} days. What do you do about it?",
        ),
        "spam": (
            "I earn £{number}00 a day from home, ask me how!",
            "free vouchers for the first {number}0 people, link in my profile.",
            "grow your page with {number}000 real followers today.",
            "a doctor in my town cured my back pain, write to him.",
        ),
    },
    "fr": {
        "praise": (
            "le meilleur moment de ma semaine.",
            "mes enfants ne parlent que de ça.",
            "la personne qui nous a servis {day} était adorable.",
            "ça vaut largement la file du {day}.",
            "on sent que quelqu’un y met du cœur.",
            "je l’ai envoyé à ma sœur à Nantes, elle est jalouse.",
            "voilà pourquoi on revient toujours.",
            "ne changez surtout rien.",
            "dix ans que je viens et encore surprise.",
        ),
        "question": (
            "êtes-vous ouverts {day} ?",
            "peut-on réserver pour {number} personnes {day} ?",
            "est-ce que ça convient à quelqu’un d’allergique aux noix ?",
            "c’est combien pour {number} ?",
            "les chiens sont-ils acceptés ?",
            "y a-t-il un accès sans marche sur le côté ?",
            "jusqu’à quelle heure {day} ?",
            "livrez-vous en dehors de la ville ?",
            "ce sera encore là {day} prochain ?",
            "ma commande {order} n’est pas confirmée, l’avez-vous reçue ?",
        ),
        "complaint": (
            "j’ai attendu {number}0 minutes {day} sans un mot.",
            "la commande {order} est arrivée à moitié vide.",
            "le téléphone sonne dans le vide, personne ne répond.",
            "le prix affiché n’était pas celui de la caisse.",
            "c’était fermé {day} alors que votre page disait ouvert.",
            "j’ai écrit {day} dernier et je n’ai jamais eu de réponse.",
            "{number} jours pour répondre à un courriel, c’est long.",
            "le dernier a cassé au bout de {number} jours. Que proposez-vous ?",
        ),
        "spam": (
            "je gagne {number}00 € par jour de chez moi, demandez-moi comment !",
            "bons d’achat gratuits pour les {number}0 premiers, lien dans mon profil.",
            "gagnez {number}000 vrais abonnés dès aujourd’hui.",
            "un médecin de ma ville a guéri mon mal de dos, écrivez-lui.",
        ),
    },
}
MENTIONS = {
    "en": (
        "Off to {name} with the whole family.",
        "If you are near {name}, go in.",
        "Has anybody tried {name} lately?",
    ),
    "fr": (
        "En route pour {name} avec toute la famille.",
        "Si vous passez près de {name}, entrez.",
        "Quelqu’un a essayé {name} récemment ?",
    ),
}
ANSWERS = {
    "en": ("Thank you for writing, we are looking into it.", "Yes, with pleasure. See you soon!"),
    "fr": ("Merci de votre message, nous regardons cela.", "Oui, avec plaisir. À bientôt !"),
}
CHANGES = {
    "en": ("(edited: found it, thanks)", "— and the parking is full, too.", "PS: it was on the second floor."),
    "fr": ("(modifié : trouvé, merci)", "— et le parking est plein, en plus.", "PS : c’était au deuxième étage."),
}
DAYS = {
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    "fr": ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"),
}


def write(kind: str, language: str, chance: random.Random, *, name: str = "") -> str:
    """Some words of a kind: comment, message, mention, answer, or one of TONES."""
    if kind == "mention":
        return chance.choice(MENTIONS[language]).format(name=name)
    if kind == "answer":
        return chance.choice(ANSWERS[language])
    tone = kind if kind in TONES else _tone(kind, chance)
    opening = chance.choice(OPENINGS[language][tone])
    body = chance.choice(BODIES[language][tone]).format(
        day=chance.choice(DAYS[language]), number=chance.randint(2, 9), order=chance.randint(10_000, 99_999)
    )
    text = f"{opening} {body}".strip()
    # A sentence that nothing or a full stop precedes begins with a capital.
    if not opening or opening[-1] in ".!🔥":
        text = f"{opening} {body[0].upper()}{body[1:]}".strip()
    return text


def change(text: str, language: str, chance: random.Random) -> str:
    """The same words after a second thought."""
    return f"{text} {chance.choice(CHANGES[language])}"


def _tone(kind: str, chance: random.Random) -> str:
    """Nobody writes a private message to praise alone: questions and complaints prevail there."""
    weights = {**TONES, "praise": 10, "question": 50, "complaint": 35} if kind == "message" else TONES
    return chance.choices(list(weights), list(weights.values()))[0]
