"""Who is where: differences only, to those who may see it, and over by itself."""

from collections.abc import Callable
from typing import Any

import pytest
import redis
from asgiref.sync import sync_to_async
from django.conf import settings
from django.test import Client

from accounts.models import Membership
from accounts.permissions import Role
from integrations.models import AccountAccess
from lib.tenancy.scope import scope
from live import presence
from tests.factories import make_social_account
from tests.houses import House, signed_in
from tests.live.clients import Socket, listening

pytestmark = [pytest.mark.usefixtures("lines")]

Change = Callable[..., Any]
Items = dict[int, int | None]
in_database = sync_to_async


async def agent(house: House, role: Role = Role.AGENT) -> tuple[Membership, Socket]:
    def make() -> tuple[Membership, Client]:
        found = house.member(role)
        return found, signed_in(found.user)

    found, browser = await in_database(make)()
    socket = await listening(browser, house.acme.slug, cursor=0)
    await socket.hear_kind("tick")
    return found, socket


async def says(socket: Socket, state: str, item: int = 12) -> None:
    await socket.say(kind="presence", subject=["item", item], state=state)


async def marks(socket: Socket, *, within: float = 2) -> list[list[Any]]:
    message = await socket.hear_kind("presence", within=within)
    found: list[list[Any]] = message["marks"]
    return found


async def test_others_hear_of_each_difference_and_the_author_of_none(public_house: House, items: Items) -> None:
    items[12] = None
    bob, bobs = await agent(public_house)
    _eve, eves = await agent(public_house)

    for state in ("viewing", "writing", "viewing", "gone"):
        await says(bobs, state)
        assert await marks(eves) == [["item", 12, bob.user_id, state]]
    assert await bobs.hears_nothing(0.1)


async def test_a_renewed_mark_is_no_difference(public_house: House, items: Items) -> None:
    items[12] = None
    _bob, bobs = await agent(public_house)
    _eve, eves = await agent(public_house)
    await says(bobs, "viewing")
    await marks(eves)

    for _ in range(3):
        await says(bobs, "viewing")

    assert await eves.hears_nothing()


async def test_who_comes_later_hears_who_is_there(public_house: House, items: Items) -> None:
    items[12] = None
    bob, bobs = await agent(public_house)
    _first, firsts = await agent(public_house)
    await says(bobs, "writing")
    await marks(firsts)

    def make() -> Client:
        return signed_in(public_house.member(Role.AGENT).user)

    late = await listening(await in_database(make)(), public_house.acme.slug, cursor=0)

    assert await marks(late) == [["item", 12, bob.user_id, "writing"]]


async def test_two_pages_of_one_person_are_one_presence(public_house: House, items: Items) -> None:
    items[12] = None
    bob, first = await agent(public_house)
    second = await listening(await in_database(signed_in)(bob.user), public_house.acme.slug, cursor=0)
    await second.hear_kind("tick")
    _eve, eves = await agent(public_house)
    await says(first, "writing")
    await marks(eves)

    await says(second, "viewing")
    await second.hang_up()
    assert await eves.hears_nothing()
    await first.hang_up()

    assert await marks(eves) == [["item", 12, bob.user_id, "gone"]]


async def test_a_mark_that_nobody_renews_ends_by_itself(
    public_house: House, items: Items, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As when a server process is killed: nobody says that its people have gone."""
    monkeypatch.setattr(presence, "LIFETIME", 1)
    items[12] = None
    bob, bobs = await agent(public_house)
    _eve, eves = await agent(public_house)
    await says(bobs, "viewing")
    await marks(eves)

    assert await marks(eves, within=4) == [["item", 12, bob.user_id, "gone"]]


async def test_a_flushed_redis_forgets_marks_only_until_they_are_renewed(
    public_house: House, items: Items, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(presence, "LIFETIME", 1)
    items[12] = None
    bob, bobs = await agent(public_house)
    _eve, eves = await agent(public_house)
    await says(bobs, "viewing")
    await marks(eves)

    with redis.Redis.from_url(settings.CELERY_BROKER_URL) as store:
        await in_database(store.flushdb)()
    assert await marks(eves, within=4) == [["item", 12, bob.user_id, "gone"]]
    await says(bobs, "viewing")

    assert await marks(eves) == [["item", 12, bob.user_id, "viewing"]]


async def test_only_who_may_see_the_subject_sees_who_is_there(public_house: House, items: Items) -> None:
    ours, theirs = await in_database(two_accounts)(public_house)
    items |= {1: ours, 2: theirs}
    bob, bobs = await agent(public_house)
    eve, eves = await agent(public_house)
    _planner, planners = await agent(public_house, Role.PLANNER)
    await in_database(restrict)(public_house, eve, ours)
    await eves.hear_kind("resync")

    await says(bobs, "viewing", item=2)
    await says(bobs, "viewing", item=1)

    assert await marks(eves) == [["item", 1, bob.user_id, "viewing"]]
    assert await planners.hears_nothing(0.1)


def two_accounts(house: House) -> tuple[int, int]:
    with scope(organisation=house.acme.pk):
        return make_social_account().pk, make_social_account().pk


def restrict(house: House, member: Membership, account_id: int) -> None:
    from integrations.services.access import set_account_access

    with scope(organisation=house.acme.pk):
        set_account_access(Membership.objects.get(pk=member.pk), [account_id])
        assert AccountAccess.objects.filter(membership=member).count() == 1


async def test_nobody_is_present_where_they_may_not_be_or_nothing_is(public_house: House, items: Items) -> None:
    items[12] = None
    _planner, planners = await agent(public_house, Role.PLANNER)
    bob, bobs = await agent(public_house)
    _eve, eves = await agent(public_house)

    await says(planners, "viewing")
    await says(bobs, "viewing", item=404)
    await says(bobs, "viewing")

    assert await marks(eves) == [["item", 12, bob.user_id, "viewing"]]


async def test_marks_that_may_not_be_seen_any_more_are_taken_back(public_house: House, items: Items) -> None:
    ours, theirs = await in_database(two_accounts)(public_house)
    items[12] = theirs
    bob, bobs = await agent(public_house)
    eve, eves = await agent(public_house)
    await says(bobs, "writing")
    await marks(eves)

    await in_database(restrict)(public_house, eve, ours)

    assert await marks(eves, within=1) == [["item", 12, bob.user_id, "gone"]]
