"""Closing an account in a real browser, by keyboard: what stands in the way first, then the deed."""

import pytest
from playwright.sync_api import Browser, expect
from pytest_django.live_server_helper import LiveServer

from accounts.models import User
from accounts.permissions import Role
from tests.factories import PASSWORD, make_membership
from tests.houses import make_house
from tests.moderation.inbox.browsers import browsing, violations

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("look", [(1440, "light", "en"), (390, "dark", "fr")], ids=str)
def test_what_is_owned_alone_is_named_and_then_the_account_closes(
    chromium: Browser, live_server: LiveServer, page_errors: list[str], look: tuple[int, str, str]
) -> None:
    house = make_house()
    width, house.alice.theme, house.alice.language = look
    house.alice.save()

    with browsing(chromium, live_server, house.alice, page_errors, width=width) as page:
        page.goto("/profile/")
        page.locator("a[href='/profile/close/']").click()
        expect(page.locator(".obstacles li")).to_contain_text("Acme")
        assert violations(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") == width
        page.locator(".obstacles a[href$='/people/']").click()
        expect(page).to_have_url(f"{live_server.url}{house.path('people/')}")

        make_membership(house.acme, role=Role.OWNER)
        page.goto("/profile/close/")
        assert violations(page) == []
        page.locator("[name=password]").focus()
        page.keyboard.type(PASSWORD)
        page.keyboard.press("Tab")
        page.keyboard.press("Space")
        page.keyboard.press("Enter")
        expect(page.locator("h1")).to_contain_text({"en": "closed", "fr": "fermé"}[look[2]])
        assert violations(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") == width
        page.goto(house.path("people/"))
        expect(page).to_have_url(f"{live_server.url}/accounts/login/?next={house.path('people/')}")
    assert User.objects.get(pk=house.alice.pk).closed_at is not None
