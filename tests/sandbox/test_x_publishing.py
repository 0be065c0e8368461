"""Posts on X."""

import html
import time
from typing import Any

import pytest
import requests

from tests.sandbox.conftest import HARTLEY_USER, Process, click_through_x, exchange_x

Headers = dict[str, str]


def create(sandbox: Process, headers: Headers, **body: Any) -> requests.Response:
    return sandbox.session.post(f"{sandbox.x}/2/tweets", json=body, headers=headers, timeout=10)


def timeline(sandbox: Process, headers: Headers, **query: Any) -> Any:
    address = f"{sandbox.x}/2/users/{HARTLEY_USER}/tweets"
    return sandbox.session.get(address, params=query, headers=headers, timeout=10).json()


def test_a_post_goes_on_the_wall_and_can_be_read_back(sandbox: Process, x_headers: Headers) -> None:
    answer = create(sandbox, x_headers, text="The stollen is back on Friday")

    assert answer.status_code == 201
    data = answer.json()["data"]
    assert data == {"id": data["id"], "text": "The stollen is back on Friday", "edit_history_tweet_ids": [data["id"]]}
    assert answer.headers["x-rate-limit-limit"] == "100"
    assert answer.headers["x-rate-limit-remaining"] == "99"
    assert 0 < int(answer.headers["x-rate-limit-reset"]) - time.time() <= 900
    assert answer.headers["x-app-limit-24hour-remaining"] == "9999"
    shown = sandbox.session.get(
        f"{sandbox.x}/2/tweets/{data['id']}",
        params={"tweet.fields": "author_id,created_at"},
        headers=x_headers,
        timeout=10,
    ).json()
    assert shown["data"]["author_id"] == HARTLEY_USER
    assert shown["data"]["created_at"].endswith("Z")


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"text": "x", "colour": "red"}, 400),
        ({"text": "x", "media": {"ids": []}}, 400),
        ({"text": 5}, 400),
        ({"text": ""}, 400),
        ({}, 400),
        ({"text": "x" * 281}, 403),
        ({"text": "日" * 141}, 403),
        ({"text": "$ONE and $TWO"}, 403),
        ({"text": "x", "quote_tweet_id": "20"}, 403),
        ({"text": "x", "reply_settings": "everyone"}, 400),
        ({"text": "x", "poll": {"options": ["one"], "duration_minutes": 60}}, 400),
        ({"text": "x", "media": {"media_ids": ["1"]}}, 400),
        ({"text": "x", "media": {"media_ids": ["1", "2", "3", "4", "5"]}}, 400),
        ({"text": "x", "reply": {"in_reply_to_tweet_id": "20"}}, 403),
    ],
)
def test_a_body_that_x_would_refuse_is_refused(
    sandbox: Process, x_headers: Headers, body: dict[str, Any], status: int
) -> None:
    answer = create(sandbox, x_headers, **body)

    assert answer.status_code == status
    assert {"title", "type", "detail"} <= set(answer.json())
    assert sandbox.published()["count"] == 0


@pytest.mark.parametrize(
    "text", ["日" * 140, "x" * 280, "👨‍👩‍👧‍👦" * 140, "x" * 256 + " https://example.com/a-very-long-path"]
)
def test_texts_are_weighed_as_x_weighs_them(sandbox: Process, x_headers: Headers, text: str) -> None:
    assert create(sandbox, x_headers, text=text).status_code == 201


def test_the_same_text_again_is_refused_until_the_first_is_gone(sandbox: Process, x_headers: Headers) -> None:
    first = create(sandbox, x_headers, text="Mince pies").json()["data"]["id"]

    again = create(sandbox, x_headers, text="Mince pies")
    deleted = sandbox.session.delete(f"{sandbox.x}/2/tweets/{first}", headers=x_headers, timeout=10)
    after = create(sandbox, x_headers, text="Mince pies")

    assert again.status_code == 403
    assert again.json()["detail"] == "You are not allowed to create a Tweet with duplicate content."
    assert deleted.json() == {"data": {"deleted": True}}
    assert after.status_code == 201


def test_links_are_shortened_and_told_in_the_entities(sandbox: Process, x_headers: Headers) -> None:
    link = "https://hartleyandrye.example/bread?a=1&b=2"

    made = create(sandbox, x_headers, text=f"Bread & butter: {link}").json()["data"]["text"]
    shown = timeline(sandbox, x_headers, **{"tweet.fields": "entities"})["data"][0]

    assert shown["text"] == made
    assert html.unescape(made).startswith("Bread & butter: https://t.co/")
    [entity] = shown["entities"]["urls"]
    assert entity["expanded_url"] == link
    assert made[entity["start"] : entity["end"]] == entity["url"]


def test_the_new_dialect_is_answered_in_its_own_words(sandbox: Process, x_headers: Headers) -> None:
    first = create(sandbox, x_headers, text="One").json()["data"]["id"]
    create(sandbox, x_headers, text="Two", reply={"in_reply_to_tweet_id": first})

    old = timeline(sandbox, x_headers, **{"tweet.fields": "author_id,referenced_tweets,public_metrics"})["data"][0]
    new = timeline(
        sandbox,
        x_headers,
        **{"post.fields": "public_metrics", "expansions": "author_id,referenced_posts", "colour": "red"},
    )

    assert old["referenced_tweets"] == [{"type": "replied_to", "id": first}]
    assert "retweet_count" in old["public_metrics"]
    assert new["data"][0]["referenced_posts"] == [{"type": "replied_to", "id": first}]
    assert "repost_count" in new["data"][0]["public_metrics"]
    assert "edit_history_tweet_ids" not in new["data"][0]
    assert new["includes"]["users"][0]["username"] == "hartleyandrye"


def test_the_timeline_has_bounds_and_pages(sandbox: Process, x_headers: Headers) -> None:
    ids = [create(sandbox, x_headers, text=f"Number {number}").json()["data"]["id"] for number in range(7)]

    first = timeline(sandbox, x_headers, max_results=5)
    second = timeline(sandbox, x_headers, max_results=5, pagination_token=first["meta"]["next_token"])
    since = timeline(sandbox, x_headers, since_id=ids[4])
    empty = timeline(sandbox, x_headers, start_time="2090-01-01T00:00:00Z")
    refused = timeline(sandbox, x_headers, since_id=ids[0], start_time="2020-01-01T00:00:00Z")

    assert [post["id"] for post in first["data"] + second["data"]] == ids[::-1]
    assert "next_token" not in second["meta"]
    assert [post["id"] for post in since["data"]] == ids[:4:-1]
    assert empty == {"meta": {"result_count": 0}}
    assert refused["title"] == "Invalid Request"


def test_missing_ids_are_partial_errors(sandbox: Process, x_headers: Headers) -> None:
    found = create(sandbox, x_headers, text="Here").json()["data"]["id"]

    answer = sandbox.session.get(
        f"{sandbox.x}/2/tweets", params={"ids": f"{found},20"}, headers=x_headers, timeout=10
    ).json()

    assert [post["id"] for post in answer["data"]] == [found]
    assert answer["errors"][0]["resource_id"] == "20"
    assert answer["errors"][0]["type"].endswith("/resource-not-found")


def test_strangers_are_not_replied_to_unless_they_summon(sandbox: Process, x_headers: Headers) -> None:
    camille = exchange_x(sandbox, *click_through_x(sandbox, account="1420000000000000105")).json()["access_token"]
    theirs = {"Authorization": f"Bearer {camille}"}
    silent = create(sandbox, theirs, text="Nice morning").json()["data"]["id"]
    calling = create(sandbox, theirs, text="Nice bread @hartleyandrye").json()["data"]["id"]

    refused = create(sandbox, x_headers, text="Hello", reply={"in_reply_to_tweet_id": silent})
    answered = create(sandbox, x_headers, text="Thank you", reply={"in_reply_to_tweet_id": calling})

    assert refused.status_code == 403
    assert "not been mentioned" in refused.json()["detail"]
    assert answered.status_code == 201


def test_the_windows_close_and_open_again(sandbox: Process, x_headers: Headers) -> None:
    answers = [sandbox.session.get(f"{sandbox.x}/2/users/me", headers=x_headers, timeout=10) for _ in range(76)]

    assert answers[74].headers["x-rate-limit-remaining"] == "0"
    assert answers[75].status_code == 429
    assert answers[75].json()["title"] == "Too Many Requests"
    sandbox.control("POST", "clock", move=901)
    assert sandbox.session.get(f"{sandbox.x}/2/users/me", headers=x_headers, timeout=10).status_code == 200


def test_credits_run_out_and_refusals_are_free(sandbox: Process, x_headers: Headers) -> None:
    sandbox.control("POST", "settings", credits=0.22)

    plain = create(sandbox, x_headers, text="Cheap")
    refused = create(sandbox, x_headers, text="Cheap")
    with_link = create(sandbox, x_headers, text="Dear https://example.com")
    broke = create(sandbox, x_headers, text="Nothing left")

    assert [answer.status_code for answer in (plain, refused, with_link, broke)] == [201, 403, 201, 402]
    assert broke.json()["title"] == "CreditsDepleted"
    assert sandbox.control("GET", "settings")["spent"] == 0.215


def test_an_app_only_token_may_read_but_not_write(sandbox: Process, x_headers: Headers) -> None:
    create(sandbox, x_headers, text="Seen by an app")
    token = sandbox.session.post(
        f"{sandbox.x}/oauth2/token",
        data={"grant_type": "client_credentials"},
        auth=("sandbox-x-consumer-key", "sandbox-x-consumer-secret"),
        timeout=10,
    ).json()["access_token"]
    app = {"Authorization": f"Bearer {token}"}

    assert timeline(sandbox, app)["meta"]["result_count"] == 1
    refused = create(sandbox, app, text="x")
    assert refused.status_code == 403
    assert refused.json()["type"].endswith("/unsupported-authentication")
