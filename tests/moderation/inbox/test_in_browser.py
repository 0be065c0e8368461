"""The inbox in a real browser: by keyboard alone, on a phone, in both languages; and what is typed is never lost."""

import re
import uuid
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any, Protocol

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page, Route, expect
from pytest_django.live_server_helper import LiveServer

from accounts.models import User
from integrations.engagement import MessageKind
from moderation.models import Draft, Item, Message, Note
from moderation.services.answering import Seen, answer
from moderation.states import ItemState
from tests.moderation.inbox.browsers import Wire, browsing, violations
from tests.moderation.inbox.pages import join, write
from tests.scheduler.pages import House, build_house

pytestmark = [pytest.mark.django_db(transaction=True)]


class Opens(Protocol):
    def __call__(self, user: User | None = None, *, width: int = 1440) -> AbstractContextManager[Page]: ...


@pytest.fixture
def house(transactional_db: None) -> House:
    return build_house()


@pytest.fixture
def wire() -> Wire:
    return Wire()


@pytest.fixture
def opens(chromium: Browser, live_server: LiveServer, house: House, page_errors: list[str], wire: Wire) -> Opens:
    def opened(user: User | None = None, *, width: int = 1440) -> AbstractContextManager[Page]:
        return browsing(chromium, live_server, user or house.alice, page_errors, width=width, wire=wire)

    return opened


def three(house: House) -> list[Item]:
    now = timezone.now()
    return [
        write(house, name, f"Words of {name}", at=now - timedelta(minutes=minutes), kind=MessageKind.PRIVATE)
        for minutes, name in enumerate(("Camille", "Noé", "Lou"), start=1)
    ]


def visit(page: Page, url: str) -> None:
    """Open a page and wait until its scripts are at work."""
    page.goto(url)
    expect(page.locator("#live")).to_contain_text(re.compile("Live|En direct"))
    if re.search(r"/inbox/(\d+/.*)?$", url):
        expect(page.locator("#inbox")).to_have_attribute("data-ready", "")


def heading(page: Page) -> Any:
    return page.locator("#case-heading")


def state_of(house: House, item: Item) -> str:
    with house.scope():
        return str(Item.objects.values_list("state", flat=True).get(pk=item.pk))


def test_a_morning_by_keyboard_alone(house: House, opens: Opens, page_errors: list[str]) -> None:
    camille, noe, lou = three(house)
    with opens() as page:
        visit(page, house.url())
        page.keyboard.press("g")
        page.keyboard.press("i")
        expect(page.locator("#rows > li")).to_have_count(3)
        expect(page.locator("#inbox")).to_have_attribute("data-ready", "")

        page.keyboard.press("o")  # the first in hand
        expect(heading(page)).to_have_text("Camille")
        expect(page.locator("#case-head .state")).to_have_text("Yours")
        page.keyboard.press("r")
        page.keyboard.type("It is back on Friday.")
        page.keyboard.press("Control+Enter")
        expect(page.locator("#thread")).to_contain_text("It is back on Friday.")
        expect(page.locator("#thread")).to_contain_text("waits to be sent")
        expect(page.locator("#reply-text")).to_have_value("")
        expect(page.locator("#toasts")).to_contain_text("Handed over")
        page.keyboard.press("e")  # letters are keys again
        expect(heading(page)).to_have_text("Noé")

        page.keyboard.press("n")
        page.keyboard.type("Ask the bakery.")
        page.keyboard.press("Control+Enter")
        expect(page.locator("#thread")).to_contain_text("Note by Alice")
        page.keyboard.press("e")  # nobody has answered: said, and done when pressed again
        expect(page.get_by_role("button", name="Close as reviewed")).to_be_visible()
        page.keyboard.press("e")
        expect(heading(page)).to_have_text("Lou")

        page.keyboard.press("i")
        expect(page.get_by_text("Nobody is waiting")).to_be_visible()

    assert [state_of(house, one) for one in (camille, noe, lou)] == [
        ItemState.CLOSED,
        ItemState.CLOSED,
        ItemState.IGNORED,
    ]
    page_errors.clear()  # the browser notes the status 422


def test_j_and_k_move_and_z_takes_back(house: House, opens: Opens) -> None:
    _camille, noe, _lou = three(house)
    with opens() as page:
        visit(page, house.url("inbox/"))
        page.keyboard.press("j")
        expect(heading(page)).to_have_text("Camille")
        page.keyboard.press("j")
        expect(heading(page)).to_have_text("Noé")
        assert page.url.endswith(f"/inbox/{noe.pk}/")
        page.keyboard.press("k")
        expect(heading(page)).to_have_text("Camille")
        page.keyboard.press("j")
        expect(heading(page)).to_have_text("Noé")
        page.keyboard.press("i")
        expect(page.locator(f"#row-{noe.pk}")).to_have_count(0)
        expect(heading(page)).to_have_text("Lou")

        page.keyboard.press("z")

        expect(page.locator(f"#row-{noe.pk}")).to_have_count(1)
        expect(heading(page)).to_have_text("Noé")
    assert state_of(house, noe) == ItemState.NEW


def test_a_colleagues_answer_stops_ours_and_keeps_the_text(house: House, opens: Opens, page_errors: list[str]) -> None:
    item, marek = three(house)[0], join(house, "Marek Dvorak")
    with opens() as page:
        visit(page, house.url(f"inbox/{item.pk}/"))
        page.locator("#reply-text").fill("My own words.")
        with house.scope():
            answer(item, text="Marek was here.", seen=_seen(item), key=_key(), actor=marek, now=timezone.now())

        page.locator("#reply-text").press("Control+Enter")

        guard = page.get_by_role("alert").filter(has_text="Nothing was sent: Marek Dvorak answered at")
        expect(guard).to_be_visible()
        expect(page.locator(".message[data-unseen]")).to_contain_text("Marek was here.")
        expect(page.locator("#reply-text")).to_have_value("My own words.")
        expect(page.get_by_role("button", name="Edit")).to_be_focused()
        assert violations(page) == []
        page.keyboard.press("Enter")
        expect(guard).to_have_count(0)
        expect(page.locator("#reply-text")).to_be_focused()

        page.locator("#reply-text").press("Control+Enter")
        expect(page.locator("#thread")).to_contain_text("My own words.")
    page_errors.clear()  # the browser notes the status 409


@pytest.mark.parametrize(("choice", "left"), [("Send all the same", ""), ("Discard", "")])
def test_the_other_two_ways_out_of_the_guard(
    house: House, opens: Opens, page_errors: list[str], choice: str, left: str
) -> None:
    item, marek = three(house)[0], join(house, "Marek Dvorak")
    with opens() as page:
        visit(page, house.url(f"inbox/{item.pk}/"))
        page.locator("#reply-text").fill("My own words.")
        with house.scope():
            answer(item, text="Marek was here.", seen=_seen(item), key=_key(), actor=marek, now=timezone.now())
        page.locator("#reply-text").press("Control+Enter")

        page.get_by_role("button", name=choice).click()

        expect(page.locator("#reply-text")).to_have_value(left)
        expect(page.locator(".guard")).to_have_count(0)
        if choice == "Discard":
            page.get_by_role("button", name="Bring it back").click()
            expect(page.locator("#reply-text")).to_have_value("My own words.")
        else:
            expect(page.locator("#thread")).to_contain_text("My own words.")
    page_errors.clear()


def test_the_focus_rests_on_the_row_after_sending_and_in_the_field_when_it_was_refused(
    house: House, opens: Opens, page_errors: list[str]
) -> None:
    item = three(house)[0]
    with opens() as page:
        visit(page, house.url(f"inbox/{item.pk}/"))
        page.keyboard.press("r")
        page.keyboard.press("Control+Enter")
        expect(page.locator("#reply-error")).not_to_be_empty()
        expect(page.locator("#reply-text")).to_be_focused()
        page.keyboard.type("It is back.")
        page.keyboard.press("Control+Enter")
        expect(page.locator(f"#row-{item.pk} a.item")).to_be_focused()
        page.keyboard.press("j")
        expect(heading(page)).to_have_text("Noé")
    with opens(width=390) as phone:
        visit(phone, house.url(f"inbox/{item.pk}/"))
        phone.locator("#reply-text").fill("And for Saturday too.")
        phone.get_by_role("button", name="Send").tap()
        expect(phone.locator("#thread")).to_be_focused()
        expect(phone.locator("#thread")).to_contain_text("And for Saturday too.")
    page_errors.clear()  # the browser notes the status 422


def test_a_colleague_is_named_in_a_note_by_the_beginning_of_a_name(house: House, opens: Opens) -> None:
    item = three(house)[0]
    marek = join(house, "Marek Dvořák").user
    join(house, "Mara Lind")
    with opens() as page:
        visit(page, house.url(f"inbox/{item.pk}/"))
        page.keyboard.press("n")
        page.keyboard.type("Ask @ma")
        names = page.get_by_role("listbox", name="Colleagues to name")
        expect(names.locator(".clip")).to_have_text(["Mara Lind", "Marek Dvořák"])
        assert violations(page) == []
        page.keyboard.press("ArrowDown")
        expect(names.get_by_role("option", selected=True)).to_contain_text("Marek Dvořák")
        page.keyboard.press("Enter")
        expect(page.locator("#note-text")).to_have_value("Ask @Marek Dvořák ")
        page.keyboard.type("or @dvor")
        expect(names).to_be_visible()
        page.keyboard.press("Escape")
        expect(names).to_be_hidden()
        expect(page.locator("#note-text")).to_be_focused()
        page.keyboard.press("Control+Enter")
        expect(page.locator("#thread")).to_contain_text("Ask @Marek Dvořák or @dvor")
    with house.scope():
        assert list(Note.objects.get().mentioned.all()) == [marek]


def test_the_rail_counts_anew_on_other_pages(house: House, opens: Opens, wire: Wire) -> None:
    with opens() as page:
        visit(page, house.url("posts/"))
        expect(page.locator("#rail-inbox .count")).to_have_count(0)
        item = three(house)[0]
        wire.tell(kind="changes", cursor=1, changes=[["item", item.pk, 90]])

        expect(page.locator("#rail-inbox .count")).to_contain_text("3")
        with house.scope():
            Item.objects.update(state=ItemState.CLOSED)
        wire.tell(kind="changes", cursor=2, changes=[["item", item.pk, 91]])
        expect(page.locator("#rail-inbox .count")).to_have_count(0, timeout=10_000)


def test_a_command_carries_the_version_of_the_open_item_and_not_its_rows(
    house: House, opens: Opens, page_errors: list[str]
) -> None:
    item = three(house)[0]
    with opens() as page:
        visit(page, house.url(f"inbox/{item.pk}/"))
        with house.scope():
            Item.objects.filter(pk=item.pk).update(version=7)
        page.evaluate(f"document.querySelector('#row-{item.pk}').dataset.version = 7")  # heard of more than the item

        page.keyboard.press("i")

        expect(page.locator("#toasts")).to_contain_text("Nothing was done")
        expect(page.locator("#case-head")).to_have_attribute("data-version", "7")
    assert state_of(house, item) == ItemState.NEW
    page_errors.clear()  # the browser notes the status 409


def test_what_is_typed_while_an_answer_is_on_its_way_stays(house: House, opens: Opens) -> None:
    item = three(house)[0]
    with opens() as page:
        visit(page, house.url(f"inbox/{item.pk}/"))
        held = _hold_answers(page)
        page.locator("#reply-text").fill("It is back.")
        page.locator("#reply-text").press("Control+Enter")
        page.wait_for_timeout(200)
        page.locator("#reply-text").press_sequentially(" And one more thing")

        held[0].continue_()

        expect(page.locator("#thread")).to_contain_text("It is back.")
        expect(page.locator("#reply-text")).to_have_value("And one more thing")
        expect(page.locator("#reply-saved")).to_contain_text("kept at")
    with house.scope():
        assert Draft.objects.get().text == "And one more thing"


def test_a_guard_never_stands_before_another_item_s_words(house: House, opens: Opens, page_errors: list[str]) -> None:
    item, other, _lou = three(house)
    marek = join(house, "Marek Dvorak")
    with opens() as page:
        visit(page, house.url(f"inbox/{item.pk}/"))
        with house.scope():
            answer(item, text="Marek was here.", seen=_seen(item), key=_key(), actor=marek, now=timezone.now())
        held = _hold_answers(page)
        page.locator("#reply-text").fill("My own words.")
        page.locator("#reply-text").press("Control+Enter")
        page.wait_for_timeout(200)
        page.locator(f"#row-{other.pk} a.item").click()
        expect(heading(page)).to_have_text("Noé")

        held[0].continue_()

        expect(page.locator("#toasts")).to_contain_text("Nothing was sent: Marek Dvorak answered at")
        expect(page.locator(".guard")).to_have_count(0)
        page.locator(f"#row-{item.pk} a.item").click()
        expect(page.locator("#reply-text")).to_have_value("My own words.")
    page_errors.clear()  # the browser notes the status 409


def test_a_draft_comes_back_after_a_reload_and_on_another_machine(house: House, opens: Opens) -> None:
    item = three(house)[0]
    with opens() as page:
        visit(page, house.url(f"inbox/{item.pk}/"))
        page.locator("#reply-text").press_sequentially("Half a sent")
        expect(page.locator("#reply-saved")).to_contain_text("kept at")
        page.locator("#reply-text").press_sequentially("ence")
        page.reload()
        expect(page.locator("#reply-text")).to_have_value("Half a sentence")
        expect(page.locator("#reply-saved")).to_contain_text("kept at")
    with opens() as elsewhere:
        visit(elsewhere, house.url(f"inbox/{item.pk}/"))
        expect(elsewhere.locator("#reply-text")).to_have_value("Half a sentence")


def test_what_cannot_reach_the_server_is_kept_and_sent_later(
    house: House, opens: Opens, page_errors: list[str]
) -> None:
    item = three(house)[0]
    with opens() as page:
        visit(page, house.url(f"inbox/{item.pk}/"))
        page.route("**/inbox/*/draft/", lambda route: route.abort())
        page.route("**/inbox/*/reply/*", lambda route: route.abort())
        page.route("**/inbox/*/reply/", lambda route: route.abort())
        page.locator("#reply-text").fill("Typed in a tunnel")
        expect(page.locator("#reply-saved")).to_contain_text("stays in this browser")
        page.locator("#reply-text").press("Control+Enter")
        expect(page.get_by_role("alert").filter(has_text="Nothing was sent")).to_be_visible()
        expect(page.locator("#reply-text")).to_have_value("Typed in a tunnel")

        page.unroute_all()
        page.reload()
        expect(page.locator("#reply-text")).to_have_value("Typed in a tunnel")
        expect(page.locator("#reply-saved")).to_contain_text("kept at")

        page.route("**/inbox/*/reply/", _broken)
        page.locator("#reply-text").press("Control+Enter")
        expect(page.get_by_role("alert").filter(has_text="something failed on our side")).to_be_visible()
        expect(page.locator("#reply-text")).to_have_value("Typed in a tunnel")
    with house.scope():
        assert Draft.objects.get().text == "Typed in a tunnel"
        assert not Message.objects.filter(user=house.alice).exists()
    page_errors.clear()


def test_a_new_message_appears_in_place_without_pushing_what_is_under_the_focus(
    house: House, opens: Opens, wire: Wire
) -> None:
    three(house)
    for number in range(20):
        write(house, f"Person {number}", at=timezone.now() - timedelta(hours=number + 1))
    with opens() as page:
        visit(page, house.url("inbox/"))
        focused = page.locator("#rows a.item", has_text="Camille")
        focused.focus()
        before = focused.bounding_box()

        item = write(house, "Arrived", "Just now", at=timezone.now())
        wire.tell(kind="changes", cursor=1, changes=[["item", item.pk, 90]])

        expect(page.locator(f"#row-{item.pk}")).to_have_count(1)
        expect(page.locator("#rows > li").first).to_contain_text("Arrived")
        expect(focused).to_be_focused()
        after = focused.bounding_box()
        assert before
        assert after
        assert abs(after["y"] - before["y"]) < 1  # scrolling goes by whole pixels
        expect(page.locator("#tabs")).to_contain_text("24")


def test_what_a_colleague_does_shows_on_the_open_item_and_counts(house: House, opens: Opens, wire: Wire) -> None:
    item, marek = three(house)[0], join(house, "Marek Dvorak")
    with opens() as page:
        visit(page, house.url(f"inbox/{item.pk}/"))
        with house.scope():
            answer(item, text="Marek was here.", seen=_seen(item), key=_key(), actor=marek, now=timezone.now())

        wire.tell(kind="changes", cursor=1, changes=[["item", item.pk, 90]])

        expect(page.locator("#thread")).to_contain_text("Marek was here.")
        expect(page.locator("#case-head .state")).to_have_text("Replied")
        expect(page.locator("#queue-count")).to_contain_text("2")
        expect(page.locator(f"[data-account-count='{house.page.pk}']")).to_have_text("2 waiting")
        expect(page.locator(f"#row-{item.pk}")).to_have_attribute("data-left", "")


def test_who_else_is_here_shows_on_the_row_and_above_the_field(house: House, opens: Opens, wire: Wire) -> None:
    item, marek = three(house)[0], join(house, "Marek Dvorak").user
    with opens() as page:
        visit(page, house.url(f"inbox/{item.pk}/"))
        wire.tell(kind="presence", marks=[["item", item.pk, marek.pk, "writing"]])

        expect(page.locator("#writer")).to_have_text("Marek Dvorak is writing")
        row = page.locator(f"#row-{item.pk}")
        expect(row.get_by_role("img", name="Marek Dvorak is writing")).to_be_visible()
        assert violations(page) == []

        page.locator("#reply-text").press_sequentially("I")
        expect(page.locator("#reply-saved")).to_contain_text("kept at")
        states = [
            one["state"] for one in wire.said if one["kind"] == "presence" and one["subject"] == ["item", item.pk]
        ]
        assert states == ["viewing", "writing"]

        wire.tell(kind="presence", marks=[["item", item.pk, marek.pk, "gone"]])
        expect(page.locator("#writer")).to_have_text("")
        expect(row.locator(".typing")).to_have_count(0)


def test_several_are_closed_by_keys_and_taken_back(house: House, opens: Opens) -> None:
    items = three(house)
    with opens() as page:
        visit(page, house.url("inbox/"))
        page.keyboard.press("j")
        page.keyboard.press("x")
        page.keyboard.press("j")
        page.keyboard.press("x")
        expect(page.locator("#several-count")).to_have_text("2")
        assert violations(page) == []

        page.keyboard.press("e")
        panel = page.locator("#bulk")
        expect(panel).to_contain_text("About to be done for 2 items.")
        page.get_by_role("button", name="Undo").click()
        expect(panel).to_contain_text("Taken back: nothing was done.")

        page.keyboard.press("x")
        expect(page.locator("#several-count")).to_have_text("1")
        page.keyboard.press("Escape")
        expect(page.locator("#several")).to_be_hidden()
    assert {state_of(house, one) for one in items} == {ItemState.NEW}


def test_back_leads_from_the_item_to_the_list_on_a_phone(house: House, opens: Opens) -> None:
    item = three(house)[0]
    with opens(width=390) as page:
        visit(page, house.url("inbox/"))
        page.locator("#rows a.item", has_text="Camille").tap()
        expect(page.locator("#thread")).to_be_visible()
        expect(page.locator("#queue")).to_be_hidden()
        page.get_by_role("link", name="Who writes").tap()
        expect(page.locator("#person")).to_be_visible()
        assert page.url.endswith(f"/inbox/{item.pk}/person/")

        page.go_back()
        expect(page.locator("#thread")).to_be_visible()
        page.go_back()
        expect(page.locator("#queue")).to_be_visible()
        expect(page.locator("#case")).to_be_hidden()


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_everything_is_within_reach_of_everybody(house: House, opens: Opens, language: str, theme: str) -> None:
    item = three(house)[0]
    house.alice.language, house.alice.theme = language, theme
    house.alice.save()
    for width in (1440, 390, 320):
        with opens(width=width) as page:
            for path in ("inbox/", f"inbox/{item.pk}/", f"inbox/{item.pk}/person/", "inbox/saved-replies/"):
                visit(page, house.url(path))
                assert violations(page) == [], (width, path)
                assert page.evaluate("document.documentElement.scrollWidth") == width, path


def _hold_answers(page: Page) -> list[Route]:
    """Keep answers from leaving the browser until a test lets them."""
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/inbox/*/reply/", hold)
    return held


def _broken(route: Route) -> None:
    route.fulfill(status=500, body="broken")


def _seen(item: Item) -> Seen:
    return Seen(message_id=item.last_stranger_message_id, own_id=item.last_own_message_id, note_id=item.last_note_id)


def _key() -> uuid.UUID:
    return uuid.uuid4()
