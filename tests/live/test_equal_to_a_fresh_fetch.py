"""Clients that go through kills, a flushed Redis and disorder show in the end what a fresh fetch shows."""

import asyncio
import random
from typing import Any

import pytest
import redis
from asgiref.sync import sync_to_async
from django.conf import settings
from django.db import transaction
from django.test import Client

from accounts.permissions import Role
from lib.tenancy.scope import scope
from live import hints, switchboard
from live.changes import record_change
from tests.houses import House, signed_in
from tests.live.clients import Socket, listening, newest

pytestmark = [pytest.mark.usefixtures("lines")]

Shown = dict[tuple[str, int], int]
in_database = sync_to_async


class Page:
    """What a page's script does, in Python: it knows its number, applies what is newer, fetches when told to."""

    def __init__(self, browser: Client, house: House) -> None:
        self.browser, self.house = browser, house
        self.shown: Shown = {}
        self.cursor = 0
        self.socket: Socket | None = None

    async def load(self) -> None:
        """Open the page, which says as of which number it is."""
        self.cursor, _found = await in_database(newest)(self.house.acme.pk)
        await self.fetch()
        await self.join()

    async def fetch(self) -> None:
        _cursor, found = await in_database(newest)(self.house.acme.pk)
        for subject, version in found.items():
            self.shown[subject] = max(version, self.shown.get(subject, 0))

    async def join(self) -> None:
        """Connect, unless the connection stands."""
        if self.socket is not None:
            return
        self.socket = await listening(self.browser, self.house.acme.slug, cursor=self.cursor)

    async def follow(self) -> None:
        """Take all messages that have come."""
        while self.socket is not None and not self.socket.line.output_queue.empty():
            await self.take(await self.socket.hear())

    async def take(self, message: dict[str, Any]) -> None:
        if message["kind"] == "closed":
            self.socket = None
            return
        for kind, subject_id, version in message.get("changes", ()):
            subject = (kind, subject_id)
            self.shown[subject] = max(version, self.shown.get(subject, 0))
        if message["kind"] == "resync":
            await self.fetch()
        self.cursor = max(self.cursor, message.get("cursor", 0))

    async def drop(self) -> None:
        """Lose the connection, messages under way included."""
        if self.socket is not None:
            await self.socket.hang_up()
        self.socket = None


@pytest.fixture
def unreliable(monkeypatch: pytest.MonkeyPatch) -> random.Random:
    """Hints are lost, doubled, and overtake one another."""
    chance = random.Random(7)
    held: list[tuple[Any, ...]] = []
    publish = hints._publish

    def unreliably(*message: Any) -> None:
        held.append(message)
        if chance.random() < 0.4:
            return
        chance.shuffle(held)
        for each in held[: chance.randint(0, len(held))] * chance.choice([1, 1, 2]):
            publish(*each)
        held.clear()

    monkeypatch.setattr(hints, "_publish", unreliably)
    monkeypatch.setattr(switchboard, "TICK", 0.5)
    return chance


def act(house: House, chance: random.Random, versions: dict[int, int]) -> None:
    """Change a few things in a transaction which may be taken back."""
    changed = {chance.randrange(40) for _ in range(chance.choice([1, 1, 2, 5, 30]))}
    with scope(organisation=house.acme.pk):
        for subject_id in sorted(changed):
            record_change("publication", subject_id, version=versions.get(subject_id, 0) + 1)
        if chance.random() < 0.2:
            transaction.set_rollback(True)
            return
    for subject_id in changed:
        versions[subject_id] = versions.get(subject_id, 0) + 1


async def test_whatever_happens_every_page_ends_equal_to_a_fresh_fetch(
    public_house: House, unreliable: random.Random
) -> None:
    browser = await in_database(lambda: signed_in(public_house.member(Role.PLANNER).user))()
    pages = [Page(browser, public_house) for _ in range(4)]
    for page in pages:
        await page.load()
    versions: dict[int, int] = {}
    mishaps = {17: flush_redis, 29: kill_subscribers, 43: lambda: restart_server(pages), 51: kill_subscribers}

    for turn in range(60):
        await in_database(act)(public_house, unreliable, versions)
        page = unreliable.choice(pages)
        await unreliable.choice([page.drop, page.join, page.follow, page.follow])()
        if turn in mishaps:
            await mishaps[turn]()
    await settle(pages, public_house)

    _cursor, fresh = await in_database(newest)(public_house.acme.pk)
    assert fresh == {("publication", subject_id): version for subject_id, version in versions.items()}
    assert [page.shown for page in pages] == [fresh] * len(pages)


async def settle(pages: list[Page], house: House) -> None:
    """Let every page connect again, and wait until each is up to the last number."""
    last, _found = await in_database(newest)(house.acme.pk)
    async with asyncio.timeout(15):
        while any(page.cursor < last for page in pages):
            for page in pages:
                await page.join()
                await page.follow()
            await asyncio.sleep(0.05)


async def flush_redis() -> None:
    with redis.Redis.from_url(settings.CELERY_BROKER_URL) as store:
        await in_database(store.flushdb)()


async def kill_subscribers() -> None:
    """As a restarted Redis does to everybody who listens."""

    def kill(store: redis.Redis) -> None:
        database = str(store.get_connection_kwargs().get("db", 0))
        for client in store.client_list(_type="pubsub"):
            if client["db"] == database:
                store.client_kill_filter(_id=client["id"])

    with redis.Redis.from_url(settings.CELERY_BROKER_URL) as store:
        await in_database(kill)(store)


async def restart_server(pages: list[Page]) -> None:
    """The server process ends, with what it kept; pages connect again to the next one."""
    for page in pages:
        await page.drop()
    await switchboard.switchboard().close()
    switchboard._switchboards.clear()
