"""Conversations and the people in them, as an export of the organisation shows them."""

from django.db.models import Count, Prefetch
from django.utils.translation import gettext_lazy as _

from moderation.models import Contact, Identity, Message, Note, Thread
from privacy.exporting.chapters import Chapter, Leaf, leaf_of

#: Messages on a page, unless one thread has more; and threads, however short they are.
_MESSAGES, _THREADS, _PEOPLE = 500, 50, 200


def _conversations(after: int) -> Leaf:
    """Read as many whole threads as give a page."""
    counted = list(Thread.objects.filter(pk__gt=after).order_by("pk").annotate(count=Count("messages"))[: _THREADS + 1])
    fitting, messages = 0, 0
    for thread in counted[:_THREADS]:
        messages += thread.count
        if fitting and messages > _MESSAGES:
            break
        fitting += 1
    said = Message.objects.select_related("author", "user").defer("words").order_by("written_at", "pk")
    notes = Note.objects.select_related("user")
    threads = Thread.objects.select_related("social_account")
    threads = threads.prefetch_related(Prefetch("messages", said.prefetch_related("revisions")))
    return leaf_of(threads.prefetch_related(Prefetch("items__notes", notes)), after=after, size=max(fitting, 1))


def _people(after: int) -> Leaf:
    identities = Identity.objects.select_related("contact")
    return leaf_of(identities, after=after, size=_PEOPLE)


def _contacts(after: int) -> Leaf:
    return leaf_of(Contact.objects.prefetch_related("identities"), after=after, size=_PEOPLE)


CONVERSATIONS = Chapter(
    key="conversations",
    title=_("Conversations"),
    template="moderation/export/conversations.html",
    count=Thread.objects.count,
    read=_conversations,
)
PEOPLE = Chapter(
    key="people",
    title=_("People who wrote"),
    template="moderation/export/people.html",
    count=Identity.objects.count,
    read=_people,
)
CONTACTS = Chapter(
    key="contacts",
    title=_("Contacts"),
    template="moderation/export/contacts.html",
    count=Contact.objects.count,
    read=_contacts,
)
