"""Agents' browsers, at a server of the test's own."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from django.test import Client
from playwright.sync_api import Browser, Page, WebSocketRoute
from pytest_django.live_server_helper import LiveServer

from accounts.models import User
from tests.conftest import watch

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


@dataclass
class Wire:
    """The sockets that pages open, answered by the test in the server's place: every hello by a tick."""

    sockets: list[WebSocketRoute] = field(default_factory=list)
    said: list[dict[str, Any]] = field(default_factory=list)  # by pages

    def pick_up(self, socket: WebSocketRoute) -> None:
        def hear(text: str | bytes) -> None:
            self.said.append(json.loads(text))
            if self.said[-1]["kind"] == "hello":
                socket.send(json.dumps({"kind": "tick", "cursor": self.said[-1]["cursor"]}))

        socket.on_message(hear)
        self.sockets.append(socket)

    def tell(self, **message: Any) -> None:
        """Say something to the first page, as the server does."""
        self.sockets[0].send(json.dumps(message))


@contextmanager
def browsing(
    chromium: Browser,
    server: LiveServer,
    user: User,
    errors: list[str],
    *,
    width: int = 1440,
    wire: Wire | None = None,
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
    wire = wire or Wire()
    # Playwright sets an attribute on what it calls, which a method does not take.
    context.route_web_socket(re.compile("/ws/"), lambda socket: wire.pick_up(socket))  # noqa: PLW0108
    page = context.new_page()
    watch(page, errors)
    yield page
    context.close()


def violations(page: Page) -> list[str]:
    found = Axe().run(page, options=RULES).response["violations"]
    return [f"{one['id']}: {one['nodes'][0]['target']} {one['nodes'][0]['failureSummary']}" for one in found]
