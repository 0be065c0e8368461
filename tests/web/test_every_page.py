"""Every page of the product, with the demonstration in it: by day and night, wide and on a phone, in both languages.

axe finds nothing, nothing scrolls sideways, the console stays silent. A new page fails here until it is walked.
The product is one of its own, with demonstration data; each page is loaded once and then looked at in every light.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from demo.people import PASSWORD
from launch.stack import Stack, running_stack
from tests.conftest import watch
from tests.test_strangers import routes

pytestmark = pytest.mark.xdist_group("every page")

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
#: What another colour scheme can change; the rest is looked at by day.
OF_COLOUR = {"runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}}
OF_ALL = {"runOnly": {"type": "tag", "values": TAGS}}
WIDE, PHONE, SMALL = 1440, 390, 320


@dataclass(frozen=True, kw_only=True)
class Place:
    """A page: its route and its address, or a page that links to it, and what to press to see all of it."""

    route: str
    path: str = ""
    link: str = ""  # a selector on the page at `path`; its address is then the page
    press: str = ""  # a button that opens a dialog or a menu
    complains: bool = False  # the browser notes the status of an error page
    only: str = ""  # in this telling: the other has nothing to show there


BEFORE_SIGNING_IN = (
    Place(route="account_login", path="/accounts/login/"),
    Place(route="account_signup", path="/accounts/signup/"),
    Place(route="account_reset_password", path="/accounts/password/reset/"),
    Place(route="account_reset_password_done", path="/accounts/password/reset/done/"),
    Place(route="account_reset_password_from_key", path="/accounts/password/reset/key/1-none/"),
    Place(route="account_reset_password_from_key_done", path="/accounts/password/reset/key/done/"),
    Place(route="account_email_verification_sent", path="/accounts/confirm-email/"),
    Place(route="account_confirm_email", path="/accounts/confirm-email/none/"),
    Place(route="account_inactive", path="/accounts/inactive/"),
    Place(route="accounts:invitation", path="/invitations/none/", complains=True),
    Place(route="connect_link", path="/connect/by/none/", complains=True),
    Place(route="web:elements", path="/elements/"),
)
#: As the owner of an organisation; paths are below /o/<slug>/ unless they begin with a slash.
AS_OWNER = (
    Place(route="organisation_home"),
    Place(route="scheduler:compose", path="compose/"),
    Place(route="gallery:choose", path="compose/", press="#add-picture"),
    Place(route="scheduler:publications", path="posts/"),
    Place(route="scheduler:publications", path="posts/?state=draft"),
    Place(route="scheduler:publications", path="posts/?q=nothing+is+called+that"),
    Place(route="scheduler:edit", path="posts/?state=draft", link="#publication-list a.text"),
    Place(route="scheduler:edit", path="posts/?state=review", link="#publication-list a.text"),
    Place(route="scheduler:publication", path="posts/?state=scheduled", link="#publication-list a.text"),
    Place(route="scheduler:publication", path="posts/?state=published", link="#publication-list a.text"),
    Place(route="scheduler:publication", path="posts/?state=decide", link="#publication-list a.text", only="english"),
    Place(route="integrations:accounts", path="accounts/"),
    Place(route="integrations:account", path="accounts/", link="#accounts a.account"),
    Place(route="integrations:budgets", path="accounts/budgets/"),
    Place(route="gallery:assets", path="gallery/"),
    Place(route="gallery:asset", path="gallery/", press="#assets a, #assets button"),
    Place(route="notifications:notices", path="notices/"),
    Place(route="accounts:people", path="people/"),
    Place(route="integrations:access", path="people/", press=".access"),
    Place(route="accounts:settings", path="settings/"),
    Place(route="accounts:events", path="events/"),
    Place(route="accounts:profile", path="/profile/"),
    Place(route="accounts:close_account", path="/profile/close/"),
    Place(route="accounts:organisations", path="/organisations/"),
    Place(route="accounts:create_organisation", path="/organisations/new/"),
    Place(route="account_change_password", path="/accounts/password/change/"),
    Place(route="account_logout", path="/accounts/logout/"),
)
AS_OPERATOR = (Place(route="operations:overview", path="/operations/"),)

#: Addresses that are no page of their own, and rooms that look at their own pages.
NO_PAGES = {
    "home": "leads to an organisation's home",
    "operations:healthz": "for machines",
    "operations:ready": "for machines",
    "operations:metrics": "for machines",
    "connect_callback": "answered by tests/integrations/test_connecting_in_browser.py",
    "integrations:attempt": "looked at by tests/integrations/test_connecting_in_browser.py",
    "integrations:make_link": "an act, whose answer is looked at by tests/integrations/test_connecting_in_browser.py",
    "connect_back": "looked at by tests/integrations/test_connecting_in_browser.py",
    "webhook": "for networks",
    "webhook_farewell": "for networks",
    "webhook_erasure": "for networks",
    "privacy_certificate": "a former owner's own, by its link: answered by tests/privacy/test_ending_organisation.py",
    "privacy_erasure": "a person's own, by their code: answered by tests/moderation/test_erasure_by_network.py",
    "media": "a file",
    "integrations:picture": "a file",
    "gallery:file": "a file",
    "gallery:thumbnail": "a file",
    "accounts:export_events": "a file",
    "scheduler:choices": "what a select of the composer is filled with",
    "scheduler:choose": "the composer without scripts: answered by tests/scheduler/test_composing_shapes.py",
    "scheduler:publication_row": "a part of the list",
    "scheduler:account_publications": "a part of an account's page",
    "notifications:follow": "leads to what a notice speaks of",
    "mail_preferences": "a part of one's own settings",
    "rail_signs": "a part of every page",
    "web:theme": "an act",
    "web:language": "an act",
    "web:shortcuts": "an act",
}
ROOMS_OF_THEIR_OWN = {"moderation", "privacy"}


@dataclass(frozen=True, kw_only=True)
class Told:
    """Who walks, and in which language."""

    locale: str
    owner: str
    organisation: str


TELLINGS = {
    "english": Told(locale="en-GB", owner="ruth@hartleyandrye.example", organisation="hartley-rye"),
    "french": Told(locale="fr-FR", owner="camille@fournil-lambert.example", organisation="fournil-lambert"),
}


@pytest.fixture(scope="module")
def world() -> Iterator[Stack]:
    """The product with the demonstration in it, as the first `make up` leaves it."""
    with running_stack(demo=True, within_seconds=300) as running:
        yield running


@pytest.mark.parametrize("language", TELLINGS)
def test_every_page_is_within_reach_of_everybody(
    language: str, world: Stack, chromium: Browser, page_errors: list[str]
) -> None:
    told = TELLINGS[language]
    walk = Walk(language=language, page=open_page(chromium, world.web, told.locale, page_errors), errors=page_errors)

    walk.see_all(BEFORE_SIGNING_IN)
    sign_in(walk.page, told.owner)
    walk.see_all(AS_OWNER, below=f"/o/{told.organisation}/")
    walk.page.context.close()
    walk.page = open_page(chromium, world.web, told.locale, page_errors)
    sign_in(walk.page, "operator@portevoix.example")
    walk.see_all(AS_OPERATOR)
    walk.page.context.close()

    assert walk.faults == []


def test_no_page_is_left_out() -> None:
    walked = {place.route for place in (*BEFORE_SIGNING_IN, *AS_OWNER, *AS_OPERATOR)}
    shown = {one.name for one in routes() if one.name.partition(":")[0] not in ROOMS_OF_THEIR_OWN}

    assert walked - {"web:elements"} <= shown  # that one is there while developing and beside the sandbox
    assert {name for name in shown - walked - NO_PAGES.keys() if not is_act(name)} == set()


def is_act(name: str) -> bool:
    """Tell whether a route only takes what a form sends."""
    acts = ("invite", "end_", "resend_", "revoke_", "give_role", "remove_person", "connect", "disconnect", "reconnect")
    more = (
        "upload",
        "describe",
        "delete",
        "read_all",
        "approve",
        "send_",
        "cancel",
        "move",
        "retry",
        "recognise",
        "end_",
    )
    of_what_is_out = ("edit_out", "follow_up_again", "let_be")
    return name.rpartition(":")[2].startswith(acts + more + of_what_is_out)


def open_page(chromium: Browser, address: str, locale: str, errors: list[str]) -> Page:
    size = {"width": WIDE, "height": 900}
    context = chromium.new_context(base_url=address, locale=locale, viewport=size, reduced_motion="reduce")  # type: ignore[arg-type]
    context.set_default_timeout(20_000)
    page = context.new_page()
    watch(page, errors)
    return page


def sign_in(page: Page, email: str) -> None:
    page.goto("/accounts/login/")
    page.locator("[name=login]").fill(email)
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("main button[data-kind=primary]").click()
    page.wait_for_load_state()


@dataclass(kw_only=True)
class Walk:
    """One person going from page to page, noting what is wrong with each."""

    language: str
    page: Page
    errors: list[str]
    faults: list[str] = field(default_factory=list)

    def see_all(self, places: tuple[Place, ...], *, below: str = "/") -> None:
        for place in places:
            if place.only not in ("", self.language):
                continue
            path = place.path if place.path.startswith("/") else below + place.path
            self.page.set_viewport_size({"width": WIDE, "height": 900})
            self.page.goto(path)
            if place.link:
                link = self.page.locator(place.link)
                assert link.count(), f"{path} links to no {place.route}"
                self.page.goto(str(link.first.get_attribute("href")))
            if place.press:
                self.page.locator(place.press).first.click()
                self.page.locator("dialog[open]").wait_for()
            self.page.wait_for_function("() => !document.querySelector('[hx-trigger=load]')")  # parts that come late
            self.look(f"{place.route} at {path}")
            if place.complains:
                self.errors.clear()
            elif self.errors:
                self.faults.append(f"{place.route} at {path} says in the console: {self.errors}")
                self.errors.clear()

    def look(self, name: str) -> None:
        """Look at the page as it stands, in each light and width."""
        self.page.evaluate(Axe().axe_script)
        for width in (WIDE, PHONE):
            self.page.set_viewport_size({"width": width, "height": 900})
            for scheme, options in (("light", OF_ALL), ("dark", OF_COLOUR)):
                self.page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
                found = self.page.evaluate(ASK_AXE, options)
                self.faults += [f"{name}, {width} px, {scheme}: {one}" for one in map(told, found)]
        for width in (PHONE, SMALL):
            self.page.set_viewport_size({"width": width, "height": 900})
            reach = self.page.evaluate("document.documentElement.scrollWidth")
            if reach > width:
                self.faults.append(f"{name} is {reach} px wide at {width} px")


#: Colours on their way from day to night are nobody's colours: axe waits until they have arrived.
ASK_AXE = """async options => {
    const moves = document.getAnimations().filter(one => one.effect.getComputedTiming().endTime < 1000);
    await Promise.all(moves.map(one => one.finished));
    const {violations} = await axe.run(document, {...options, resultTypes: ["violations"]});
    const place = node => `${node.target.join(" ")} ${node.failureSummary}`;
    return violations.map(({id, impact, nodes}) => ({id, impact, places: nodes.slice(0, 3).map(place)}));
}"""


def told(violation: dict[str, Any]) -> str:
    """Return what axe found, in a line."""
    places = "; ".join(re.sub(r"\s+", " ", place) for place in violation["places"])
    return f"{violation['id']} ({violation['impact']}): {places}"
