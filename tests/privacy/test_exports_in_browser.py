"""An export in a real browser: asked for by keyboard, followed while it grows, downloaded, and read from the disk."""

import threading
from pathlib import Path

import pytest
from django.db import connections
from django.utils import timezone
from playwright.sync_api import Browser, expect
from pytest_django.live_server_helper import LiveServer

from gallery.storage import new_key, storage
from lib.tenancy.scope import scope
from privacy.exporting import making
from privacy.models import Export
from scheduler.models import PostAsset
from tests.conftest import watch
from tests.factories import make_asset, make_post
from tests.gallery.pictures import photograph
from tests.houses import House, make_house
from tests.moderation.factories import make_item, make_message
from tests.moderation.inbox.browsers import browsing, violations
from tests.privacy.test_exporting import made

pytestmark = pytest.mark.django_db(transaction=True)


def furnish(house: House) -> None:
    key = new_key(house.acme.pk, "assets", "jpg")
    storage().save(key, photograph(), content_type="image/jpeg")
    with scope(organisation=house.acme.pk):
        post = make_post(text="The stollen is back on Friday.")
        PostAsset.objects.create(post=post, asset=make_asset(storage_key=key), position=0, alt_text="A cake")
        make_message(make_item(), text="<b>Is it fresh?</b>")


def work() -> None:
    """A worker of its own, as far as the database can tell."""
    try:
        making.run_due(timezone.now)
    finally:
        connections.close_all()


@pytest.mark.parametrize("look", [(1440, "light", "en"), (390, "dark", "fr")], ids=str)
def test_it_is_made_followed_and_downloaded(
    chromium: Browser, live_server: LiveServer, page_errors: list[str], look: tuple[int, str, str]
) -> None:
    house = make_house()
    furnish(house)
    width, house.alice.theme, house.alice.language = look
    house.alice.save()

    with browsing(chromium, live_server, house.alice, page_errors, width=width) as page:
        page.goto(house.path("retention/exports/"))
        assert violations(page) == []
        page.locator("form[action$='make/'] button").focus()
        page.keyboard.press("Enter")
        expect(page.locator(".export progress")).to_be_visible()
        assert violations(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") == width

        worker = threading.Thread(target=work)
        worker.start()
        expect(page.locator(".export [data-tone=good]")).to_be_visible(timeout=30_000)
        worker.join()
        assert violations(page) == []
        # The server of tests speaks WSGI and would read a stream whole: the way to it is what is looked at here.
        with scope(organisation=house.acme.pk):
            assert Export.objects.get().state == Export.State.READY

        page.goto(house.path("retention/end/"))
        expect(page.locator("#export-heading")).to_be_visible()
        assert violations(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") == width


def test_its_pages_read_well_from_a_disk_and_load_nothing_from_elsewhere(
    chromium: Browser, page_errors: list[str], tmp_path: Path
) -> None:
    house = make_house()
    furnish(house)
    with made(house) as archive:
        archive.extractall(tmp_path)
    context = chromium.new_context(viewport={"width": 390, "height": 800})
    page = context.new_page()
    watch(page, page_errors)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))

    page.goto((tmp_path / "index.html").as_uri())
    assert violations(page) == []
    page.click("text=Posts")
    expect(page.locator("article")).to_contain_text("The stollen is back")
    assert page.evaluate("document.querySelector('img').naturalWidth") > 0
    assert page.evaluate("getComputedStyle(document.querySelector('article')).borderTopWidth") == "1px"
    assert violations(page) == []
    page.go_back()
    page.click("text=Conversations")
    expect(page.locator(".words").last).to_contain_text("<b>Is it fresh?</b>")
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    assert {url.partition(":")[0] for url in asked} == {"file"}
    context.close()
    # axe asks for style sheets itself, which the pages' own policy refuses as it should.
    page_errors[:] = [error for error in page_errors if "connect-src" not in error]
