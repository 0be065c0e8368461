"""What follows when a network's terms end the content of messages: the copies of it beside them end as well."""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Exists, F, OuterRef, QuerySet, Subquery

from lib.privacy import blank
from moderation.changes import tell_item
from moderation.models import Identity, Item, Message, MessageRevision, Thread
from privacy.ending import blank_rows


def follow_blanked(message_ids: Sequence[int], at: datetime) -> None:
    """Empty what items, revisions, threads and authors still say of messages whose content ended. In their transaction.

    The organisation's own work stays: the item with its state, agent and times, its replies, the ids at the network.
    """
    MessageRevision.objects.filter(message__in=message_ids).delete()
    items = Item.objects.filter(messages__in=message_ids).distinct()
    last = Message.objects.filter(item=OuterRef("pk")).order_by("-written_at", "-id").values("blanked_at")[:1]
    quoted = list(
        items.annotate(last_blanked_at=Subquery(last)).exclude(last_blanked_at=None).values_list("pk", flat=True)
    )
    touched = list(items.order_by("pk"))
    silent = set(items.filter(~Exists(_still_readable("item"))).values_list("pk", flat=True))
    threads = Thread.objects.filter(messages__in=message_ids).filter(~Exists(_still_readable("thread")))
    Thread.objects.filter(pk__in=list(threads.values_list("pk", flat=True))).update(subject_text="")
    Item.objects.filter(pk__in=quoted).update(excerpt="")
    Item.objects.filter(pk__in=silent).update(author_name="")
    Item.objects.filter(pk__in=[item.pk for item in touched]).update(version=F("version") + 1)
    _forget_authors({item.identity_id for item in touched if item.pk in silent and item.identity_id is not None}, at)
    for item in Item.objects.filter(pk__in=[item.pk for item in touched]).order_by("pk"):
        tell_item(item)


def _forget_authors(identity_ids: set[int], at: datetime) -> None:
    """Empty the profiles of those of whom nothing can be read any more; the id at the network stays."""
    gone = Identity.objects.filter(pk__in=identity_ids).exclude(pk__in=_still_readable_items().values("identity"))
    profile = blank("name", "handle", "permalink", "picture_url")
    blank_rows(Identity, list(gone.order_by("pk").values_list("pk", flat=True)), profile, at=at)


def _still_readable(key: str) -> "QuerySet[Message]":
    readable: QuerySet[Message] = Message.objects.filter(
        **{key: OuterRef("pk")}, origin=Message.Origin.STRANGER, blanked_at=None
    )
    return readable


def _still_readable_items() -> "QuerySet[Item]":
    readable: QuerySet[Item] = Item.objects.filter(Exists(_still_readable("item")), identity__isnull=False)
    return readable
