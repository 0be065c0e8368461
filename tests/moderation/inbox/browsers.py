"""Agents' browsers, at a server of the test's own."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from django.test import Client
from playwright.sync_api import Browser, Page, WebSocketRoute
from pytest_django.live_server_helper import LiveServer

from accounts.models import User
from tests.conftest import watch

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


@contextmanager
def browsing(
    chromium: Browser,
    server: LiveServer,
    user: User,
    errors: list[str],
    *,
    width: int = 1440,
    sockets: list[WebSocketRoute] | None = None,
) -> Iterator[Page]:
    """A page with this user signed in. Its socket is answered by the test in the server's place."""
    client = Client()
    client.force_login(user)
    by_finger = width < 500
    context = chromium.new_context(
        base_url=server.url,
        viewport={"width": width, "height": 844 if by_finger else 900},
        has_touch=by_finger,
        is_mobile=by_finger,
        reduced_motion="reduce",
    )
    context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": server.url}])
    context.set_default_timeout(10_000)
    opened = sockets if sockets is not None else []
    context.route_web_socket(re.compile("/ws/"), lambda socket: _pick_up(socket, opened))
    page = context.new_page()
    watch(page, errors)
    yield page
    context.close()


def _pick_up(socket: WebSocketRoute, sockets: list[WebSocketRoute]) -> None:
    """Answer in the server's place: every hello by a tick."""

    def hear(text: str | bytes) -> None:
        said = json.loads(text)
        if said["kind"] == "hello":
            socket.send(json.dumps({"kind": "tick", "cursor": said["cursor"]}))

    socket.on_message(hear)
    sockets.append(socket)


def tell(socket: WebSocketRoute, **message: Any) -> None:
    """Say something as the server does."""
    socket.send(json.dumps(message))


def violations(page: Page) -> list[str]:
    found = Axe().run(page, options=RULES).response["violations"]
    return [f"{one['id']}: {one['nodes'][0]['target']} {one['nodes'][0]['failureSummary']}" for one in found]
