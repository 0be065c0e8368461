"""An inbox of any size, laid by COPY as the schema's owner: identities, threads, items, messages, years of them.

Import after `harness.product` has set Django up.
"""

import itertools
import json
import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from typing import Any

import psycopg
from psycopg import sql

MESSAGES_AN_ITEM = 4
ITEMS_A_THREAD = 20
ITEMS_AN_IDENTITY = 3
_CHUNK = 2_000
#: Of a hundred items so many are in each state; those that wait are young, as in an inbox that people work through.
_STATES = {"new": 2, "assigned": 1, "deferred": 1, "replied": 16, "closed": 70, "ignored": 10}
_YEARS = timedelta(days=1000)
_YOUNG = timedelta(days=5)
_WORDS = tuple(
    word
    for line in (
        "bread croissant order friday sunday closed open parking delivery late cold warm child birthday cake stollen",
        "baker thanks question answer refund voucher allergy nuts gluten price queue staff kind never again wonderful",
        "pain commande samedi fermé ouvert livraison retard anniversaire gâteau merci question remboursement allergie",
    )
    for word in line.split()
)


@dataclass(kw_only=True)
class Archive:
    """One organisation's history, which grows by calls of `grow`."""

    owner_url: str
    organisation_id: int
    slug: str
    account_ids: Sequence[int]
    agent_ids: Sequence[int]
    now: datetime
    messages: int = 0
    _dice: random.Random = field(default_factory=lambda: random.Random(1))  # no secret

    def grow(self, messages: int) -> None:
        """Lay so many more messages, and let the planner learn of them."""
        items = messages // MESSAGES_AN_ITEM
        with psycopg.connect(self.owner_url, autocommit=True) as owner:
            # An index that is built at once costs a tenth of one that is kept while a million rows come.
            index = owner.execute("SELECT indexdef FROM pg_indexes WHERE indexname = 'message_words'").fetchone()
            assert index is not None
            owner.execute("DROP INDEX message_words")
            with owner.transaction():
                self._lay(owner, items)
            owner.execute(index[0])
            owner.execute("VACUUM ANALYZE")
        self.messages += items * MESSAGES_AN_ITEM

    def _lay(self, owner: "psycopg.Connection[Any]", items: int) -> None:
        from moderation.models import Identity, Item, Message, Thread

        first = self.messages // MESSAGES_AN_ITEM + 1  # one number for an item and all that belongs to it
        numbers = range(first, first + items)
        shared = {"organisation_id": self.organisation_id}
        _copy(owner, Identity, shared, self._identities(numbers))
        _copy(owner, Thread, shared, self._threads(numbers))
        _copy(owner, Item, shared, self._items(numbers))
        _copy(owner, Message, shared, self._messages(numbers))
        for model in (Identity, Thread, Item, Message):
            table = model._meta.db_table
            owner.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))")

    def _identities(self, numbers: range) -> Iterator[dict[str, Any]]:
        for number in numbers:
            if number % ITEMS_AN_IDENTITY == 1:
                pk = -(-number // ITEMS_AN_IDENTITY)
                yield {"id": pk, "network": "facebook", "network_id": f"person-{pk}", "name": f"Person {pk}"}

    def _threads(self, numbers: range) -> Iterator[dict[str, Any]]:
        for number in numbers:
            if number % ITEMS_A_THREAD == 1:
                pk = -(-number // ITEMS_A_THREAD)
                yield {
                    "id": pk,
                    "social_account_id": self._account(number),
                    "kind": "comment",
                    "network_id": f"post-{pk}",
                    "subject_id": f"post-{pk}",
                    "subject_text": "A post",
                    "last_activity_at": self.now,
                }

    def _items(self, numbers: range) -> Iterator[dict[str, Any]]:
        for number in numbers:
            state, at = self._fate(number)
            yield {
                "id": number,
                "social_account_id": self._account(number),
                "thread_id": -(-number // ITEMS_A_THREAD),
                "key": f"person-{number}",
                "identity_id": -(-number // ITEMS_AN_IDENTITY),
                "kind": "comment",
                "state": state,
                "state_changed_at": at,
                "assignee_id": None if state in {"new", "ignored"} else self.agent_ids[number % len(self.agent_ids)],
                "deferred_until": self.now + timedelta(days=1) if state == "deferred" else None,
                "author_name": f"Person {-(-number // ITEMS_AN_IDENTITY)}",
                "excerpt": self._text(number),
                "message_count": MESSAGES_AN_ITEM,
                "first_message_at": at,
                "last_activity_at": at,
                "waiting_since": at if state in {"new", "assigned"} else None,
                "last_stranger_message_id": number * MESSAGES_AN_ITEM,
            }

    def _messages(self, numbers: range) -> Iterator[dict[str, Any]]:
        from lib.words import lexemes

        for number in numbers:
            _state, at = self._fate(number)
            for place in range(MESSAGES_AN_ITEM):
                pk = (number - 1) * MESSAGES_AN_ITEM + place + 1
                text = self._text(pk)
                yield {
                    "id": pk,
                    "thread_id": -(-number // ITEMS_A_THREAD),
                    "item_id": number,
                    "social_account_id": self._account(number),
                    "network_id": f"m{pk}",
                    "kind": "comment",
                    "author_id": -(-number // ITEMS_AN_IDENTITY),
                    "text": text,
                    "written_at": at - timedelta(minutes=MESSAGES_AN_ITEM - place),
                    "received_at": at,
                    "words": lexemes(map(_folded, text.split()), organisation_id=self.organisation_id),
                }

    def _account(self, number: int) -> int:
        """A thread stands on one account."""
        return self.account_ids[-(-number // ITEMS_A_THREAD) % len(self.account_ids)]

    def _fate(self, number: int) -> tuple[str, datetime]:
        """Return an item's state and its last hour, always the same for a number."""
        dice = random.Random(number)  # no secret
        state = dice.choices(list(_STATES), list(_STATES.values()))[0]
        reach = _YOUNG if state in {"new", "assigned", "deferred"} else _YEARS
        return state, self.now - reach * dice.random()

    def _text(self, number: int) -> str:
        """Words of a few common ones and one that nobody else has used."""
        start = number * 7 % len(_WORDS)
        common = {_WORDS[(start + step * (1 + number % 5)) % len(_WORDS)] for step in range(6)}
        return " ".join([*sorted(common), f"order{number}"])


@cache
def _folded_common(word: str) -> str:
    from lib.words import fold

    return fold(word)


def _folded(word: str) -> str:
    return word if word.isascii() else _folded_common(word)


def _copy(owner: "psycopg.Connection[Any]", model: Any, shared: dict[str, Any], rows: Iterable[dict[str, Any]]) -> None:
    """COPY rows into a model's table; what a row does not say has what the model gives a new row."""
    rows = iter(rows)
    first = next(rows)
    columns = {each.column: _text_of(_default(each)) for each in model._meta.concrete_fields}
    columns |= {name: _text_of(value) for name, value in shared.items()}
    varying = list(first)
    line = "\t".join("%s" if column in first else columns[column].replace("%", "%%") for column in columns) + "\n"
    order = [varying.index(column) for column in columns if column in first]
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(model._meta.db_table), sql.SQL(", ").join(map(sql.Identifier, columns))
    )
    lines = (
        line % tuple(values[place] for place in order)
        for values in ([_text_of(row[name]) for name in varying] for row in itertools.chain([first], rows))
    )
    with owner.cursor().copy(statement) as copy:
        while chunk := "".join(itertools.islice(lines, _CHUNK)):
            copy.write(chunk)


def _default(column: Any) -> Any:
    value = column.get_default()
    if isinstance(value, list | dict):
        return json.dumps(value)
    return value if value is not None or column.null else ""


def _text_of(value: Any) -> str:
    if value is None:
        return "\\N"
    if isinstance(value, bool):
        return "t" if value else "f"
    return value.isoformat() if isinstance(value, datetime) else str(value)
