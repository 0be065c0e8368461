"""What came in from a network, made into threads, items and messages: `moderation_store` in sql/storing.sql.

Webhooks, polls and back-fills all end here. The same thing told twice, late or out of order ends in the same rows.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from integrations.engagement import Author, Change, ContentTerms, Incoming, IncomingMessage, MessageKind, Subject
from integrations.registry import engaging
from lib.addresses import web_address
from lib.words import lexemes, words_of
from live.changes import record_change
from moderation.changes import ITEM
from moderation.models import Message
from moderation.services.erasing import find_erased
from moderation.services.items import excerpt_of

_STORE = "SELECT * FROM moderation_store(%s, %s)"

#: Kinds whose threads are one item, whoever writes in them.
_WHOLE_THREADS = frozenset({MessageKind.PRIVATE, MessageKind.REVIEW})


@dataclass(frozen=True, kw_only=True)
class Arrival:
    """Something that happened at the network of one of the organisation's accounts; `as_of`: when we heard of it."""

    account_id: int
    network: str
    incoming: Incoming
    as_of: datetime


@dataclass(frozen=True, kw_only=True)
class Changed:
    """An item that a batch has changed. `is_new`: a stranger has written."""

    item_id: int
    version: int
    account_id: int
    is_new: bool


def store(arrivals: Sequence[Arrival], *, organisation_id: int, now: datetime) -> list[Changed]:
    """Store a batch, in its order, in the scope of its organisation; browsers hear of each item that changed."""
    if not arrivals:
        return []
    facts = [_facts(each, organisation_id=organisation_id, now=now) for each in _without_erased(arrivals)]
    if not facts:
        return []
    with connection.cursor() as cursor:
        cursor.execute(_STORE, [now, json.dumps(facts)])
        changed = [Changed(item_id=row[0], version=row[1], account_id=row[2], is_new=row[3]) for row in cursor]
    for each in changed:
        record_change(ITEM, each.item_id, version=each.version, social_account=each.account_id)
    return changed


def _without_erased(arrivals: Sequence[Arrival]) -> list[Arrival]:
    """Leave out what somebody wrote whose erasure was asked for: a poll that looks back must not bring it in again."""
    erased = find_erased((each.network, each.incoming.message_id) for each in arrivals)
    if not erased:
        return list(arrivals)
    # Where only the author was blanked, the words are still here: that the network has deleted them is followed.
    here = set(Message.objects.filter(network_id__in=[pk for _, pk in erased]).values_list("network_id", flat=True))
    return [
        each
        for each in arrivals
        if (each.network, each.incoming.message_id) not in erased
        or (each.incoming.message_id in here and _is_named_only(each.incoming))
    ]


def _is_named_only(incoming: Incoming) -> bool:
    return incoming.message is None or incoming.change in {Change.DELETED, Change.HIDDEN, Change.SHOWN}


def _facts(arrival: Arrival, *, organisation_id: int, now: datetime) -> dict[str, Any]:
    incoming = arrival.incoming
    return {
        "account_id": arrival.account_id,
        "network": arrival.network,
        "change": incoming.change.value,
        "network_id": incoming.message_id[:128],
        "as_of": (incoming.happened_at or arrival.as_of).isoformat(),
        "message": None
        if incoming.message is None or _is_named_only(incoming)
        else _message(incoming.message, arrival, organisation_id=organisation_id, now=now),
    }


def _message(message: IncomingMessage, arrival: Arrival, *, organisation_id: int, now: datetime) -> dict[str, Any]:
    author = message.author
    names = [author.name, author.handle] if author is not None and not message.by_account else []
    lease = _terms(arrival.network).lease_of(message.kind)
    return {
        "kind": message.kind.value,
        "thread_id": message.thread_id[:128],
        "key": item_key(message),
        "author": _author(author) if author is not None else None,
        "by_account": message.by_account,
        "text": _storable(message.text),
        "excerpt": excerpt_of(_storable(message.text)),
        "words": lexemes(words_of(message.text, *names), organisation_id=organisation_id),
        "written_at": (message.written_at or arrival.as_of).isoformat(),
        "edited_at": message.edited_at.isoformat() if message.edited_at else None,
        "answers_id": message.answers_id[:128],
        "permalink": web_address(message.permalink, 500),
        "attachments": [{**asdict(each), "url": web_address(each.url, 2000)} for each in message.attachments],
        "rating": message.rating,
        "is_hidden": message.is_hidden,
        "acts": sorted(each.value for each in message.acts) if message.acts is not None else None,
        "lease_until": (now + lease).isoformat() if lease is not None else None,
        "subject": _subject(message.subject) if message.subject is not None else None,
    }


def item_key(message: IncomingMessage) -> str:
    """Return what tells the items of a thread apart: who wrote, where a thread has many authors."""
    if message.kind in _WHOLE_THREADS:
        return ""
    if message.author is None:
        return f"message:{message.network_id}"[:140]
    return message.author.network_id[:140]


def _author(author: Author) -> dict[str, str]:
    return {
        "network_id": author.network_id[:128],
        "name": _storable(author.name)[:200],
        "handle": _storable(author.handle)[:100],
        "permalink": web_address(author.permalink, 500),
        "picture_url": web_address(author.picture_url, 1000),
    }


def _subject(subject: Subject) -> dict[str, str | None]:
    return {
        "network_id": subject.network_id[:128],
        "text": _storable(subject.text),
        "permalink": web_address(subject.permalink, 500),
        "published_at": subject.published_at.isoformat() if subject.published_at else None,
    }


def _terms(network: str) -> ContentTerms:
    found = engaging(network)
    if found is None:
        raise LookupError(f"{network} neither listens nor answers")
    return found.content_terms


def _storable(text: str) -> str:
    """Take out what PostgreSQL cannot keep."""
    return text.replace("\x00", "")
