"""The main job as one person lives it: from signing up to a post on two walls, through the real processes.

Everything is real: the supervisor of `make up`, sockets, mail on disk, OAuth redirects through the twins' consent
pages, a photograph. A worker is killed on the way. The twins are asked what was published: they alone know.
"""

import email
import email.policy
import json
import os
import re
import signal
import time
import urllib.parse
import urllib.request
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import psutil
import pytest
from playwright.sync_api import Browser, Page, expect

from launch.stack import Stack
from tests.conftest import watch
from tests.story.photographs import take_photograph

ZONE = ZoneInfo("Europe/Paris")
TROUBLE = re.compile(r"Traceback|\bERROR\b|\bCRITICAL\b|Exception")


@dataclass(frozen=True, kw_only=True)
class Told:
    """What differs between the two tellings."""

    locale: str
    name: str
    organisation: str
    person: str  # at Facebook
    page: str
    handle: str  # at X
    words: str
    published: str


TELLINGS = [
    Told(
        locale="en-GB",
        name="Ruth Hartley",
        organisation="Hartley & Rye",
        person="Ruth Hartley",
        page="Hartley & Rye",
        handle="hartleyandrye",
        words="The stollen is back on Friday, twelve days in rum.",
        published="Published",
    ),
    Told(
        locale="fr-FR",
        name="Camille Fontaine",
        organisation="Fournil Lambert",
        person="Camille Fontaine",
        page="Fournil Lambert",
        handle="fournillambert",
        words="La bûche aux marrons revient dès vendredi, à l’ancienne.",
        published="Publiée",
    ),
]


@pytest.mark.parametrize("told", TELLINGS, ids=["english", "french"])
def test_a_newcomer_connects_two_networks_and_publishes_once(
    told: Told, stack: Stack, chromium: Browser, page_errors: list[str], tmp_path: Path
) -> None:
    context = chromium.new_context(base_url=stack.web, locale=told.locale, viewport={"width": 1440, "height": 900})
    context.set_default_timeout(20_000)
    page = context.new_page()
    watch(page, page_errors)

    sign_up(page, told, stack)
    create_organisation(page, told)
    connect_facebook(page, told)
    connect_x(page, told)
    add_photograph(page, take_photograph(tmp_path / "IMG_0001.jpg"))
    hour = compose_and_schedule(page, told)
    kill_the_publishing_workers(stack)
    see_it_go_out(page, told, hour)
    see_it_on_the_walls(context.new_page(), told, stack)
    context.close()

    assert counts(stack, told) == {"facebook": 1, "x": 1}
    assert TROUBLE.findall(stack.output()) == []


def sign_up(page: Page, told: Told, stack: Stack) -> None:
    page.goto("/")
    page.locator("form a[href*='signup']").click()
    page.locator("[name=name]").fill(told.name)
    address = f"{told.handle}.{time.time_ns()}@example.org"
    page.locator("[name=email]").fill(address)
    page.locator("[name=password1]").fill("a long walk by the water")
    page.locator("main button[data-kind=primary]").click()
    page.wait_for_url("**/confirm-email/")
    page.goto(link_in_mail(stack, address))
    page.locator("main button[data-kind=primary]").click()
    if "login" in page.url:
        page.locator("[name=login]").fill(address)
        page.locator("[name=password]").fill("a long walk by the water")
        page.locator("main button[data-kind=primary]").click()


def link_in_mail(stack: Stack, address: str) -> str:
    """Return the address that the newest mail to this person asks to open."""
    deadline = time.monotonic() + 15
    while time.monotonic() < deadline:
        for path in sorted(Path(stack.folder, "mail").glob("*.log"), reverse=True):
            mail = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
            if address in str(mail["To"]):
                body = mail.get_body(("plain",))
                assert body is not None
                found = re.search(r"http://\S+confirm-email/\S+", body.get_content())
                assert found is not None
                return found.group()
        time.sleep(0.1)
    raise AssertionError(f"no mail came for {address}")


def create_organisation(page: Page, told: Told) -> None:
    page.goto("/organisations/new/")
    page.locator("[name=name]").fill(told.organisation)
    page.locator("[name=time_zone]").select_option("Europe/Paris")
    page.locator("main button[data-kind=primary]").click()
    page.wait_for_url("**/o/**")


def organisation_path(page: Page) -> str:
    return "/" + "/".join(urllib.parse.urlsplit(page.url).path.split("/")[1:3]) + "/"


def connect_facebook(page: Page, told: Told) -> None:
    page.goto(organisation_path(page) + "accounts/")
    page.locator("form[action*='connect/facebook'] button").click()
    page.locator("button[name=person]", has_text=told.person).click()
    for ticked in page.locator("label:has([name=page])").all():
        ticked.locator("input").set_checked(ticked.get_by_text(told.page, exact=True).count() == 1)
    page.locator("button[value=accept]").click()
    choice = page.locator("form.choices label", has=page.get_by_text(told.page, exact=True))
    choice.locator("input").check()
    page.locator("form.choices footer button").click()
    expect(page.locator("#accounts")).to_contain_text(told.page)


def connect_x(page: Page, told: Told) -> None:
    page.locator("form[action*='connect/x'] button").click()
    page.locator("button[name=account]", has_text=told.handle).click()
    page.locator("button[value=accept]").click()
    # One grant is one account there: nothing is left to choose.
    expect(page.locator("#accounts")).to_contain_text(f"@{told.handle}")


def add_photograph(page: Page, photograph: Path) -> None:
    page.goto(organisation_path(page) + "gallery/")
    page.locator("#gallery-files").set_input_files(photograph)
    expect(page.locator("#assets img")).to_have_count(1)


def compose_and_schedule(page: Page, told: Told) -> datetime:
    """Write, take the picture, describe it, pick both accounts and the next minute; return that hour."""
    page.keyboard.press("c")
    page.wait_for_url("**/compose/")
    page.locator("#shared").fill(told.words)
    for box in page.locator("#accounts input[name=account]").all():
        box.check()
    page.locator("#add-picture").click()
    page.locator("#choices li").first.locator("label, button").first.click()
    page.locator("#gallery-chooser [data-add]").click()
    page.locator("textarea[name^=alt-]").fill("A loaf under icing sugar")
    expect(page.locator("#composer-pictures img")).to_have_count(1)
    hour = (datetime.now(ZONE) + timedelta(seconds=75)).replace(second=0, microsecond=0)
    page.locator("#day").fill(f"{hour:%Y-%m-%d}")
    page.locator("#hour").fill(f"{hour:%H:%M}")
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**/posts/")
    return hour


def kill_the_publishing_workers(stack: Stack) -> None:
    """SIGKILL, as the kernel does when memory ends; the supervisor starts others."""
    for process in psutil.Process(stack.supervisor.pid).children(recursive=True):
        if "--queues publish" in " ".join(process.cmdline()):
            os.kill(process.pid, signal.SIGKILL)


def see_it_go_out(page: Page, told: Told, hour: datetime) -> None:
    """The list changes by itself: the page is not loaded again."""
    rows = page.locator("#publication-list li")
    expect(rows).to_have_count(2)
    patience = (hour - datetime.now(ZONE)).total_seconds() + 60
    expect(rows.filter(has_text=told.published)).to_have_count(2, timeout=patience * 1000)
    rows.first.locator("a").click()
    expect(page.locator("#publication")).to_contain_text(told.words.split(",")[0])


def see_it_on_the_walls(page: Page, told: Told, stack: Stack) -> None:
    for network, account in (("facebook", told.handle), ("x", told.handle)):
        page.goto(f"{stack.sandbox}/walls/{network}/{account}")
        wall = page.locator("main")
        expect(wall).to_contain_text(told.words)
        expect(wall.locator("img[alt='A loaf under icing sugar']")).to_have_count(1)


def counts(stack: Stack, told: Told) -> dict[str, int]:
    """How many posts with these words each twin really published."""
    found = {}
    for network in ("facebook", "x"):
        query = urllib.parse.urlencode({"network": network, "text": told.words})
        with urllib.request.urlopen(f"{stack.sandbox}/_control/published?{query}") as answer:
            published: dict[str, Any] = json.load(answer)
        found[network] = int(published["count"])
    return found
