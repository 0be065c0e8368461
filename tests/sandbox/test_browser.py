"""What a person sees and clicks, in a real Chromium."""

import re
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
import requests
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.sandbox.conftest import (
    FACEBOOK_APP,
    HARTLEY_PAGE,
    HARTLEY_USER,
    LAMBERT_PAGE,
    PUBLISHING,
    X_APP,
    X_SCOPES,
    Process,
)


class Landing(BaseHTTPRequestHandler):
    """The app's side of the redirect: another origin than the sandbox's, as in life."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"back")

    def log_message(self, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def app() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Landing)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/connect/return"
    server.shutdown()
    server.server_close()


@pytest.fixture(params=["en-GB", "fr-FR"])
def tab(request: pytest.FixtureRequest, chromium: Browser, page_errors: list[str]) -> Iterator[Page]:
    context = chromium.new_context(locale=request.param, viewport={"width": 390, "height": 844})
    context.set_default_timeout(10_000)
    tab = context.new_page()
    tab.on("pageerror", lambda error: page_errors.append(str(error)))
    yield tab
    context.close()


def came_back(tab: Page, app: str) -> dict[str, str]:
    tab.wait_for_url(re.compile(re.escape(app)))
    return {name: values[0] for name, values in parse_qs(urlsplit(tab.url).query).items()}


def test_a_person_gives_some_pages_on_facebook(sandbox: Process, tab: Page, app: str) -> None:
    query = {"client_id": FACEBOOK_APP[0], "redirect_uri": app, "scope": PUBLISHING, "state": "s"}
    tab.goto(f"{sandbox.base}/www.facebook.com/v26.0/dialog/oauth?{urlencode(query)}")
    tab.get_by_role("button", name="Nadia Benali").click()
    tab.get_by_role("checkbox", name="Hartley & Rye Bakery").uncheck()
    tab.get_by_role("button", name=re.compile("Continue")).click()

    code = came_back(tab, app)["code"]

    exchange = {"client_id": FACEBOOK_APP[0], "client_secret": FACEBOOK_APP[1], "redirect_uri": app, "code": code}
    token = requests.get(f"{sandbox.graph}/oauth/access_token", params=exchange, timeout=10).json()["access_token"]
    listed = requests.get(f"{sandbox.graph}/me/accounts", params={"access_token": token}, timeout=10).json()["data"]
    assert [page["name"] for page in listed] == ["Fournil Lambert", "Corrie Cycles", "Hartley & Rye Kitchen"]


def test_a_person_refuses_on_x(sandbox: Process, tab: Page, app: str) -> None:
    query = {
        "response_type": "code",
        "client_id": X_APP[0],
        "redirect_uri": app,
        "scope": X_SCOPES,
        "state": "s",
        "code_challenge": "c",
        "code_challenge_method": "plain",
    }
    tab.goto(f"{sandbox.base}/x.com/i/oauth2/authorize?{urlencode(query)}")
    tab.get_by_role("button", name="@hartleyandrye").click()
    tab.get_by_role("button", name=re.compile("Cancel|Annuler")).click()

    assert came_back(tab, app) == {"error": "access_denied", "state": "s"}


def test_a_wall_follows_what_is_published(sandbox: Process, tab: Page) -> None:
    tab.goto(f"{sandbox.base}/walls/x/hartleyandrye")
    expect(tab.locator("#count-live")).to_have_text("0")
    token = sandbox.control("POST", "tokens", network="x", accounts=[HARTLEY_USER])["tokens"][0]["access_token"]

    requests.post(
        f"{sandbox.x}/2/tweets", json={"text": "Mince pies"}, headers={"Authorization": f"Bearer {token}"}, timeout=10
    )

    expect(tab.get_by_role("article")).to_contain_text("Mince pies")
    expect(tab.locator("#count-live")).to_have_text("1")


def test_a_person_writes_as_a_stranger_changes_it_and_takes_it_back(sandbox: Process, tab: Page) -> None:
    [token] = sandbox.control("POST", "tokens", network="facebook", accounts=[HARTLEY_PAGE])["tokens"]
    post = {"message": "Rye is back", "access_token": token["access_token"]}
    requests.post(f"{sandbox.graph}/{HARTLEY_PAGE}/feed", data=post, timeout=10)
    tab.goto(f"{sandbox.base}/walls/facebook/hartleyandrye")

    tab.get_by_role("link", name=re.compile("Comment as|Commenter comme")).click()
    tab.get_by_label(re.compile("Who writes|Qui écrit")).select_option(label="Priya Raman (en)")
    tab.get_by_label(re.compile("Text")).fill("Is it <b>vegan</b>?")
    tab.get_by_role("button", name=re.compile("Send|Envoyer")).click()
    expect(tab.locator(".note")).to_contain_text("Is it <b>vegan</b>?")
    tab.get_by_role("link", name=re.compile("Edit what Priya|Modifier ce que Priya")).click()
    tab.get_by_label(re.compile("Text")).fill("Found it.")
    tab.get_by_role("button", name=re.compile("Save|Enregistrer")).click()
    expect(tab.locator(".note")).to_contain_text("Found it.")
    tab.get_by_role("button", name=re.compile("Hide what|Masquer ce que")).click()
    expect(tab.locator(".note[data-hidden]")).to_have_count(1)
    tab.get_by_role("button", name=re.compile("Delete what|Supprimer ce que")).click()

    expect(tab.locator(".note")).to_have_count(0)


def test_a_person_reviews_writes_privately_and_lets_them_live(sandbox: Process, tab: Page) -> None:
    tab.goto(f"{sandbox.base}/walls/facebook/fournillambert")
    for name in ("Private message|Message privé", "Recommendation|Recommandation"):
        tab.get_by_role("link", name=re.compile(name)).click()
        tab.get_by_role("button", name=re.compile("Send|Envoyer")).click()
    expect(tab.locator(".note")).to_have_count(2)

    tab.goto(f"{sandbox.base}/strangers")
    tab.get_by_role("button", name=re.compile("Let them|Les laisser")).click()
    tab.get_by_role("button", name=re.compile("Stop|Arrêter")).click()

    expect(tab.get_by_role("button", name=re.compile("Let them|Les laisser"))).to_be_visible()
    assert sandbox.control("GET", "life")["on"] is False


def test_a_fault_is_set_by_a_click(sandbox: Process, tab: Page) -> None:
    tab.goto(f"{sandbox.base}/faults")
    tab.get_by_role("button", name=re.compile("Set this fault|Poser cette panne")).click()

    expect(tab.locator(".fault")).to_have_count(1)


def test_the_pages_are_accessible_and_never_scroll_sideways(sandbox: Process, tab: Page, app: str) -> None:
    query = urlencode({"client_id": FACEBOOK_APP[0], "redirect_uri": app, "scope": PUBLISHING})
    dialog = f"www.facebook.com/v26.0/dialog/oauth?{query}"
    sandbox.fault("x.tweets", "delay", count=None)
    token = sandbox.control("POST", "tokens", network="facebook", accounts=[HARTLEY_PAGE])["tokens"][0]["access_token"]
    requests.post(f"{sandbox.graph}/{HARTLEY_PAGE}/feed", data={"message": "x", "access_token": token}, timeout=10)
    made = sandbox.stranger("comment", network="facebook", account=HARTLEY_PAGE)["id"]
    sandbox.stranger("reply", network="facebook", on=made, **{"as": "itself"})
    sandbox.stranger("review", network="facebook", account=HARTLEY_PAGE)
    wall = f"walls/facebook/{HARTLEY_PAGE}"
    deeds = [f"{wall}/write?kind=reply&on={made}", f"{wall}/write?kind=review", f"{wall}/change?id={made}"]
    paths = [
        "",
        "faults",
        "calls",
        "strangers",
        *deeds,
        f"walls/facebook/{HARTLEY_PAGE}",
        f"walls/facebook/{LAMBERT_PAGE}",
        "nowhere",
    ]
    for path in [*paths, dialog, f"{dialog}&person=10150000000000001"]:
        tab.goto(f"{sandbox.base}/{path}")
        problems = [violation["id"] for violation in Axe().run(tab).response["violations"]]
        assert (path, problems) == (path, [])
        assert tab.evaluate("document.documentElement.scrollWidth <= innerWidth")
