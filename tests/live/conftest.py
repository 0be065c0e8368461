"""Sockets in this process, with the product's own database and Redis."""

import asyncio
from collections.abc import AsyncIterator, Callable

import pytest
from asgiref.sync import sync_to_async
from django.db import connections

from accounts.permissions import Permission
from lib.tenancy.scope import scope
from live import kinds
from live.changes import record_change
from live.switchboard import switchboard
from tests.houses import House, make_house


@pytest.fixture
def public_house(transactional_db: None) -> House:
    """Acme and Elsewhere, committed: sockets look from connections of their own."""
    return make_house()


@pytest.fixture
async def lines() -> AsyncIterator[None]:
    """Hang up after the test, and close the connections of threads that asynchronous code does its work in."""
    yield
    async with asyncio.timeout(30):
        await switchboard().close()
    await sync_to_async(connections.close_all)()


@pytest.fixture
def items(monkeypatch: pytest.MonkeyPatch) -> dict[int, int | None]:
    """A kind "item" of which a test says which exist, and on which social account."""
    accounts: dict[int, int | None] = {}
    kind = kinds.Kind(
        name="item",
        permission=Permission.ANSWER_INBOX,
        locate=lambda ids: {pk: accounts[pk] for pk in ids if pk in accounts},
    )
    monkeypatch.setitem(kinds._kinds, "item", kind)
    return accounts


@pytest.fixture
def change(public_house: House) -> Callable[..., object]:
    """Record changes of Acme's in a transaction, from asynchronous code."""

    def act(*subjects: tuple[str, int], **fields: int) -> None:
        with scope(organisation=public_house.acme.pk):
            for kind, subject_id in subjects:
                record_change(kind, subject_id, **fields)

    return sync_to_async(act)
