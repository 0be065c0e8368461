"""Real browsers, real sockets: what one person or worker does, others see, wherever their pointer is."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connections
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from accounts.models import User
from accounts.permissions import Role
from lib.tenancy.scope import scope
from live.changes import record_change
from scheduler.models import Publication
from scheduler.services.scheduling import cancel_publication
from tests.conftest import watch
from tests.factories import make_post, make_publication, make_social_account
from tests.houses import House, signed_in
from tests.live.server import Server

OpenPage = Callable[[User], Page]


@pytest.fixture
def server(public_house: House, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setitem(connections.settings["default"], "CONN_MAX_AGE", 0)  # its threads end with their requests
    settings.ALLOWED_HOSTS = ["127.0.0.1"]
    running = Server()
    running.start()
    yield running
    running.stop()


@pytest.fixture
def posts(chromium: Browser, server: Server, public_house: House, page_errors: list[str]) -> Iterator[OpenPage]:
    """Opens Acme's list of publications in somebody's own browser."""
    contexts = []

    def open_page(user: User) -> Page:
        context = chromium.new_context(base_url=server.url, viewport={"width": 1440, "height": 900})
        contexts.append(context)
        context.set_default_timeout(20_000)
        cookie = signed_in(user).cookies["sessionid"].value
        context.add_cookies([{"name": "sessionid", "value": cookie, "url": server.url}])
        page = context.new_page()
        watch(page, page_errors)
        page.goto(public_house.path("posts/"))
        expect(page.locator("#live")).to_have_text("Live, in step")
        return page

    yield open_page
    for context in contexts:
        context.close()


@pytest.fixture
def account(public_house: House) -> int:
    with scope(organisation=public_house.acme.pk):
        return int(make_social_account().pk)


def publish(house: House, account_id: int, text: str, *, hours: int = 0) -> Publication:
    """Plan a publication and say so, as the services do."""
    from integrations.models import SocialAccount

    at = timezone.now() + timedelta(hours=hours)
    with scope(organisation=house.acme.pk):
        account = SocialAccount.objects.get(pk=account_id)
        made = make_publication(post=make_post(text), social_account=account, publish_at=at)
        record_change("publication", made.pk, social_account=account_id)
        return made


def cancel(house: House, publication: Publication) -> None:
    with scope(organisation=house.acme.pk):
        found = Publication.objects.select_related("post", "social_account").get(pk=publication.pk)
        cancel_publication(found, actor=house.alice, now=timezone.now())


def test_what_changes_and_what_is_new_appears_in_place(public_house: House, posts: OpenPage, account: int) -> None:
    first = publish(public_house, account, "First rolls")
    page = posts(public_house.alice)
    rows = page.locator("[data-rows] > li .text")
    expect(rows).to_have_text(["First rolls"])

    publish(public_house, account, "Later rolls", hours=2)
    publish(public_house, account, "Earlier rolls", hours=-2)
    expect(rows).to_have_text(["Later rolls", "First rolls", "Earlier rolls"])
    cancel(public_house, first)

    expect(page.locator(f"#publication-{first.pk} .state")).to_have_attribute("data-state", "cancelled")


def test_an_empty_list_fills(public_house: House, posts: OpenPage, account: int) -> None:
    page = posts(public_house.alice)
    expect(page.get_by_text("Nothing is planned yet")).to_be_visible()

    publish(public_house, account, "First rolls")

    expect(page.locator("[data-rows] > li .text")).to_have_text(["First rolls"])


@pytest.mark.parametrize("held_by", ["pointer", "focus"])
def test_a_new_row_never_pushes_what_is_pointed_at(
    public_house: House, posts: OpenPage, account: int, held_by: str
) -> None:
    publish(public_house, account, "First rolls")
    page = posts(public_house.alice)
    row = page.locator("[data-rows] > li")
    if held_by == "pointer":
        row.hover()
    else:
        row.locator(".text").focus()
    top = row.bounding_box()

    publish(public_house, account, "Earlier rolls", hours=-2)
    expect(page.locator("[data-rows] > li .text")).to_have_text(["First rolls", "Earlier rolls"])
    publish(public_house, account, "Later rolls", hours=2)

    more = page.get_by_role("button", name="Show what is new")
    expect(more).to_be_visible()
    assert page.locator("[data-rows] > li", has_text="First rolls").bounding_box() == top
    if held_by == "pointer":
        page.mouse.move(5, 5)
    else:
        more.press("Enter")
    expect(page.locator("[data-rows] > li .text")).to_have_text(["Later rolls", "First rolls", "Earlier rolls"])
    expect(more).to_be_hidden()


def test_pages_catch_up_after_the_server_was_away(
    public_house: House, posts: OpenPage, account: int, server: Server, page_errors: list[str]
) -> None:
    first = publish(public_house, account, "First rolls")
    page = posts(public_house.alice)

    server.stop()
    expect(page.locator("#live")).to_have_text("Connection lost, trying again")
    cancel(public_house, first)
    publish(public_house, account, "Later rolls", hours=2)
    server.start()

    expect(page.locator("#live")).to_have_text("Live, in step", timeout=40_000)
    # What was cancelled has left the list, what is new has come.
    expect(page.locator("[data-rows] > li .text")).to_have_text(["Later rolls"])
    page_errors.clear()  # connections refused meanwhile


def test_what_one_writes_another_sees_until_they_go(
    public_house: House, posts: OpenPage, items: dict[int, int | None]
) -> None:
    items[12] = None
    bob = public_house.member(Role.ADMINISTRATOR).user
    alices, bobs = posts(public_house.alice), posts(bob)
    others = "async () => [...(await import('web/presence')).others('item', 12)]"
    alices.evaluate(others)

    bobs.evaluate("async () => (await import('web/presence')).writing('item', 12)")
    until(alices, others, [[bob.pk, "writing"]])
    bobs.evaluate("async () => (await import('web/presence')).rested('item', 12)")
    until(alices, others, [[bob.pk, "viewing"]])
    bobs.close()

    until(alices, others, [])


def until(page: Page, question: str, answer: object) -> None:
    for _ in range(100):
        if page.evaluate(question) == answer:
            return
        page.wait_for_timeout(100)
    assert page.evaluate(question) == answer
