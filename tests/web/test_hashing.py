"""Static files under names that browsers keep for ever."""

import json
import re

from django.contrib.staticfiles import finders
from django.templatetags.static import static
from django.test import Client
from pytest_django import Settings

from web.hashing import hashed_names
from web.modules import import_map

HASHED = re.compile(r"\.[0-9a-f]{12}\.\w+$")
FOR_EVER = "max-age=315360000, public, immutable"


def ask(address: str) -> tuple[int, str]:
    answer = Client().head(address)  # opens no file that somebody would have to close
    return answer.status_code, answer.headers.get("Cache-Control", "")


def test_an_address_holds_the_contents_digest_and_is_kept_for_ever() -> None:
    address = static("web/css/tokens.css")

    assert HASHED.search(address)
    assert ask(address) == (200, FOR_EVER)


def test_the_name_alone_is_asked_for_anew_each_minute() -> None:
    assert ask("/static/web/css/tokens.css") == (200, "max-age=60, public")


def test_a_digest_of_other_contents_is_not_there() -> None:
    assert finders.find("web/css/tokens.0123456789ab.css") is None


def test_every_module_is_imported_under_its_hashed_name() -> None:
    for name, address in import_map().items():
        assert HASHED.search(address), name
        assert ask(address) == (200, FOR_EVER), name


def test_pages_name_no_file_without_its_digest(db: None) -> None:
    page = Client().get("/accounts/login/").content.decode()

    found = re.findall(r'(?:href|src)="(/static/[^"#]+)', page)
    assert len(found) > 5
    assert [address for address in found if not HASHED.search(address)] == []
    importmap = re.search(r'<script type="importmap"[^>]*>(.*?)</script>', page)
    assert importmap is not None
    assert set(json.loads(importmap[1])["imports"].values()) == set(import_map().values())


def test_each_name_is_found_where_it_stands() -> None:
    assert len(hashed_names()) > 30
    for name, hashed in hashed_names().items():
        assert finders.find(hashed) == finders.find(name)


def test_while_developing_files_keep_their_names(settings: Settings) -> None:
    settings.DEBUG = True

    assert static("web/css/tokens.css") == "/static/web/css/tokens.css"
