"""The composer's fields for each network in a real browser: by day and night, wide and on a phone, by keyboard."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, expect
from pytest_django.live_server_helper import LiveServer

from integrations import registry
from integrations.contract import Form, Option, OptionType
from integrations.testing import InMemoryProvider
from lib.tenancy.scope import scope
from scheduler.models import Post
from scheduler.services.composing import shapes_of
from tests.factories import make_asset, make_social_account
from tests.houses import make_house
from tests.moderation.inbox.browsers import browsing, violations

NETWORKS = ("facebook", "youtube", "linkedin", "instagram", "x", "google_business")
QUESTION = Option(name="for_children", type=OptionType.FLAG, required=True)

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("look", [(1440, "light", "en"), (390, "dark", "fr")], ids=str)
def test_every_networks_fields_are_filled_in_by_keyboard_kept_and_shown(
    chromium: Browser, live_server: LiveServer, page_errors: list[str], look: tuple[int, str, str]
) -> None:
    house = make_house()
    width, house.alice.theme, house.alice.language = look
    house.alice.save()
    with scope(organisation=house.acme.pk):
        for network in NETWORKS:
            make_social_account(network, name="Acme Bakery", handle=f"acme_{network}")
        picture = make_asset(name="crust.jpg", alt_text="A crust")
    played = {network: InMemoryProvider(key=network) for network in NETWORKS}
    played["youtube"].options = (*played["youtube"].options, QUESTION)
    starts = f"{timezone.now() + timedelta(days=3):%Y-%m-%dT18:00}"

    with (
        registry.replaced(played),
        browsing(chromium, live_server, house.alice, page_errors, width=width) as page,
    ):
        page.goto(house.path("compose/"))
        page.locator("label:has([data-network='facebook'])").click()
        page.locator("#shared").fill("Stollen!")
        page.locator("#form-facebook").focus()
        page.locator("#form-facebook").select_option("event")
        title = page.locator("#option-facebook-title")
        expect(title).to_be_visible()
        expect(page.locator("#form-facebook")).to_be_focused()
        expect(page.locator("#option-facebook-title-error")).to_be_visible()
        title.fill("Stollen evening")
        expect(page.locator(".checks")).not_to_contain_text(re.compile("Title of|Titre"))  # its save has been answered
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

        page.locator("label:has([data-network='youtube'])").click()
        answer = page.locator("#option-youtube-for_children")
        expect(page.locator("#option-youtube-for_children-error")).to_be_visible()
        answer.focus()
        page.keyboard.press("Space")
        expect(page.locator("#option-youtube-for_children-error")).to_have_count(0)
        page.keyboard.press("ArrowRight")
        expect(page.locator("#option-youtube-for_children-no")).to_be_checked()
        expect(page.locator("#option-youtube-for_children-no")).to_be_focused()
        page.locator("#link").fill("https://bakery.example/stollen")
        for network in NETWORKS[2:]:
            page.locator(f"label:has([data-network='{network}'])").click()
        cover = page.locator(f"#cover-linkedin-{picture.pk}")
        expect(cover).to_be_attached()
        cover.check(force=True)
        page.locator("#shared").focus()
        drawn = page.locator(".preview[data-network='linkedin'] .link-card img")
        expect(drawn).to_have_attribute("alt", "A crust")
        assert violations(page) == []

        if width < 500:
            page.locator(".composer-switch > button").nth(1).click()
        for network in NETWORKS:
            page.locator(f"#preview-switch > [data-network='{network}']").click()
            expect(page.locator(f".preview[data-network='{network}']")).to_be_visible()
            assert page.evaluate("document.documentElement.scrollWidth") == width
        page.evaluate("document.querySelectorAll('.preview').forEach((one) => { one.hidden = false; })")
        assert violations(page) == []

    with scope(organisation=house.acme.pk):
        shapes = shapes_of(Post.objects.get())
    assert (shapes["youtube"].options, shapes["linkedin"].cover_id) == ({"for_children": False}, picture.pk)
    kept = shapes["facebook"]
    assert (kept.form, kept.parts, kept.first_comment) == (Form.EVENT, ("Second", "Third"), "Open from seven.")
