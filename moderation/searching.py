"""Finding items by the words in them."""

from django.db import connection
from django.db.models import QuerySet

from lib.words import words_of
from moderation.models import Item

#: Of the newest messages that match, so many are looked through: enough for a person, and the same cost at any size.
MOST_MATCHES = 2000


def with_words(items: "QuerySet[Item]", text: str) -> "QuerySet[Item]":
    """Narrow items to those with a message in which each word of the text begins a word; accents and case are equal.

    A text without a word (blank, punctuation only) finds nothing.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM passage.items_with_words(%s, %s)", [words_of(text), MOST_MATCHES])
        found = [row[0] for row in cursor.fetchall()]
    return items.filter(pk__in=found)
