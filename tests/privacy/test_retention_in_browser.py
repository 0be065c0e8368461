"""The retention page in a real browser: the effect of a choice comes by itself, by day, by night and on a phone."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, expect
from pytest_django.live_server_helper import LiveServer

from lib.tenancy.scope import scope
from tests.factories import make_social_account
from tests.houses import make_house
from tests.moderation.factories import make_item, make_message, make_thread
from tests.moderation.inbox.browsers import browsing, violations

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize(
    "look", [(1440, "light", "en"), (1440, "dark", "fr"), (390, "dark", "en"), (390, "light", "fr")], ids=str
)
def test_a_shorter_rule_shows_what_it_takes_is_saved_and_taken_back(
    chromium: Browser, live_server: LiveServer, page_errors: list[str], look: tuple[int, str, str]
) -> None:
    house = make_house()
    width, house.alice.theme, house.alice.language = look
    house.alice.save()
    past = timezone.now() - timedelta(days=610)
    with scope(organisation=house.acme.pk):
        make_message(
            make_item(thread=make_thread(social_account=make_social_account("x"), last_activity_at=past), at=past)
        )

    with browsing(chromium, live_server, house.alice, page_errors, width=width) as page:
        page.goto(house.path("retention/"))
        rule = page.locator("#rule-messages")
        rule.locator("select").select_option("P18M")
        expect(rule.locator(".figure").first).to_have_text("1")
        assert violations(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") == width

        rule.locator("button[data-kind=primary]").click()
        expect(rule.locator("button[data-kind=primary]")).to_have_count(0)
        rule.locator("button").click()
        expect(rule.locator(".effect-words")).to_have_count(0)
        expect(rule.locator("select")).to_have_value("P24M")

        page.locator("[data-opens=new-hold]").click()
        expect(page.locator("#new-hold")).to_be_visible()
        assert violations(page) == []

        page.goto(house.path("retention/?hold=thread&of=1"))
        expect(page.locator("#new-hold")).to_be_in_viewport()
        expect(page.locator("#new-hold :modal, #new-hold:modal")).to_have_count(1)
        expect(page.locator("#new-hold [name=subject_id]")).to_have_value("1")

        page.goto(house.path("retention/record/"))
        assert violations(page) == []
