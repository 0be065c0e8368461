"""What the inbox adds to the erasure of a person: who is the same, what must not come back, what searches know."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db.models import QuerySet

from lib.words import lexemes, words_of
from moderation.models import Contact, ContactMerge, Identity, Message, MessageRevision
from privacy.marks import erased_among, mark_erased
from privacy.people import Person

_BATCH = 500


def widen(person: Person) -> Person:
    """Return the person with contacts that were merged away from them, where these are nobody else's."""
    merges = ContactMerge.objects.filter(identity__in=person.identity_ids)
    former = {*merges.values_list("before", flat=True), *merges.values_list("after", flat=True)} - {None}
    others = Identity.objects.filter(contact__in=former).exclude(pk__in=person.identity_ids)
    gone = Contact.objects.filter(pk__in=former).exclude(pk__in=others.values("contact"))
    found = {*person.contact_ids, *gone.values_list("pk", flat=True)}
    return Person(person.identity_ids, tuple(sorted(found)))


def mark_messages(person: Person, at: datetime) -> None:
    """Remember, by digests, what the person wrote: polls look back and would bring it in again."""
    written = Message.objects.filter(author__in=person.identity_ids).exclude(network_id="")
    keys = written.values_list("social_account__network", "network_id")
    mark_erased((_key(network, network_id) for network, network_id in keys.iterator(chunk_size=2000)), at=at)


def find_erased(messages: Iterable[tuple[str, str]]) -> set[tuple[str, str]]:
    """Return which of these (network, id) were erased."""
    asked = {_key(*each): each for each in messages}
    return {asked[key] for key in erased_among(asked)} if asked else set()


def forget_words_of_authors(identity_ids: Sequence[int], at: datetime) -> None:
    """An author was blanked: searching for their name must no longer find what they wrote."""
    _rewrite(Message.objects.filter(author__in=identity_ids, words__isnull=False), with_author=False)


def rewrite_words(message_ids: Sequence[int], at: datetime) -> None:
    """Texts of messages changed: searches follow."""
    _rewrite(Message.objects.filter(pk__in=message_ids, words__isnull=False), with_author=True)


def rewrite_words_of_revisions(revision_ids: Sequence[int], at: datetime) -> None:
    """What messages said before they were edited has changed: searches follow."""
    edited = MessageRevision.objects.filter(pk__in=revision_ids).values("message")
    _rewrite(Message.objects.filter(pk__in=edited, words__isnull=False), with_author=True)


def rewrite_words_of_authors(identity_ids: Sequence[int], at: datetime) -> None:
    """A handle was taken out of identities: searches of what they wrote follow."""
    _rewrite(Message.objects.filter(author__in=identity_ids, words__isnull=False), with_author=True)


def _rewrite(messages: "QuerySet[Message]", *, with_author: bool) -> None:
    batch: list[Message] = []
    found = messages.select_related("author").prefetch_related("revisions").defer("words").order_by("pk")
    for message in found.iterator(chunk_size=_BATCH):
        author = message.author if with_author and not message.is_ours else None
        names = [author.name, author.handle] if author is not None else []
        before = [each.text for each in message.revisions.all()]
        message.words = lexemes(words_of(message.text, *names, *before), organisation_id=message.organisation_id)
        batch.append(message)
        if len(batch) == _BATCH:
            Message.objects.bulk_update(batch, ["words"])
            batch = []
    if batch:
        Message.objects.bulk_update(batch, ["words"])


def _key(network: str, network_id: str) -> str:
    return f"{network}:{network_id}"
