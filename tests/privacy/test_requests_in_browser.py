"""Requests in a real browser: found, looked at and asked for by keyboard, by day, by night and on a phone."""

import pytest
from playwright.sync_api import Browser, expect
from pytest_django.live_server_helper import LiveServer

from lib.tenancy.scope import scope
from tests.factories import make_post
from tests.houses import make_house
from tests.moderation.factories import make_identity, make_item, make_message
from tests.moderation.inbox.browsers import browsing, violations

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize(
    "look", [(1440, "light", "en"), (1440, "dark", "fr"), (390, "dark", "en"), (390, "light", "fr")], ids=str
)
def test_a_person_is_found_looked_at_and_erased_by_keyboard(
    chromium: Browser, live_server: LiveServer, page_errors: list[str], look: tuple[int, str, str]
) -> None:
    house = make_house()
    width, house.alice.theme, house.alice.language = look
    house.alice.save()
    with scope(organisation=house.acme.pk):
        make_message(make_item(identity=make_identity("Camille Fontaine", handle="camille_f")))
        make_post(text="Thanks to Camille Fontaine!")

    with browsing(chromium, live_server, house.alice, page_errors, width=width) as page:
        page.goto(house.path("retention/requests/"))
        page.keyboard.press("/")
        page.keyboard.type("fontaine")
        page.keyboard.press("Enter")
        found = page.locator(".people-found a")
        expect(found).to_have_count(1)
        assert violations(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") == width

        found.focus()
        page.keyboard.press("Enter")
        expect(page.locator("q", has_text="Camille Fontaine")).to_be_visible()
        assert violations(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") == width

        page.locator("[data-kind=danger-final]").focus()
        page.keyboard.press("Enter")
        expect(page.locator("tr[id^=request-]")).to_have_count(1)
        assert violations(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") == width
