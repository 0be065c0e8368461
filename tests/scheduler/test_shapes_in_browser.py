"""The composer's fields for each network in a real browser: by day and night, wide and on a phone, by keyboard."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, expect
from pytest_django.live_server_helper import LiveServer

from integrations import registry
from integrations.contract import Form
from integrations.testing import InMemoryProvider
from lib.tenancy.scope import scope
from scheduler.models import Post
from scheduler.services.composing import shapes_of
from tests.factories import make_social_account
from tests.houses import make_house
from tests.moderation.inbox.browsers import browsing, violations

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("look", [(1440, "light", "en"), (390, "dark", "fr")], ids=str)
def test_an_event_and_a_thread_are_written_by_keyboard_and_kept(
    chromium: Browser, live_server: LiveServer, page_errors: list[str], look: tuple[int, str, str]
) -> None:
    house = make_house()
    width, house.alice.theme, house.alice.language = look
    house.alice.save()
    with scope(organisation=house.acme.pk):
        make_social_account("facebook", name="Acme Bakery")
    starts = f"{timezone.now() + timedelta(days=3):%Y-%m-%dT18:00}"

    with (
        registry.replaced({"facebook": InMemoryProvider(key="facebook")}),
        browsing(chromium, live_server, house.alice, page_errors, width=width) as page,
    ):
        page.goto(house.path("compose/"))
        page.locator("#shared").fill("Stollen!")
        page.locator("#form-facebook").focus()
        page.locator("#form-facebook").select_option("event")
        title = page.locator("#option-facebook-title")
        expect(title).to_be_visible()
        expect(page.locator("#form-facebook")).to_be_focused()
        expect(page.locator("#option-facebook-title-error")).to_be_visible()
        title.fill("Stollen evening")
        page.locator("#option-facebook-starts_at").fill(starts)
        page.locator("#first_comment-facebook").fill("Open from seven.")
        page.locator("#shared").focus()
        expect(page.locator("#option-facebook-title-error")).to_have_count(0)
        expect(page.locator(".preview-more")).to_contain_text("Stollen evening")
        assert violations(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") == width

        page.reload()
        expect(title).to_have_value("Stollen evening")
        expect(page.locator("#option-facebook-starts_at")).to_have_value(starts)

        page.locator("#form-facebook").select_option("thread")
        part = page.locator("#part-facebook-0")
        part.press_sequentially("Second")
        expect(page.locator("#part-facebook-1")).to_be_visible()
        page.locator("#part-facebook-1").fill("Third")
        page.locator("#shared").focus()
        expect(page.locator("#part-facebook-2")).to_be_visible()
        assert violations(page) == []

        page.locator("#form-facebook").select_option("event")
        expect(title).to_have_value("Stollen evening")

    with scope(organisation=house.acme.pk):
        kept = shapes_of(Post.objects.get())["facebook"]
    assert (kept.form, kept.parts, kept.first_comment) == (Form.EVENT, ("Second", "Third"), "Open from seven.")
