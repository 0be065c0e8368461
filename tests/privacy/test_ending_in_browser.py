"""Ending an organisation in a real browser: announced and taken back by keyboard, by day, by night, on a phone."""

from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, expect
from pytest_django.live_server_helper import LiveServer

from lib.tenancy.scope import scope
from privacy.certificates import address_of
from privacy.models import Termination
from tests.houses import make_house
from tests.moderation.inbox.browsers import browsing, violations

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("look", [(1440, "light", "en"), (390, "dark", "fr")], ids=str)
def test_it_is_announced_shown_on_every_page_and_taken_back(
    chromium: Browser, live_server: LiveServer, page_errors: list[str], look: tuple[int, str, str]
) -> None:
    house = make_house()
    width, house.alice.theme, house.alice.language = look
    house.alice.save()
    with scope(organisation=house.elsewhere.pk):
        now = timezone.now()
        done = Termination.objects.create(
            organisation_id=house.elsewhere.pk, organisation_name="Elsewhere", asked_at=now - timedelta(days=30),
            ends_at=now, ended_at=now, state="done", ended={"moderation.Message": 12, "accounts.Membership": 2},
        )  # fmt: skip

    with browsing(chromium, live_server, house.alice, page_errors, width=width) as page:
        page.goto(house.path("retention/end/"))
        assert violations(page) == []
        page.locator("[name=typed_name]").focus()
        page.keyboard.type("Acme")
        page.keyboard.press("Enter")
        expect(page.locator(".notice[data-tone=alarm]")).to_be_visible()
        assert violations(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") == width

        page.locator("form[action$='undo/'] button").focus()
        page.keyboard.press("Enter")
        expect(page.locator(".notice[data-tone=alarm]")).to_have_count(0)

        page.goto(urlsplit(address_of(done)).path)
        expect(page.locator("h1")).to_be_visible()
        assert violations(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") == width
