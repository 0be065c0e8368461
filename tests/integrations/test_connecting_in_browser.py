"""The way to a network and back in a real browser: policies of content, redirects and all."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from config.env import env
from integrations.models import SocialAccount
from integrations.views import leaving, links
from lib.tenancy.scope import scope
from tests.conftest import watch
from tests.factories import make_organisation, make_user
from tests.integrations.conftest import Acme
from tests.integrations.networks.sandbox import Sandbox

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def browser_page(
    chromium: Browser, live_server: Any, client: Any, page_errors: list[str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[Page, Acme]]:
    """Alice's page. The live server speaks no web sockets, so what the browser says of those is left out."""
    alice = make_user("Alice")
    acme = Acme(organisation=make_organisation("Acme", owner=alice), alice=alice, client=client)
    client.force_login(alice)
    for views in (leaving, links):
        monkeypatch.setattr(views, "env", replace(env, public_base_url=live_server.url))
    context = chromium.new_context(base_url=live_server.url, viewport={"width": 1440, "height": 900}, locale="en-GB")
    cookie = client.cookies["sessionid"].value
    context.add_cookies([{"name": "sessionid", "value": cookie, "url": live_server.url}])
    page = context.new_page()
    watch(page, page_errors)
    yield page, acme
    context.close()
    page_errors[:] = [error for error in page_errors if "WebSocket" not in error]


def assert_accessible(page: Page) -> None:
    results = Axe().run(page, options=RULES)
    assert results.violations_count == 0, results.generate_report()


def test_an_account_is_connected_and_disconnected_by_clicking(twins: Sandbox, browser_page: tuple[Page, Acme]) -> None:
    page, acme = browser_page
    page.goto(acme.base)
    expect(page.get_by_text("No account is connected yet")).to_be_visible()

    page.get_by_role("button", name="X", exact=True).click()
    page.wait_for_url(f"{twins.origin}/**")
    page.locator("button[name=account]").first.click()
    page.locator("button[name=decision][value=accept]").click()

    page.wait_for_url(f"**{acme.base}*/")
    expect(page.get_by_text("Healthy")).to_be_visible()
    assert_accessible(page)
    expect(page.get_by_role("status").filter(has_text="is connected.")).to_be_visible()

    page.get_by_role("button", name="Disconnect", exact=True).click()
    page.get_by_role("button", name="Disconnect from X").click()

    page.wait_for_url(f"**{acme.base}")
    expect(page.locator(".accounts").get_by_text("their history stays")).to_be_visible()
    with scope(organisation=acme.organisation.pk):
        assert SocialAccount.objects.get().state == "disconnected"


def test_pages_are_chosen_by_ticking(twins: Sandbox, browser_page: tuple[Page, Acme]) -> None:
    page, acme = browser_page
    page.goto(acme.base)

    page.get_by_role("button", name="Facebook", exact=True).click()
    page.wait_for_url(f"{twins.origin}/**")
    page.locator("button[name=person]").first.click()
    page.locator("button[name=decision][value=accept]").click()

    expect(page.get_by_role("heading", name="Choose what to connect")).to_be_visible()
    assert_accessible(page)
    page.locator("input[name=presence]").first.check()
    page.get_by_role("button", name="Connect what is ticked").click()

    expect(page.get_by_text("1 account through 1 grant")).to_be_visible()


def test_a_client_connects_by_a_link(
    chromium: Browser, twins: Sandbox, browser_page: tuple[Page, Acme], page_errors: list[str]
) -> None:
    page, acme = browser_page
    page.goto(acme.base)
    page.get_by_label("For whom").fill("Mme Lambert")
    page.get_by_role("button", name="Make a link").click()
    expect(page.get_by_role("heading", name="For Mme Lambert")).to_be_visible()
    assert_accessible(page)
    address = page.get_by_label("Copy it now").input_value()

    guests = chromium.new_context(viewport={"width": 390, "height": 844}, locale="fr-FR")
    guest = guests.new_page()
    watch(guest, page_errors)
    guest.goto(address)
    expect(guest.get_by_role("heading", name="Connecter vos comptes pour Acme")).to_be_visible()
    assert_accessible(guest)
    guest.get_by_role("button", name="Facebook", exact=True).click()
    guest.wait_for_url(f"{twins.origin}/**")
    guest.locator("button[name=person]").first.click()
    guest.locator("button[name=decision][value=accept]").click()
    expect(guest.get_by_role("heading", name="Choisir ce qui est connecté")).to_be_visible()
    assert_accessible(guest)
    guest.locator("input[name=presence]").first.check()
    guest.get_by_role("button", name="Connecter ce qui est coché").click()
    expect(guest.get_by_text("Acme peut désormais publier")).to_be_visible()
    assert_accessible(guest)
    guests.close()

    page.get_by_role("link", name="Back to accounts").click()
    expect(page.get_by_text("1 account through 1 grant")).to_be_visible()
    page.get_by_role("button", name="End it Mme Lambert").click()
    expect(page.get_by_role("button", name="End it Mme Lambert")).to_have_count(0)
