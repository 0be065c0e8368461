"""The process: what outlives it, who may control it, what it shows."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from tests.sandbox.conftest import (
    HARTLEY_PAGE,
    HARTLEY_USER,
    PNG,
    Process,
    click_through_x,
    exchange_x,
    facebook_user_token,
    free_port,
    page_token,
    refresh_x,
)


@pytest.fixture
def lasting(tmp_path: Path) -> Iterator[Process]:
    process = Process(free_port(), state=tmp_path)
    process.start()
    yield process
    process.stop()


def test_walls_tokens_and_files_outlive_a_kill(lasting: Process) -> None:
    page = page_token(lasting, facebook_user_token(lasting))
    photo = requests.post(
        f"{lasting.graph}/{HARTLEY_PAGE}/photos",
        data={"access_token": page, "caption": "Loaf"},
        files={"source": ("a.png", PNG, "image/png")},
        timeout=10,
    ).json()
    pair = exchange_x(lasting, *click_through_x(lasting)).json()
    turned = refresh_x(lasting, pair["refresh_token"]).json()

    lasting.control("POST", "settings", rate_limits=False, credits=5.0)
    lasting.stop(kill=True)
    lasting.session = requests.Session()
    lasting.start()

    shown = requests.get(f"{lasting.graph}/{photo['post_id']}", params={"access_token": page}, timeout=10).json()
    assert shown.get("message") == "Loaf", shown
    assert requests.get(f"{lasting.base}/media/{photo['id']}", timeout=10).content == PNG
    assert refresh_x(lasting, pair["refresh_token"]).status_code == 400
    assert refresh_x(lasting, turned["refresh_token"]).status_code == 200
    settings = lasting.control("GET", "settings")
    assert (settings["rate_limits"], settings["credits"]) == (False, 5.0)
    assert lasting.published()["by_account"] == {f"facebook:{HARTLEY_PAGE}": 1}


def test_only_this_machine_and_its_own_pages_control_it(sandbox: Process) -> None:
    address = f"{sandbox.base}/_control/reset"

    foreign_page = requests.post(address, headers={"Origin": "https://elsewhere.example"}, timeout=10)
    foreign_name = requests.post(address, headers={"Host": "elsewhere.example"}, timeout=10)
    own_page = requests.post(address, headers={"Origin": sandbox.base}, timeout=10)

    assert [foreign_page.status_code, foreign_name.status_code, own_page.status_code] == [403, 403, 200]


def test_a_grant_needs_no_click(sandbox: Process) -> None:
    redirect = "http://127.0.0.1:9/connect/return"
    facebook = sandbox.control(
        "POST",
        "grant",
        network="facebook",
        person="Nadia Benali",
        pages=["hartleyandrye"],
        redirect_uri=redirect,
        state="z",
    )
    x = sandbox.control("POST", "grant", network="x", account="hartleyandrye", redirect_uri=redirect)

    assert facebook["redirect"].startswith(f"{redirect}?code={facebook['code']}&state=z")
    assert exchange_x(sandbox, x["code"], x["code_verifier"]).status_code == 200


def test_many_accounts_and_their_tokens_are_made_at_once(sandbox: Process) -> None:
    for network, path in (("facebook", "graph.facebook.com/me"), ("x", "api.x.com/2/users/me")):
        ids = sandbox.control("POST", "accounts", network=network, count=20)["ids"]
        tokens = sandbox.control("POST", "tokens", network=network, accounts=ids)["tokens"]
        answers = [
            requests.get(
                f"{sandbox.base}/{path}", headers={"Authorization": f"Bearer {row['access_token']}"}, timeout=10
            ).json()
            for row in tokens
        ]
        assert [answer.get("data", answer)["id"] for answer in answers] == ids


def test_the_brakes_come_off_for_a_benchmark(sandbox: Process, x_headers: dict[str, str]) -> None:
    sandbox.control("POST", "settings", rate_limits=False, duplicate_protection=False)

    answers = [
        sandbox.session.post(f"{sandbox.x}/2/tweets", json={"text": "Same"}, headers=x_headers, timeout=10)
        for _ in range(3)
    ]

    assert [answer.status_code for answer in answers] == [201] * 3
    assert list(sandbox.published(posts="0")["twice"].values()) == [3]


def test_calls_are_recorded_without_tokens(sandbox: Process, hartley: str) -> None:
    requests.post(f"{sandbox.graph}/{HARTLEY_PAGE}/feed", data={"message": "Seen", "access_token": hartley}, timeout=10)

    answer = requests.get(f"{sandbox.base}/_control/calls", params={"operation": "facebook.feed"}, timeout=10)

    [call] = answer.json()["calls"]
    assert (call["account"], call["status"], call["network"]) == (HARTLEY_PAGE, 200, "facebook")
    assert call["fingerprint"] == sandbox.published()["posts"][0]["fingerprint"]
    assert hartley not in answer.text


@pytest.mark.parametrize("language", ["en", "fr"])
def test_a_wall_shows_what_was_published_and_only_changes_with_it(
    sandbox: Process, hartley: str, language: str
) -> None:
    speaks = {"Accept-Language": language}
    posts = f"{sandbox.base}/walls/facebook/{HARTLEY_PAGE}/posts"
    empty = requests.get(posts, headers=speaks, timeout=10)
    unchanged = requests.get(posts, headers={**speaks, "If-None-Match": empty.headers["etag"]}, timeout=10)
    requests.post(
        f"{sandbox.graph}/{HARTLEY_PAGE}/photos",
        data={"access_token": hartley, "caption": "<b>Loaf</b>", "alt_text_custom": "A loaf"},
        files={"source": ("a.png", PNG, "image/png")},
        timeout=10,
    )
    shown = requests.get(f"{sandbox.base}/walls/facebook/hartleyandrye", headers=speaks, timeout=10)

    assert {"en": "Nothing has been published here", "fr": "Rien n’a été publié ici"}[language] in empty.text
    assert unchanged.status_code == 304
    assert "&lt;b&gt;Loaf&lt;/b&gt;" in shown.text
    assert 'alt="A loaf"' in shown.text
    assert {"en": "edited", "fr": "modifié"}[language] not in shown.text
    assert shown.headers["content-security-policy"].startswith("default-src 'none'")


def test_every_page_speaks_both_languages(sandbox: Process, x_headers: dict[str, str]) -> None:
    sandbox.session.post(f"{sandbox.x}/2/tweets", json={"text": "Hello"}, headers=x_headers, timeout=10)
    sandbox.fault("x.tweets", "status", count=2)
    sandbox.fault("x.tweets", "delay", count=None)
    sandbox.stranger("mention", network="x", account=HARTLEY_USER)
    written = sandbox.stranger("message", network="facebook", account=HARTLEY_PAGE)
    wall = f"walls/facebook/{HARTLEY_PAGE}"
    deeds = (f"{wall}/write?kind=message&on={written['thread']}", f"{wall}/change?id={written['id']}", wall)
    pages = ("", "strangers", "faults", "calls", f"walls/x/{HARTLEY_USER}", "walls/x/nobody", "nowhere")
    for path in (*pages, *deeds):
        for language in ("en", "fr"):
            answer = requests.get(f"{sandbox.base}/{path}", headers={"Accept-Language": language}, timeout=10)
            assert answer.status_code in {200, 404}
            assert f'<html lang="{language}">' in answer.text


def test_a_fault_is_set_and_removed_by_the_page(sandbox: Process, x_headers: dict[str, str]) -> None:
    form = {"operation": "x.tweets", "kind": "forbidden", "count": "", "seconds": "", "account": "", "status": "503"}
    address = f"{sandbox.base}/faults"

    page = requests.post(address, data=form, timeout=10)
    wrong = requests.post(address, data={**form, "kind": "rain"}, timeout=10)
    foreign = requests.post(address, data=form, headers={"Origin": "https://elsewhere.example"}, timeout=10)
    standing = sandbox.control("GET", "faults")["faults"]
    requests.post(address, data={"act": "remove", "id": standing[0]["id"]}, timeout=10)

    assert "Remove all faults" in page.text
    assert (wrong.status_code, foreign.status_code) == (422, 403)
    assert [(fault["kind"], fault["count"]) for fault in standing] == [("forbidden", None)]
    assert sandbox.control("GET", "faults")["faults"] == []


def test_addresses_the_networks_do_not_have(sandbox: Process) -> None:
    x = requests.get(f"{sandbox.x}/2/dances", timeout=10)
    facebook = requests.post(f"{sandbox.graph}/{HARTLEY_PAGE}/dances", timeout=10)
    broken = requests.post(f"{sandbox.x}/2/tweets", data="{", headers={"Content-Type": "application/json"}, timeout=10)

    assert (x.status_code, x.json()["title"]) == (404, "Not Found")
    assert (facebook.status_code, facebook.json()["error"]["code"]) == (400, 2500)
    assert (broken.status_code, broken.json()["title"]) == (400, "Invalid Request")
