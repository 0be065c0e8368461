"""Fixtures for every room: the whole product running, and a real browser to look at it."""

import os
import shutil
from collections.abc import Iterator

import pytest
import redis
from django.db import connections
from django.test import Client, TransactionTestCase
from playwright.sync_api import Browser, ConsoleMessage, Error, Page, sync_playwright
from pytest_django import Settings

from launch.stack import Stack, running_stack
from tests.emptying import close, empty
from tests.houses import House, make_house, signed_in
from tests.integrations.networks.sandbox import Sandbox, running_sandbox

NO_BROWSER = "No Chromium was found; on Debian: apt-get install chromium. CHROMIUM=/path/to/it names another."


def find_chromium() -> str | None:
    return os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Send all that needs the running product to one worker, which starts it once; mark what needs a browser.

    Before xdist reads the groups, else each of these tests would be a group of its own.
    """
    for item in items:
        fixtures = getattr(item, "fixturenames", ())
        if "stack" in fixtures:
            item.add_marker(pytest.mark.xdist_group("stack"))
        if "chromium" in fixtures:
            item.add_marker(pytest.mark.browser)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    skipped = [report for report in terminalreporter.stats.get("skipped", []) if NO_BROWSER in str(report.longrepr)]
    if skipped:
        terminalreporter.write_sep("!", f"{len(skipped)} browser tests were SKIPPED", red=True, bold=True)
        terminalreporter.write_line(NO_BROWSER)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None) -> Iterator[None]:
    """The test database of pytest-django, emptied after each test that commits by a way of our own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", lambda _test: empty())
        yield
    close()


@pytest.fixture(autouse=True)
def quick_passwords(settings: Settings) -> None:
    """A good hash takes a quarter of a second on purpose; a test that makes four people need not wait for one."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(autouse=True)
def fresh_budgets(settings: Settings) -> None:
    """Windows of budgets last by the real clock: what one test has used up, the next ones would miss."""
    with redis.Redis.from_url(settings.CELERY_BROKER_URL) as client:
        client.flushdb()


@pytest.fixture
def house(db: None) -> House:
    return make_house()


@pytest.fixture
def alice(house: House) -> Client:
    """The browser of Acme's owner."""
    return signed_in(house.alice)


@pytest.fixture
def charlie(house: House) -> Client:
    """The browser of somebody who belongs elsewhere."""
    return signed_in(house.charlie)


@pytest.fixture(scope="session")
def stack() -> Iterator[Stack]:
    """The product as `make up` runs it, without demonstration data, on ports and servers of its own."""
    with running_stack() as running:
        yield running


@pytest.fixture(scope="session")
def sandbox_process() -> Iterator[Sandbox]:
    """The twins as a process of their own, one for all tests of a worker."""
    with running_sandbox() as running:
        yield running


@pytest.fixture
def chromium(monkeypatch: pytest.MonkeyPatch) -> Iterator[Browser]:
    """A real Chromium. Required where REQUIRE_BROWSER is set, as CI does; elsewhere its absence skips, loudly."""
    executable = find_chromium()
    if executable is None:
        if os.environ.get("REQUIRE_BROWSER"):
            pytest.fail(NO_BROWSER)
        pytest.skip(NO_BROWSER)
    # Playwright's synchronous face runs a loop in our thread, where Django would refuse to speak to its database.
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
    options = ["--disable-background-networking", *(["--no-sandbox"] if os.geteuid() == 0 else [])]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=options)
        yield browser
        browser.close()
        # While that loop runs, Django's connections are the loop's own; nobody else would close them.
        connections.close_all()


@pytest.fixture
def page_errors() -> Iterator[list[str]]:
    """What the browser complained of. A test that provokes a complaint looks at it and clears the list."""
    errors: list[str] = []
    yield errors
    assert errors == []


@pytest.fixture
def page(chromium: Browser, stack: Stack, page_errors: list[str]) -> Iterator[Page]:
    """A page of a fresh browser profile, at the running product; any error in its console fails the test."""
    context = chromium.new_context(base_url=stack.web, viewport={"width": 1440, "height": 900}, locale="en-GB")
    context.set_default_timeout(15_000)
    page = context.new_page()
    watch(page, page_errors)
    yield page
    context.close()


def watch(page: Page, errors: list[str]) -> None:
    """Note the page's console errors and uncaught exceptions."""

    def console(message: ConsoleMessage) -> None:
        if message.type == "error":
            errors.append(f"{message.location.get('url')}: {message.text}")

    def exception(error: Error) -> None:
        errors.append(str(error))

    page.on("console", console)
    page.on("pageerror", exception)
