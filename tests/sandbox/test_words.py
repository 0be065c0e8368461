"""The pages' two languages, complete."""

import re

from sandbox.apps import App
from sandbox.faults import KINDS
from sandbox.networks._google.state import SIGN_IN
from sandbox.networks.facebook.oauth import SCOPES as FACEBOOK_SCOPES
from sandbox.networks.google_business.twin import SCOPES as BUSINESS_SCOPES
from sandbox.networks.linkedin.oauth import SCOPES as LINKEDIN_SCOPES
from sandbox.networks.x.oauth import SCOPES as X_SCOPES
from sandbox.networks.youtube.twin import SCOPES as YOUTUBE_SCOPES
from sandbox.pages.french import FRENCH
from sandbox.pages.rendering import HERE, KIND_NAMES

PLACES = re.compile(r"\{\w+\}")


def said() -> set[str]:
    """Every English text a page can show."""
    written = {
        text
        for template in (HERE / "templates").glob("*.html")
        for text in re.findall(r'_\("([^"]+)"', template.read_text(encoding="utf-8"))
    }
    scopes = (SIGN_IN, BUSINESS_SCOPES, FACEBOOK_SCOPES, LINKEDIN_SCOPES, X_SCOPES, YOUTUBE_SCOPES)
    return written | set(KIND_NAMES.values()) | set(KINDS) | {words for each in scopes for words in each.values()}


def test_everything_said_is_said_in_french_and_nothing_else_is() -> None:
    assert said() == FRENCH.keys()


def test_both_languages_have_the_same_places() -> None:
    for english, french in FRENCH.items():
        assert sorted(PLACES.findall(english)) == sorted(PLACES.findall(french)), english


def test_a_redirect_s_beginning_ends_where_a_part_of_the_address_ends() -> None:
    app = App(id="1", secret="s", name="n", redirects=("http://127.0.0.1", "https://app.example/back"))

    assert app.allows("http://127.0.0.1:8000/connect")
    assert app.allows("https://app.example/back?x=1")
    assert not app.allows("http://127.0.0.1.elsewhere.example/")
    assert not app.allows("http://127.0.0.1@elsewhere.example/")
    assert not app.allows("https://app.example/backwards")
