"""Who is let in, what they hear, and when they are shown out."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.test import Client
from django.utils import timezone

from accounts.models import Membership, Organisation, User
from accounts.permissions import Role
from accounts.services.members import change_role, remove_member
from integrations.models import AccountAccess, SocialAccount
from integrations.services.access import set_account_access
from lib.tenancy.scope import scope
from live import hints, lines, switchboard
from live.feed import CATCH_UP_MAX
from live.lines import CLOSED_TO_USER, SIGNED_OUT
from live.sockets import MALFORMED
from tests.factories import NOON, make_social_account
from tests.houses import House, signed_in
from tests.live.clients import Socket, cursor_of, knock, listening

pytestmark = [pytest.mark.usefixtures("lines")]

Change = Callable[..., Any]
in_database = sync_to_async


async def member(house: House, role: Role = Role.PLANNER) -> tuple[Membership, Client]:
    def make() -> tuple[Membership, Client]:
        found = house.member(role)
        return found, signed_in(found.user)

    return await in_database(make)()


async def bobs_socket(house: House, role: Role = Role.PLANNER) -> tuple[Membership, Client, Socket]:
    bob, browser = await member(house, role)
    cursor = await in_database(cursor_of)(house.acme.pk)
    socket = await listening(browser, house.acme.slug, cursor=cursor)
    await socket.hear_kind("tick")
    return bob, browser, socket


async def test_a_stranger_and_nobody_are_refused_alike(public_house: House) -> None:
    charlie = await in_database(signed_in)(public_house.charlie)

    for browser, slug in ((charlie, public_house.acme.slug), (charlie, "absent"), (Client(), public_house.acme.slug)):
        _socket, answer = await knock(browser, slug)
        assert answer == "websocket.close"


async def test_a_change_is_told_with_its_number_and_version(public_house: House, change: Change) -> None:
    _bob, _browser, socket = await bobs_socket(public_house)

    await change(("publication", 7), version=41)

    message = await socket.hear()
    assert message == {"kind": "changes", "cursor": 1, "changes": [["publication", 7, 41]]}


async def test_nobody_hears_of_another_organisation(public_house: House, change: Change) -> None:
    charlie = await in_database(signed_in)(public_house.charlie)
    socket = await listening(charlie, public_house.elsewhere.slug, cursor=0)
    await socket.hear_kind("tick")

    await change(("publication", 7))

    assert await socket.hears_nothing()


async def test_what_was_missed_is_told_on_hello(public_house: House, change: Change) -> None:
    _bob, browser = await member(public_house)
    for number in range(5):
        await change(("publication", number))

    socket = await listening(browser, public_house.acme.slug, cursor=2)

    message = await socket.hear()
    assert message == {"kind": "changes", "cursor": 5, "changes": [["publication", n, n + 1] for n in (2, 3, 4)]}


async def test_a_page_newer_than_any_hint_is_believed(public_house: House, change: Change, mute: None) -> None:
    _bob, browser, _first = await bobs_socket(public_house)
    await change(("publication", 1))

    socket = await listening(browser, public_house.acme.slug, cursor=1)

    assert (await socket.hear()) == {"kind": "tick", "cursor": 1}


async def test_who_was_away_too_long_begins_anew(public_house: House, change: Change) -> None:
    _bob, browser = await member(public_house)
    await change(*(("publication", number) for number in range(CATCH_UP_MAX + 1)))

    socket = await listening(browser, public_house.acme.slug, cursor=0)

    assert await socket.hear() == {"kind": "resync", "cursor": CATCH_UP_MAX + 1}


async def test_a_number_that_was_never_given_begins_anew(public_house: House, change: Change) -> None:
    _bob, browser = await member(public_house)
    await change(("publication", 1))

    socket = await listening(browser, public_house.acme.slug, cursor=900)

    assert await socket.hear() == {"kind": "resync", "cursor": 1}


async def test_a_lost_hint_is_healed_by_the_next_one(
    public_house: House, change: Change, monkeypatch: pytest.MonkeyPatch
) -> None:
    _bob, _browser, socket = await bobs_socket(public_house)
    with monkeypatch.context() as lost:
        lost.setattr(hints, "_publish", lambda *_: None)
        await change(("publication", 1))
        await change(("publication", 2))

    await change(("publication", 3))

    message = await socket.hear()
    assert message["changes"] == [["publication", number, number] for number in (1, 2, 3)]


@pytest.fixture
def mute(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lose every hint."""
    monkeypatch.setattr(hints, "_publish", lambda *_: None)


async def test_a_lost_hint_is_healed_by_the_tick(
    public_house: House, change: Change, mute: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(switchboard, "TICK", 0.2)
    _bob, _browser, socket = await bobs_socket(public_house)

    await change(("publication", 1))

    assert (await socket.hear_kind("changes"))["changes"] == [["publication", 1, 1]]


async def test_the_tick_moves_the_cursor_past_what_was_filtered_out(
    public_house: House, change: Change, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(switchboard, "TICK", 0.2)
    _bob, _browser, socket = await bobs_socket(public_house)

    await change(("notice", 1), user=public_house.alice.pk)

    async with asyncio.timeout(2):
        while socket.cursor < 1:
            assert (await socket.hear())["kind"] == "tick"


async def test_a_burst_on_one_subject_is_told_twice_at_most(public_house: House, change: Change) -> None:
    """Once at once, as after any quiet time, and once at the window's end."""
    _bob, _browser, socket = await bobs_socket(public_house)

    for _ in range(20):
        await change(("publication", 7))

    while socket.cursor < 20:
        await socket.hear()
    assert len(socket.told) < 20
    assert socket.told[-1]["changes"] == [["publication", 7, 20]]


async def test_a_socket_that_is_too_slow_begins_anew_instead_of_losing_anything(
    public_house: House, change: Change, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lines, "PENDING_MAX", 10)
    _bob, _browser, socket = await bobs_socket(public_house)

    await change(*(("publication", number) for number in range(11)))

    assert await socket.hear() == {"kind": "resync", "cursor": 11}


async def test_a_bulk_too_large_for_a_hint_is_read_from_the_table(public_house: House, change: Change) -> None:
    _bob, _browser, socket = await bobs_socket(public_house)

    await change(*(("publication", number) for number in range(250)))

    assert len((await socket.hear_kind("changes"))["changes"]) == 250


# What a member may read


async def test_a_role_hears_only_what_it_may_see(public_house: House, change: Change, items: dict[int, Any]) -> None:
    _bob, _browser, socket = await bobs_socket(public_house, Role.PLANNER)

    await change(("item", 1), ("publication", 2))

    assert (await socket.hear())["changes"] == [["publication", 2, 2]]


async def test_what_is_addressed_to_one_is_heard_by_one(public_house: House, change: Change) -> None:
    bob, _browser, socket = await bobs_socket(public_house)

    await change(("notice", 1), user=public_house.alice.pk)
    await change(("notice", 2), user=bob.user_id)

    assert (await socket.hear())["changes"] == [["notice", 2, 2]]


async def test_only_chosen_accounts_are_heard_and_withdrawing_one_holds_within_a_second(
    public_house: House, change: Change
) -> None:
    bob, browser = await member(public_house)
    ours, theirs = await in_database(two_accounts)(public_house, bob)
    cursor = await in_database(cursor_of)(public_house.acme.pk)
    socket = await listening(browser, public_house.acme.slug, cursor=cursor)
    await socket.hear_kind("tick")

    await change(("publication", 1), social_account=theirs)
    await change(("publication", 2), social_account=ours)
    first = await socket.hear()
    await in_database(choose)(public_house, bob, [theirs])
    again = await socket.hear(within=1)
    await change(("publication", 3), social_account=ours)
    await change(("publication", 4), social_account=theirs)
    last = await socket.hear_kind("changes")

    assert [subject for _kind, subject, _version in first["changes"]] == [2]
    assert again["kind"] == "resync"
    heard = [subject for message in socket.told for _kind, subject, _version in message.get("changes", [])]
    assert [subject for subject in heard if subject in {1, 2, 3, 4}] == [2, 4]
    assert last["changes"][-1][1] == 4


def two_accounts(house: House, bob: Membership) -> tuple[int, int]:
    with scope(organisation=house.acme.pk):
        ours, theirs = make_social_account(), make_social_account()
        Membership.objects.filter(pk=bob.pk).update(all_accounts=False)
        AccountAccess.objects.create(membership=bob, social_account=ours)
        return ours.pk, theirs.pk


def choose(house: House, bob: Membership, account_ids: list[int]) -> None:
    with scope(organisation=house.acme.pk):
        assert SocialAccount.objects.filter(pk__in=account_ids).count() == len(account_ids)
        set_account_access(Membership.objects.get(pk=bob.pk), account_ids)


async def test_removal_closes_open_sockets_within_a_second(public_house: House) -> None:
    bob, _browser, socket = await bobs_socket(public_house)

    await in_database(removed)(public_house, bob.pk)

    assert await socket.hear(within=1) == {"kind": "closed", "code": CLOSED_TO_USER}


async def test_a_new_role_begins_anew_within_a_second(public_house: House) -> None:
    bob, _browser, socket = await bobs_socket(public_house)

    await in_database(given_another_role)(public_house, bob.pk)

    assert (await socket.hear(within=1))["kind"] == "resync"


async def test_closing_the_organisation_is_noticed_by_the_tick(
    public_house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(switchboard, "TICK", 0.2)
    _bob, _browser, socket = await bobs_socket(public_house)

    def close() -> None:
        with scope(organisation=public_house.acme.pk):
            Organisation.objects.filter(pk=public_house.acme.pk).update(closed_at=timezone.now())

    await in_database(close)()

    assert await socket.hear_kind("closed") == {"kind": "closed", "code": CLOSED_TO_USER}


def given_another_role(house: House, membership_id: int) -> None:
    owner, bob = memberships(house, membership_id)
    with scope(organisation=house.acme.pk):
        change_role(bob, Role.ANALYST, actor=owner)


def removed(house: House, membership_id: int) -> None:
    owner, bob = memberships(house, membership_id)
    with scope(organisation=house.acme.pk):
        remove_member(bob, actor=owner, now=NOON)


def memberships(house: House, membership_id: int) -> tuple[Membership, Membership]:
    with scope(organisation=house.acme.pk):
        return Membership.objects.get(user=house.alice), Membership.objects.get(pk=membership_id)


# Sign-ins


async def test_signing_out_closes_the_sockets_of_that_sign_in_within_a_second(public_house: House) -> None:
    bob, browser, socket = await bobs_socket(public_house)
    elsewhere = await in_database(signed_in)(bob.user)
    other = await listening(elsewhere, public_house.acme.slug, cursor=0)
    await other.hear_kind("tick")

    await in_database(browser.logout)()

    assert await socket.hear(within=1) == {"kind": "closed", "code": SIGNED_OUT}
    assert await other.hears_nothing()


async def test_a_sign_in_that_ended_unheard_is_noticed_by_the_tick(
    public_house: House, mute: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(switchboard, "TICK", 0.2)
    _bob, browser, socket = await bobs_socket(public_house)

    await in_database(browser.logout)()

    assert await socket.hear_kind("closed") == {"kind": "closed", "code": SIGNED_OUT}


async def test_a_new_password_closes_the_sockets_of_older_sign_ins(public_house: House) -> None:
    bob, _browser, socket = await bobs_socket(public_house)

    def set_password() -> None:
        from allauth.account.signals import password_changed

        user = User.objects.get(pk=bob.user_id)
        user.set_password("another-password-for-tests")
        user.save()
        password_changed.send(sender=User, request=None, user=user)

    await in_database(set_password)()

    assert await socket.hear(within=1) == {"kind": "closed", "code": SIGNED_OUT}


# What browsers say


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        '"hello"',
        '{"kind":"hello"}',
        '{"kind":"hello","cursor":"1"}',
        '{"kind":"hello","cursor":-1}',
        '{"kind":"hello","cursor":true}',
        '{"kind":"hello","cursor":9223372036854775808}',
        '{"kind":"presence","subject":["item","1"],"state":"viewing"}',
        '{"kind":"presence","subject":["weather",1],"state":"viewing"}',
        '{"kind":"presence","subject":["publication",1],"state":"dancing"}',
    ],
)
async def test_what_no_page_of_ours_says_ends_the_conversation(public_house: House, text: str) -> None:
    _bob, _browser, socket = await bobs_socket(public_house)

    await socket.line.send_input({"type": "websocket.receive", "text": text})

    assert await socket.hear() == {"kind": "closed", "code": MALFORMED}
