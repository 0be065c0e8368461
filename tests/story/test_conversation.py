"""The main job's second half: a stranger writes, two agents see it, one answers, the other is stopped; then it ends.

Everything is real: the supervisor of `make up`, a consent page, a webhook that the twin signs, two browsers with their
sockets, a worker that carries the answer. Nobody reloads a page and nobody touches a mouse. The twin is asked what
stands on the wall.
"""

import json
import os
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page, WebSocket, expect

from launch import environment
from launch.place import ROOT
from launch.stack import Stack
from tests.conftest import watch
from tests.story.test_story import TROUBLE, connect_facebook
from tests.web.test_every_page import ASK_AXE, OF_ALL, PHONE, WIDE
from tests.web.test_every_page import told as told_of

PASSWORD = "a long walk by the water"
#: What a browser says of every answer that is no 2xx: the guard's own is one.
GUARD_IN_CONSOLE = "status of 409"


@dataclass(frozen=True, kw_only=True)
class Told:
    """What differs between the two tellings. `name` and `person` are whoever owns the account there and here."""

    language: str
    name: str
    colleague: str
    organisation: str
    page: str
    handle: str
    post: str
    stranger: str
    question: str
    answer: str
    other_answer: str
    stopped: str
    deleted: str
    closed: str

    @property
    def person(self) -> str:
        return self.name


TELLINGS = [
    Told(
        language="en",
        name="Tom Whitlock",
        colleague="Marek Dvořák",
        organisation="Tidewater Museum",
        page="Tidewater Museum",
        handle="tidewatermuseum",
        post="The harbour light burns again from tonight.",
        stranger="Hannah Brooks",
        question="Until what time may we stand on the gallery?",
        answer="Until half past nine, and bring a coat.",
        other_answer="I am asking the keeper",
        stopped="Nothing was sent: Tom Whitlock answered",
        deleted="deleted on the network",
        closed="Closed",
    ),
    Told(
        language="fr",
        name="Camille Fontaine",
        colleague="Inès Carrel",
        organisation="Fournil Lambert",
        page="Fournil Lambert",
        handle="fournillambert",
        post="La tourte de seigle est de retour dès demain.",
        stranger="Karim Haddad",
        question="Faut-il la commander la veille ?",
        answer="Non, il en reste toujours jusqu’à midi.",
        other_answer="Je demande au fournil",
        stopped="Rien n’est parti : Camille Fontaine a répondu",
        deleted="supprimé sur le réseau",
        closed="Clos",
    ),
]


@dataclass
class Desk:
    """One agent's browser, and all that its socket has told it."""

    page: Page
    told: list[dict[str, Any]] = field(default_factory=list)

    def listen(self, socket: WebSocket) -> None:
        socket.on("framereceived", lambda text: self.told.append(json.loads(text)))

    def was_told_of(self, item_id: int) -> bool:
        """Whether a change of this item came by the socket."""
        changes = [change for message in self.told for change in message.get("changes", ())]
        return any(change[:2] == ["item", item_id] for change in changes)

    def row(self, item_id: int | None = None, text: str = "") -> Locator:
        rows = self.page.locator(f"#row-{item_id}" if item_id else "#rows > li")
        return rows.filter(has_text=text) if text else rows

    def mark(self) -> None:
        """Leave a mark that a reload would wipe away."""
        self.page.evaluate("window.wasNeverLoadedAgain = true")

    def stayed(self) -> bool:
        return bool(self.page.evaluate("window.wasNeverLoadedAgain === true"))


@pytest.fixture
def patience() -> Iterator[None]:
    """What must be seen may take as long as a busy machine needs: how it came is asserted, not how fast."""
    expect.set_options(timeout=45_000)
    yield
    expect.set_options(timeout=5_000)


@pytest.mark.usefixtures("patience")
@pytest.mark.parametrize("told", TELLINGS, ids=["english", "french"])
def test_one_answers_the_other_is_stopped_and_it_closes(
    told: Told, stack: Stack, chromium: Browser, page_errors: list[str]
) -> None:
    twin = Twin(stack)
    with desk(chromium, stack, told, page_errors) as ours, desk(chromium, stack, told, page_errors) as other:
        name, colleague = employ(stack, told)
        for one, address in ((ours, name), (other, colleague)):
            sign_in(one.page, address)
        organisation_path = ours.page.url.removeprefix(stack.web)
        connect_facebook(ours.page, told)  # type: ignore[arg-type]
        post = twin.publish(told)
        twin.wait_until_told(told)
        for one in (ours, other):
            open_inbox(one, organisation_path)

        # The twin tells us of it by a signed webhook.
        written = twin.let("comment", on=post, text=told.question, **{"as": told.stranger})
        item_id = both_see_it(ours, other, told)
        one_engages_while_the_other_writes(ours, other, told, item_id)
        the_other_is_stopped(ours, other, told, page_errors)
        twin.wait_until_said(post, told.answer)
        assert told.other_answer not in twin.said(post)
        look_everywhere([ours.page])
        twin.let("delete", id=written["id"])
        both_follow_the_deletion(ours, other, told)
        assert ours.stayed()  # closing the last one leads on to the list
        it_is_closed(ours, other, told)
        assert other.stayed()
        look_at_the_list_and_the_person(ours.page)
    assert TROUBLE.findall(stack.output()) == []


# -- the cast ----------------------------------------------------------------------------------------------------------


def employ(stack: Stack, told: Told) -> tuple[str, str]:
    """Found the organisation, with its owner and an agent; return their addresses."""
    stamp = time.time_ns()
    addresses = f"owner.{stamp}@example.org", f"agent.{stamp}@example.org"
    script = f"""
from allauth.account.models import EmailAddress
from accounts.models import Membership, User
from accounts.permissions import Role
from accounts.services.organisations import create_organisation
from lib.tenancy.scope import scope
people = []
for name, address in {list(zip((told.name, told.colleague), addresses, strict=True))!r}:
    user = User.objects.create_user(address, {PASSWORD!r}, name=name, language={told.language!r})
    EmailAddress.objects.create(user=user, email=address, verified=True, primary=True)
    people.append(user)
zone, language = "Europe/Paris", {told.language!r}
house = create_organisation({told.organisation!r}, owner=people[0], time_zone=zone, language=language)
with scope(organisation=house.pk):
    Membership.objects.create(user=people[1], role=Role.AGENT)
"""
    ended = subprocess.run(
        [sys.executable, ROOT / "manage.py", "shell", "--no-imports", "-c", script],
        env={**environment.for_child(stack.environment), "PORTEVOIX_PROCESS": "shell"},
        cwd=ROOT,
        check=False,
        capture_output=True,
        text=True,
    )
    assert ended.returncode == 0, ended.stderr
    return addresses


@contextmanager
def desk(chromium: Browser, stack: Stack, told: Told, errors: list[str]) -> Iterator[Desk]:
    locale = {"en": "en-GB", "fr": "fr-FR"}[told.language]
    context = chromium.new_context(
        base_url=stack.web, locale=locale, viewport={"width": WIDE, "height": 900}, reduced_motion="reduce"
    )
    context.set_default_timeout(30_000)
    page = context.new_page()
    watch(page, errors)
    found = Desk(page)
    page.on("websocket", found.listen)
    yield found
    context.close()


def sign_in(page: Page, address: str) -> None:
    page.goto("/accounts/login/")
    page.locator("[name=login]").fill(address)
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("main button[data-kind=primary]").click()
    page.wait_for_url("**/o/**")


@dataclass(frozen=True)
class Twin:
    """The network: what stands on its walls, and what its people do."""

    stack: Stack

    def publish(self, told: Told) -> str:
        """Let the page write a post on the network's own site; return its id."""
        (token,) = self.tell("_control/tokens", network="facebook", accounts=[told.handle])["tokens"]
        form = urllib.parse.urlencode({"message": told.post, "access_token": token["access_token"]}).encode()
        address = f"{self.stack.sandbox}/graph.facebook.com/v26.0/{token['account']}/feed"
        with urllib.request.urlopen(address, data=form) as answer:
            return str(json.load(answer)["id"])

    def wait_until_told(self, told: Told) -> None:
        """Wait until the page's news are told to us: connecting has asked for it."""
        (token,) = self.tell("_control/tokens", network="facebook", accounts=[told.handle])["tokens"]
        query = urllib.parse.urlencode({"access_token": token["access_token"]})
        address = f"{self.stack.sandbox}/graph.facebook.com/v26.0/{token['account']}/subscribed_apps?{query}"
        wait_until(lambda: "feed" in str(get(address)), "the page is not told of")

    def let(self, kind: str, **what: str) -> dict[str, Any]:
        """Let a stranger do something."""
        return self.tell(f"_control/strangers/{kind}", network="facebook", **what)

    def said(self, post: str) -> str:
        """Return all words that stand under a post."""
        query = urllib.parse.urlencode({"network": "facebook", "on": post})
        return json.dumps(get(f"{self.stack.sandbox}/_control/said?{query}"), ensure_ascii=False)

    def wait_until_said(self, post: str, text: str) -> None:
        wait_until(lambda: text in self.said(post), f"{text} does not stand under the post")

    def tell(self, path: str, **body: Any) -> dict[str, Any]:
        request = urllib.request.Request(
            f"{self.stack.sandbox}/{path}",
            data=json.dumps(body).encode(),
            headers={"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request) as answer:
            found: dict[str, Any] = json.load(answer)
            return found


def get(address: str) -> Any:
    with urllib.request.urlopen(address) as answer:
        return json.load(answer)


def wait_until(holds: Any, otherwise: str) -> None:
    deadline = time.monotonic() + float(os.environ.get("PATIENCE_SECONDS", "90"))
    while not holds():
        assert time.monotonic() < deadline, otherwise
        time.sleep(0.1)


# -- the story ---------------------------------------------------------------------------------------------------------


def open_inbox(one: Desk, organisation_path: str) -> None:
    one.page.goto(organisation_path + "inbox/")
    expect(one.page.locator("#inbox")).to_have_attribute("data-ready", "")
    expect(one.page.locator("#live")).to_have_attribute("data-state", "live")
    one.mark()


def both_see_it(ours: Desk, other: Desk, told: Told) -> int:
    """It appears in both browsers, because the socket said so."""
    for one in (ours, other):
        expect(one.row(text=told.question)).to_have_count(1)
    item_id = int(ours.row(text=told.question).get_attribute("data-item") or 0)
    for one in (ours, other):
        assert one.was_told_of(item_id)
        expect(one.row(item_id).locator(".name")).to_have_text(told.stranger)
    return item_id


def one_engages_while_the_other_writes(ours: Desk, other: Desk, told: Told, item_id: int) -> None:
    other.page.keyboard.press("j")
    expect(other.page.locator("#case-heading")).to_have_text(told.stranger)
    other.page.keyboard.press("r")
    other.page.keyboard.type(told.other_answer)
    ours.page.keyboard.press("o")
    expect(ours.page.locator("#case-head")).to_have_attribute("data-state", "assigned")
    # The other sees whose it is, and writes on.
    expect(other.page.locator("#case-head .state")).to_contain_text(told.name)
    expect(other.page.locator("#reply-text")).to_have_value(told.other_answer)


def the_other_is_stopped(ours: Desk, other: Desk, told: Told, errors: list[str]) -> None:
    ours.page.keyboard.press("r")
    ours.page.keyboard.type(told.answer)
    ours.page.keyboard.press("Control+Enter")
    expect(ours.page.locator("#reply-text")).to_have_value("")
    expect(ours.page.locator("#thread")).to_contain_text(told.answer)
    # It stands before the other's eyes before they send.
    expect(other.page.locator("#thread [data-unseen]")).to_contain_text(told.answer)

    other.page.keyboard.press("Control+Enter")

    guard = other.page.locator("#guard[role=alert]")
    expect(guard).to_contain_text(told.stopped)
    expect(other.page.locator("#reply-text")).to_have_value(told.other_answer)
    look_everywhere([other.page])
    assert all(GUARD_IN_CONSOLE in error for error in errors), errors
    errors.clear()
    # The safe choice has the focus: back to the text, which is as it was.
    expect(guard.locator("[data-guard=edit]")).to_be_focused()
    other.page.keyboard.press("Enter")
    expect(other.page.locator("#reply-text")).to_be_focused()
    expect(other.page.locator("#reply-text")).to_have_value(told.other_answer)


def both_follow_the_deletion(ours: Desk, other: Desk, told: Told) -> None:
    for one in (ours, other):
        expect(one.page.locator("#thread [data-deleted]")).to_contain_text(told.deleted)
        # As the network's terms ask: what its author took back is kept nowhere.
        expect(one.page.locator("#inbox")).not_to_contain_text(told.question)


def it_is_closed(ours: Desk, other: Desk, told: Told) -> None:
    ours.page.keyboard.press("Escape")
    ours.page.keyboard.press("e")
    expect(other.page.locator("#case-head")).to_have_attribute("data-state", "closed")
    expect(other.page.locator("#case-head .state")).to_have_text(told.closed)
    expect(other.page.locator("#reply-text")).to_have_value(told.other_answer)


# -- by day, by night, on a telephone ----------------------------------------------------------------------------------


def look_everywhere(pages: list[Page]) -> None:
    """axe finds nothing in the page as it stands."""
    faults: list[str] = []
    for page in pages:
        page.evaluate(Axe().axe_script)
        for width in (WIDE, PHONE):
            page.set_viewport_size({"width": width, "height": 900})
            for scheme in ("light", "dark"):
                page.emulate_media(color_scheme=scheme)
                found = page.evaluate(ASK_AXE, OF_ALL)
                faults += [f"{page.url}, {width} px, {scheme}: {one}" for one in map(told_of, found)]
        page.set_viewport_size({"width": WIDE, "height": 900})
        page.emulate_media(color_scheme="light")
    assert faults == []


def look_at_the_list_and_the_person(page: Page) -> None:
    address = page.url.split("/inbox/")[0] + "/inbox/"
    page.goto(address + "?view=all")
    expect(page.locator("#inbox")).to_have_attribute("data-ready", "")
    look_everywhere([page])
    item_id = page.locator("#rows > li").first.get_attribute("data-item")
    page.goto(f"{address}{item_id}/person/?view=all")
    expect(page.locator("#inbox")).to_have_attribute("data-ready", "")
    look_everywhere([page])
