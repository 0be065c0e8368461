"""Web processes share a pool of connections: requests that fail in the middle must leave nothing on them."""

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
from asgiref.testing import ApplicationCommunicator
from django.conf import settings
from django.core.handlers.asgi import ASGIHandler
from django.db import ProgrammingError, connection, connections, transaction
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import include, path

from accounts.models import Organisation, User
from accounts.requests import OrganisationRequest
from scheduler.models import Post
from tests.factories import make_membership, make_organisation, make_user
from tests.tenancy.conftest import Two

REQUESTS, POOL = 240, 4


def owners(request: HttpRequest) -> HttpResponse:
    """Whose posts the connection at hand shows."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT organisation_id FROM scheduler_post")
        return HttpResponse(",".join(str(owner) for (owner,) in cursor.fetchall()))


def fail_in_the_middle(request: OrganisationRequest) -> HttpResponse:
    Post.objects.count()
    raise RuntimeError("in the middle")


def fail_in_a_savepoint(request: OrganisationRequest) -> HttpResponse:
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT nothing FROM nowhere")
    except ProgrammingError:
        return owners(request)
    raise AssertionError("the statement must fail")


pages = [path("owners/", owners), path("fail/", fail_in_the_middle), path("savepoint/", fail_in_a_savepoint)]
urlpatterns = [path("o/<slug:slug>/", include(pages)), path("outside/", owners)]

pytestmark = [pytest.mark.urls(__name__), pytest.mark.filterwarnings("ignore::ResourceWarning")]


@pytest.fixture
def pooled(two_committed: Two) -> Iterator[Two]:
    """Let new connections come from a small pool, as config.asgi has it."""
    wrapper: Any = connections["default"]
    options: dict[str, Any] = connection.settings_dict["OPTIONS"]
    age = connection.settings_dict["CONN_MAX_AGE"]
    connection.close()
    connection.settings_dict["CONN_MAX_AGE"] = 0
    options["pool"] = {"min_size": 1, "max_size": POOL, "timeout": 20}
    try:
        yield two_committed
    finally:
        connection.close()
        wrapper.close_pool()
        del options["pool"]
        connection.settings_dict["CONN_MAX_AGE"] = age


def cookie_of(user: User) -> bytes:
    client = Client()
    client.force_login(user)
    return f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}".encode()


async def get(handler: ASGIHandler, path: str, cookie: bytes) -> tuple[int, str]:
    scope = {
        "type": "http",
        "method": "GET",
        "path": path,
        "query_string": b"",
        "headers": [(b"host", b"127.0.0.1"), (b"cookie", cookie)],
    }
    talk = ApplicationCommunicator(handler, scope)
    await talk.send_input({"type": "http.request", "body": b""})
    start = await talk.receive_output(30)
    body = await talk.receive_output(30)
    await talk.wait()
    return start["status"], body["body"].decode()


def test_no_request_sees_what_another_left_on_its_connection(pooled: Two) -> None:
    alice = make_user("Alice")
    organisations: list[Organisation] = [pooled.acme, pooled.other, make_organisation("Empty")]
    for organisation in organisations:
        make_membership(organisation, alice)
    cookie = cookie_of(alice)
    wanted = [str(pooled.acme.pk), str(pooled.other.pk), ""]
    plan = [(number % 3, ("owners", "fail", "savepoint", "outside")[number // 3 % 4]) for number in range(REQUESTS)]

    async def all_at_once() -> list[tuple[int, str]]:
        handler = ASGIHandler()
        addresses = ["/outside/" if kind == "outside" else f"/o/{organisations[n].slug}/{kind}/" for n, kind in plan]
        return list(await asyncio.gather(*(get(handler, address, cookie) for address in addresses)))

    answers = asyncio.run(all_at_once())

    for (number, kind), (status, body) in zip(plan, answers, strict=True):
        if kind == "fail":
            assert status == 500
        else:
            assert (status, body) == (200, "" if kind == "outside" else wanted[number])
    wrapper: Any = connections["default"]
    assert wrapper.pool is not None
