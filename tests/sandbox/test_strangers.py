"""Strangers who are asked, and strangers who live by themselves."""

import re
import time
from collections import Counter
from typing import Any

import pytest
import requests

from sandbox.strangers.cast import PEOPLE
from tests.sandbox.conftest import HARTLEY_PAGE, LAMBERT_PAGE, Process, publish_on_facebook, publish_on_x

ENGLISH = re.compile(r"\b(the|and|you|your|is|my|with)\b", re.IGNORECASE)


def test_both_networks_have_the_same_people_in_two_languages(sandbox: Process) -> None:
    there = sandbox.control("GET", "strangers")

    names = {one.name for one in PEOPLE}
    assert {one["name"] for one in there["facebook"]} == {one["name"] for one in there["x"]} == names
    assert {one["language"] for one in there["x"]} == {"en", "fr"}


def test_a_page_s_public_writes_its_language(sandbox: Process) -> None:
    [token] = sandbox.control("POST", "tokens", network="facebook", accounts=[LAMBERT_PAGE])["tokens"]
    post = publish_on_facebook(sandbox, token["access_token"], "Le seigle est revenu", LAMBERT_PAGE)

    deeds = [sandbox.stranger("comment", network="facebook", on=post) for _ in range(20)]

    spoken = {one["id"]: one["language"] for one in sandbox.control("GET", "strangers")["facebook"]}
    assert {spoken[deed["author"]] for deed in deeds} == {"fr"}
    assert not any(ENGLISH.search(deed["text"]) for deed in deeds)
    assert len({deed["text"] for deed in deeds}) > 15


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("dance", {"network": "facebook"}),
        ("comment", {"network": "myspace"}),
        ("comment", {"network": "facebook", "on": "1"}),
        ("comment", {"network": "facebook", "account": "hartleyandrye"}),  # nothing is published
        ("review", {"network": "x", "account": "hartleyandrye"}),
        ("mention", {"network": "x", "account": "nobody"}),
        ("mention", {"network": "x", "account": "hartleyandrye", "as": "Nobody"}),
        ("edit", {"network": "facebook", "id": "1", "text": "x"}),
        ("delete", {"network": "x"}),
        ("burst", {"network": "x", "kind": "mention", "account": "hartleyandrye", "count": 0}),
    ],
)
def test_what_cannot_be_done_is_said(sandbox: Process, kind: str, body: dict[str, Any]) -> None:
    answer = requests.post(f"{sandbox.base}/_control/strangers/{kind}", json=body, timeout=10)

    assert answer.status_code == 400
    assert len(answer.json()["error"]) > 10


def test_a_burst_has_as_many_authors_as_asked(sandbox: Process, engaged: str) -> None:
    post = publish_on_facebook(sandbox, engaged)

    sandbox.stranger("burst", network="facebook", on=post, count=60, authors=30, text="Number")
    rows = requests.get(
        f"{sandbox.graph}/{post}/comments",
        params={"access_token": engaged, "fields": "from,message", "limit": "100", "order": "chronological"},
        timeout=10,
    ).json()["data"]

    assert [row["message"] for row in rows] == [f"Number {number + 1}" for number in range(60)]
    assert len({row["from"]["id"] for row in rows if "from" in row}) >= 28


def test_one_more_person_comes(sandbox: Process) -> None:
    made = sandbox.control("POST", "strangers", network="x", name="Zoë Ashdown", language="en")

    deed = sandbox.stranger("mention", network="x", account="hartleyandrye", **{"as": "Zoë Ashdown"})

    assert deed["author"] == made["id"]


def test_life_goes_on_by_itself_and_stops(sandbox: Process, engaged: str) -> None:
    publish_on_facebook(sandbox, engaged)

    sandbox.control("POST", "life", on=True, per_minute=1500, seed=4)
    deadline = time.monotonic() + 10
    while sum(sandbox.control("GET", "life")["done"].values()) < 20:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    sandbox.control("POST", "life", on=False)
    done = sandbox.control("GET", "life")["done"]
    time.sleep(0.3)

    assert done["comment"] > 0
    assert sandbox.control("GET", "life")["done"] == done


def test_life_is_varied_repeatable_and_keeps_to_accounts_that_publish(
    sandbox: Process, engaged: str, x_engaged: dict[str, str]
) -> None:
    def live() -> list[dict[str, Any]]:
        sandbox.control("POST", "life", seed=9)
        deeds: list[dict[str, Any]] = sandbox.control("POST", "life/step", count=150)["deeds"]
        return deeds

    publish_on_facebook(sandbox, engaged)
    publish_on_x(sandbox, x_engaged)
    first = live()
    sandbox.control("POST", "life", seed=1)
    kinds = Counter(deed["kind"] for deed in first)

    assert {deed["account"] for deed in first} == {HARTLEY_PAGE, "1420000000000000101"}
    assert {"comment", "message", "mention", "review", "edit", "delete", "like"} <= kinds.keys()
    assert kinds["comment"] > kinds["review"]
    assert len(first) > 100


def test_without_anything_published_nobody_writes(sandbox: Process) -> None:
    assert sandbox.control("POST", "life/step", count=20)["deeds"] == []
