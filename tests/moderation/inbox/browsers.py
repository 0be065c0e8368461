"""Agents' browsers, at a server of the test's own."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

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
    # Playwright sets an attribute on what it calls, which a built-in method does not take.
    context.route_web_socket(re.compile("/ws/"), lambda socket: opened.append(socket))  # noqa: PLW0108
    page = context.new_page()
    watch(page, errors)
    yield page
    context.close()


def violations(page: Page) -> list[str]:
    found = Axe().run(page, options=RULES).response["violations"]
    return [f"{one['id']}: {one['nodes'][0]['target']} {one['nodes'][0]['failureSummary']}" for one in found]
