"""The shell in a real browser, on pages of its own: keys, menus, themes, live hints, refusals, and axe."""

import json
import re
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.test import Client
from playwright.sync_api import Browser, Page, WebSocketRoute, expect
from pytest_django.live_server_helper import LiveServer

from accounts.models import User
from tests.conftest import watch
from tests.factories import make_organisation, make_user

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.urls("tests.web.browser_urls")]

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


@pytest.fixture
def alice() -> User:
    user = make_user("Alice")
    make_organisation("Acme", owner=user)
    make_organisation("Tidewater Museum", owner=user)
    return user


@pytest.fixture
def sockets() -> list[WebSocketRoute]:
    """The sockets that the page has opened, each answered by the test in the server's place."""
    return []


@pytest.fixture
def home(
    chromium: Browser, live_server: LiveServer, alice: User, sockets: list[WebSocketRoute], page_errors: list[str]
) -> Iterator[Page]:
    """Acme's home, with Alice signed in."""
    page = open_page(chromium, live_server, alice, sockets, page_errors, width=1440)
    yield page
    page.context.close()


@pytest.fixture
def phone(
    chromium: Browser, live_server: LiveServer, alice: User, sockets: list[WebSocketRoute], page_errors: list[str]
) -> Iterator[Page]:
    """The same on a phone."""
    page = open_page(chromium, live_server, alice, sockets, page_errors, width=390)
    yield page
    page.context.close()


def open_page(
    chromium: Browser,
    server: LiveServer,
    user: User,
    sockets: list[WebSocketRoute],
    errors: list[str],
    *,
    width: int,
) -> Page:
    client = Client()
    client.force_login(user)
    by_finger = width < 500
    context = chromium.new_context(
        base_url=server.url,
        viewport={"width": width, "height": 900},
        has_touch=by_finger,
        is_mobile=by_finger,
        reduced_motion="reduce",
    )
    context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": server.url}])
    context.set_default_timeout(10_000)
    # Playwright sets an attribute on what it calls, which a built-in method does not take.
    context.route_web_socket(re.compile("/ws/"), lambda socket: pick_up(socket, sockets))
    page = context.new_page()
    watch(page, errors)
    page.goto("/o/acme/")
    return page


def pick_up(socket: WebSocketRoute, sockets: list[WebSocketRoute]) -> None:
    """Answer in the server's place: every hello by a tick."""

    def hear(message: str | bytes) -> None:
        said = json.loads(message)
        if said["kind"] == "hello":
            socket.send(json.dumps({"kind": "tick", "cursor": said["cursor"]}))

    sockets.append(socket)
    socket.on_message(hear)


def violations(page: Page) -> list[str]:
    found = Axe().run(page, options=RULES).response["violations"]
    return [f"{one['id']}: {one['nodes'][0]['target']} {one['nodes'][0]['failureSummary']}" for one in found]


@pytest.mark.parametrize("width", [1440, 800, 390, 320])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_element_is_within_reach_of_everybody(home: Page, alice: User, width: int, theme: str) -> None:
    alice.theme, alice.language = theme, "fr" if width == 320 else "en"
    alice.save()
    home.set_viewport_size({"width": width, "height": 900})

    home.goto("/o/acme/elements/")

    assert violations(home) == []
    assert home.evaluate("document.documentElement.scrollWidth") == width


def test_forced_colours_leave_states_their_edges(home: Page) -> None:
    home.emulate_media(forced_colors="active")
    home.goto("/o/acme/elements/")

    state = home.locator(".state[data-state='published']").first

    assert state.evaluate("element => getComputedStyle(element).borderTopStyle") == "solid"


def test_letters_lead_where_the_map_says(home: Page) -> None:
    home.keyboard.press("g")
    home.keyboard.press("p")
    expect(home.get_by_role("heading", level=1)).to_have_text("Posts")
    home.keyboard.press("g")
    home.keyboard.press("a")
    expect(home.get_by_role("heading", level=1)).to_have_text("Accounts")
    home.keyboard.press("c")
    expect(home.get_by_role("heading", level=1)).to_have_text("Compose")


def test_letters_never_fire_in_a_field(home: Page) -> None:
    home.keyboard.press("/")
    field = home.get_by_role("searchbox", name="Find a post")
    expect(field).to_be_focused()

    home.keyboard.type("c?gp")

    expect(field).to_have_value("c?gp")
    expect(home.get_by_role("heading", level=1)).to_have_text("Home")


def test_letters_can_be_switched_off(home: Page, alice: User) -> None:
    alice.shortcuts = False
    alice.save()
    home.reload()

    for key in "c?gp":
        home.keyboard.press(key)

    expect(home.get_by_role("heading", level=1)).to_have_text("Home")
    expect(home.get_by_role("dialog")).to_have_count(0)


def test_the_question_mark_lists_the_keys(home: Page) -> None:
    home.keyboard.press("?")

    dialog = home.get_by_role("dialog", name="All keys")
    expect(dialog).to_contain_text("Compose")
    assert violations(home) == []

    home.keyboard.press("Escape")
    expect(dialog).to_be_hidden()


def test_the_organisations_menu_is_walked_by_arrows_and_gives_the_focus_back(home: Page) -> None:
    button = home.get_by_role("button", name="Change organisation")
    button.press("Enter")
    other = home.get_by_role("link", name="Tidewater Museum")
    expect(other).to_be_focused()

    home.keyboard.press("Escape")

    expect(button).to_be_focused()
    expect(other).to_be_hidden()


def test_a_theme_shows_at_once_and_is_kept(home: Page) -> None:
    home.get_by_role("button", name="Light or dark").click()
    with home.expect_response("**/preferences/theme/"):
        home.get_by_role("button", name="Dark", exact=True).click()
    assert home.evaluate("document.documentElement.dataset.theme") == "dark"

    home.reload()

    assert home.evaluate("document.documentElement.dataset.theme") == "dark"


def test_a_hint_fetches_the_part_it_speaks_of(home: Page, sockets: list[WebSocketRoute]) -> None:
    expect(home.locator("#live")).to_have_text("Live, in step")

    sockets[0].send(json.dumps({"kind": "changes", "cursor": 1, "changes": [["publication", 7, 1]]}))

    expect(home.locator("#publication-7")).to_have_text("as it is now")


def test_a_page_that_missed_too_much_asks_again(home: Page, sockets: list[WebSocketRoute]) -> None:
    expect(home.locator("#live")).to_have_text("Live, in step")

    sockets[0].close()
    expect(home.locator("#live")).to_have_text("Connection lost, trying again")
    expect(home.locator("#live")).to_have_text("Live, in step")
    assert len(sockets) == 2
    expect(home.locator("#publication-7")).to_have_text("as it was")
    sockets[1].send(json.dumps({"kind": "resync", "cursor": 900}))

    expect(home.locator("#publication-7")).to_have_text("as it is now")


def test_versions_decide_whatever_the_order(home: Page, sockets: list[WebSocketRoute]) -> None:
    """What the page shows already is not fetched, and what was fetched too early does not replace what is newer."""
    expect(home.locator("#live")).to_have_text("Live, in step")
    asked: list[str] = []
    home.on("request", lambda request: asked.append(request.url))

    def change(version: int) -> None:
        sockets[0].send(json.dumps({"kind": "changes", "cursor": version, "changes": [["item", 12, version]]}))

    change(5)
    change(4)
    with home.expect_response("**/item/"):
        change(6)
    expect(home.locator("#item-12")).to_have_text("version 5")
    assert len([url for url in asked if url.endswith("/item/")]) == 1
    change(7)

    expect(home.locator("#item-12")).to_have_text("version 6")


def test_a_silent_connection_is_replaced(home: Page, sockets: list[WebSocketRoute]) -> None:
    home.clock.install()
    home.reload()
    expect(home.locator("#live")).to_have_text("Live, in step")
    before = len(sockets)

    home.clock.fast_forward(26_000)

    expect(home.locator("#live")).to_have_text("Connection lost, trying again")
    expect(home.locator("#live")).to_have_text("Live, in step")
    assert len(sockets) == before + 1


def test_an_invalid_form_comes_back_in_place(home: Page, page_errors: list[str]) -> None:
    home.get_by_role("button", name="Invalid").click()

    expect(home.locator("#answer")).to_have_text("what the server says")
    expect(home.locator(".toast")).to_have_count(0)
    page_errors.clear()  # the browser notes the status 422


@pytest.mark.parametrize(
    ("button", "words"),
    [("Forbidden", "The server refused this"), ("Broken", "Something failed on our side")],
)
def test_a_refusal_leaves_the_page_and_says_so(home: Page, page_errors: list[str], button: str, words: str) -> None:
    home.get_by_role("button", name=button).click()

    expect(home.get_by_role("status").filter(has_text=words)).to_be_visible()
    expect(home.locator("#answer")).to_have_text("no answer yet")
    page_errors.clear()


@pytest.mark.parametrize(
    ("language", "words"),
    [("en", ["Fri 11 Dec 1998", "08:05", "–"]), ("fr", ["ven. 11 déc. 1998", "08:05", "–"])],
)
def test_days_and_hours_are_in_the_pages_language_until_one_is_at_the_field(
    home: Page, alice: User, language: str, words: list[str]
) -> None:
    alice.language = language
    alice.save()
    home.reload()
    expect(home.locator("#live")).to_have_attribute("data-state", "live")
    for name, value in (("date", "1998-12-11"), ("time", "08:05"), ("date", "")):
        field = f'<input type="{name}" class="input" aria-label="A {name}" value="{value}">'
        home.locator("#main").evaluate("(main, field) => main.insertAdjacentHTML('beforeend', field)", field)

    fields = home.locator("#main input[data-words]")
    expect(fields).to_have_count(3)
    assert fields.evaluate_all("all => all.map(one => one.dataset.words)") == words
    day = fields.first
    shown = "one => [getComputedStyle(one, '::before').content, getComputedStyle(one).width]"
    before, width = day.evaluate(shown)
    day.focus()
    assert (before, day.evaluate(shown)) == (f'"{words[0]}"', ["none", width])
    day.fill("1998-12-12")
    expect(day).to_have_attribute("data-words", re.compile("12"))


def test_a_dialog_that_is_fetched_opens_as_it_comes(home: Page) -> None:
    home.get_by_role("button", name="Ask").click()

    expect(home.get_by_role("dialog", name="Delete it?")).to_be_visible()


def test_a_phone_has_the_five_at_the_thumb_and_the_rest_behind_more(phone: Page) -> None:
    bar = phone.get_by_role("navigation", name="Main")
    expect(bar.get_by_role("link", name="Compose")).to_be_visible()
    expect(bar.get_by_role("link", name="People")).to_be_hidden()

    bar.get_by_role("button", name="More").tap()

    expect(phone.get_by_role("link", name="People")).to_be_visible()
    assert violations(phone) == []
    phone.get_by_role("link", name="People").tap()
    expect(phone.get_by_role("heading", level=1)).to_have_text("People")
