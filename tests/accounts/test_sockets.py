from collections.abc import AsyncIterator
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from asgiref.testing import ApplicationCommunicator
from channels.routing import URLRouter
from channels.sessions import SessionMiddlewareStack
from django.conf import settings
from django.db import connections
from django.test import Client

from accounts.models import Membership
from accounts.permissions import Role
from accounts.services.members import change_role, remove_member
from accounts.sockets import CLOSED_TO_USER
from config.sockets import SOCKETS
from lib.tenancy.scope import scope
from tests.houses import House, make_house, signed_in


@pytest.fixture(autouse=True)
async def _hang_up() -> AsyncIterator[None]:
    """Close the connections of the thread that asynchronous code does its database work in."""
    yield
    await sync_to_async(connections.close_all)()


application = SessionMiddlewareStack(URLRouter(SOCKETS))


async def answer_to(browser: Client, slug: str) -> tuple[Any, str]:
    """Knock at an organisation's socket with a browser's cookie; return the line and the first answer's type."""
    key = await sync_to_async(lambda: browser.session.session_key)()
    cookie = f"{settings.SESSION_COOKIE_NAME}={key}"
    headers = [(b"origin", b"http://testserver"), (b"host", b"testserver"), (b"cookie", cookie.encode())]
    line: Any = ApplicationCommunicator(
        application,
        {"type": "websocket", "path": f"/ws/o/{slug}/", "query_string": b"", "headers": headers, "subprotocols": []},
    )
    await line.send_input({"type": "websocket.connect"})
    return line, (await line.receive_output(timeout=2))["type"]


@pytest.mark.django_db(transaction=True)
async def test_removal_closes_open_sockets_within_a_second_and_a_new_role_does_not() -> None:
    house, bob, browser = await sync_to_async(arranged)()
    line, answer = await answer_to(browser, house.acme.slug)
    assert answer == "websocket.accept"

    await sync_to_async(given_another_role)(house, bob.pk)
    assert await line.receive_nothing(timeout=0.3)
    await sync_to_async(removed)(house, bob.pk)

    closing = await line.receive_output(timeout=1)
    assert (closing["type"], closing["code"]) == ("websocket.close", CLOSED_TO_USER)


@pytest.mark.django_db(transaction=True)
async def test_signing_out_closes_that_sessions_sockets_and_no_others() -> None:
    house, bob, browser = await sync_to_async(arranged)()
    other = await sync_to_async(signed_in)(bob.user)
    line, answer = await answer_to(browser, house.acme.slug)
    elsewhere, other_answer = await answer_to(other, house.acme.slug)
    assert (answer, other_answer) == ("websocket.accept", "websocket.accept")

    await sync_to_async(browser.post)("/accounts/logout/")

    closing = await line.receive_output(timeout=1)
    assert (closing["type"], closing["code"]) == ("websocket.close", CLOSED_TO_USER)
    assert await elsewhere.receive_nothing(timeout=0.3)


@pytest.mark.django_db(transaction=True)
async def test_a_stranger_and_nobody_are_refused_alike() -> None:
    house, _bob, _browser = await sync_to_async(arranged)()
    charlie = await sync_to_async(signed_in)(house.charlie)

    for browser, slug in ((charlie, house.acme.slug), (charlie, "absent"), (Client(), house.acme.slug)):
        _line, answer = await answer_to(browser, slug)
        assert answer == "websocket.close"


def arranged() -> tuple[House, Membership, Client]:
    house = make_house()
    bob = house.member(Role.PLANNER)
    return house, bob, signed_in(bob.user)


def given_another_role(house: House, membership_id: int) -> None:
    owner, bob = memberships(house, membership_id)
    with scope(organisation=house.acme.pk):
        change_role(bob, Role.ANALYST, actor=owner)


def removed(house: House, membership_id: int) -> None:
    owner, bob = memberships(house, membership_id)
    with scope(organisation=house.acme.pk):
        remove_member(bob, actor=owner)


def memberships(house: House, membership_id: int) -> tuple[Membership, Membership]:
    with scope(organisation=house.acme.pk):
        return Membership.objects.get(user=house.alice), Membership.objects.get(pk=membership_id)
