"""Mentions, replies, hiding and liking on X, and the events about them."""

from typing import Any

import requests

from tests.sandbox.conftest import (
    HARTLEY_USER,
    X_ENGAGING,
    Process,
    click_through_x,
    exchange_x,
    publish_on_x,
    subscribe_x,
    x_app_headers,
)
from tests.sandbox.receiver import Receiver


def x(sandbox: Process, method: str, path: str, headers: dict[str, str], body: Any = None, **query: str) -> Any:
    return requests.request(
        method, f"{sandbox.x}/2/{path}", json=body, params=query, headers=headers, timeout=10
    ).json()


def reply(sandbox: Process, on: str, text: str = "Is it vegan?", who: str = "Priya Raman") -> str:
    made: str = sandbox.stranger("reply", network="x", on=on, text=text, **{"as": who})["id"]
    return made


def test_replies_and_mentions_are_found(sandbox: Process, x_engaged: dict[str, str]) -> None:
    post = publish_on_x(sandbox, x_engaged)
    answered = reply(sandbox, post)
    deeper = sandbox.stranger("reply", network="x", on=answered, text="I wonder too")["id"]
    named = sandbox.stranger("mention", network="x", account="hartleyandrye", text="Hi @HartleyAndRye")["id"]

    asked = {"tweet.fields": "author_id,conversation_id,in_reply_to_user_id,referenced_tweets,public_metrics"}
    mentions = x(sandbox, "GET", f"users/{HARTLEY_USER}/mentions", x_engaged, expansions="author_id", **asked)
    found = x(sandbox, "GET", "tweets/search/recent", x_engaged, query=f"conversation_id:{post}", **asked)

    assert [row["id"] for row in mentions["data"]] == [named, deeper, answered]
    assert {user["username"] for user in mentions["includes"]["users"]} >= {"priyaraman"}
    assert [row["id"] for row in found["data"]] == [deeper, answered, post]
    first = found["data"][1]
    assert first["text"] == "@hartleyandrye Is it vegan?"
    assert first["referenced_tweets"] == [{"type": "replied_to", "id": post}]
    assert first["in_reply_to_user_id"] == HARTLEY_USER
    assert found["data"][2]["public_metrics"]["reply_count"] == 1


def test_both_lists_are_paged_and_take_since_id(sandbox: Process, x_engaged: dict[str, str]) -> None:
    post = publish_on_x(sandbox, x_engaged)
    made = [reply(sandbox, post, f"Number {number}") for number in range(14)]

    def every(path: str, token: str, **query: str) -> list[str]:
        found: list[str] = []
        while True:
            page = x(sandbox, "GET", path, x_engaged, **query)
            found += [row["id"] for row in page.get("data", [])]
            if "next_token" not in page["meta"]:
                return found
            query[token] = page["meta"]["next_token"]

    mentions = every(f"users/{HARTLEY_USER}/mentions", "pagination_token", max_results="5")
    searched = every("tweets/search/recent", "next_token", query=f"conversation_id:{post} is:reply", max_results="10")
    newer = every(f"users/{HARTLEY_USER}/mentions", "pagination_token", since_id=made[9], max_results="5")
    none = x(sandbox, "GET", f"users/{HARTLEY_USER}/mentions", x_engaged, since_id=made[-1])

    assert mentions == made[::-1]
    assert searched == made[::-1]
    assert newer == made[:9:-1]
    assert none == {"meta": {"result_count": 0}}


def test_search_reaches_back_seven_days(sandbox: Process, x_engaged: dict[str, str]) -> None:
    post = publish_on_x(sandbox, x_engaged)
    reply(sandbox, post)
    sandbox.control("POST", "clock", move=7 * 24 * 3600 + 60)
    tokens = exchange_x(sandbox, *click_through_x(sandbox, scopes=X_ENGAGING)).json()
    headers = {"Authorization": f"Bearer {tokens['access_token']}"}

    found = x(sandbox, "GET", "tweets/search/recent", headers, query=f"conversation_id:{post}")
    long = x(sandbox, "GET", "tweets/search/recent", headers, query="a" * 513)
    unknown = x(sandbox, "GET", "tweets/search/recent", headers, query="colour:red")

    assert found == {"meta": {"result_count": 0}}
    assert [answer["title"] for answer in (long, unknown)] == ["Invalid Request"] * 2


def test_only_replies_to_own_conversations_are_hidden(sandbox: Process, x_engaged: dict[str, str]) -> None:
    post = publish_on_x(sandbox, x_engaged)
    theirs = reply(sandbox, post)
    elsewhere = sandbox.stranger("mention", network="x", account="hartleyandrye")["id"]

    hidden = x(sandbox, "PUT", f"tweets/{theirs}/hidden", x_engaged, {"hidden": True})
    shown = x(sandbox, "PUT", f"tweets/{theirs}/hidden", x_engaged, {"hidden": False})
    refused = x(sandbox, "PUT", f"tweets/{elsewhere}/hidden", x_engaged, {"hidden": True})
    wrong = x(sandbox, "PUT", f"tweets/{theirs}/hidden", x_engaged, {"hidden": "yes"})

    assert (hidden, shown) == ({"data": {"hidden": True}}, {"data": {"hidden": False}})
    assert refused["status"] == 403
    assert wrong["title"] == "Invalid Request"


def test_hiding_needs_its_scope(sandbox: Process, x_headers: dict[str, str]) -> None:
    theirs = reply(sandbox, publish_on_x(sandbox, x_headers))

    assert x(sandbox, "PUT", f"tweets/{theirs}/hidden", x_headers, {"hidden": True})["status"] == 403


def test_likes_are_for_enterprise_apps(sandbox: Process, x_engaged: dict[str, str]) -> None:
    theirs = reply(sandbox, publish_on_x(sandbox, x_engaged))
    body = {"tweet_id": theirs}

    refused = x(sandbox, "POST", f"users/{HARTLEY_USER}/likes", x_engaged, body)
    sandbox.control("POST", "settings", enterprise=True)
    liked = x(sandbox, "POST", f"users/{HARTLEY_USER}/likes", x_engaged, body)
    unliked = x(sandbox, "DELETE", f"users/{HARTLEY_USER}/likes/{theirs}", x_engaged)

    assert refused["type"].endswith("/client-forbidden")
    assert (liked, unliked) == ({"data": {"liked": True}}, {"data": {"liked": False}})


def test_a_reply_needs_a_summons(sandbox: Process, x_engaged: dict[str, str]) -> None:
    theirs = reply(sandbox, publish_on_x(sandbox, x_engaged))
    stranger = sandbox.stranger("mention", network="x", account="corriecycles")["id"]

    def answer(on: str, text: str) -> int:
        body = {"text": text, "reply": {"in_reply_to_tweet_id": on}}
        return requests.post(f"{sandbox.x}/2/tweets", json=body, headers=x_engaged, timeout=10).status_code

    assert answer(theirs, "Yes") == 201
    assert answer(stranger, "Hello") == 403
    sandbox.control("POST", "settings", replies_count_as_summons=False)
    assert answer(theirs, "Yes indeed") == 403
    sandbox.control("POST", "settings", enterprise=True)
    assert answer(stranger, "Hello again") == 201


def test_deleted_ones_are_named_among_the_errors(sandbox: Process, x_engaged: dict[str, str]) -> None:
    post = publish_on_x(sandbox, x_engaged)
    gone, there = reply(sandbox, post), reply(sandbox, post, "Still here")
    sandbox.stranger("delete", network="x", id=gone)

    answer = x(sandbox, "GET", "tweets", x_engaged, ids=f"{gone},{there}")

    assert [row["id"] for row in answer["data"]] == [there]
    assert [row["resource_id"] for row in answer["errors"]] == [gone]


def test_a_webhook_proves_itself_and_is_told(sandbox: Process, x_engaged: dict[str, str], receiver: Receiver) -> None:
    webhook = subscribe_x(
        sandbox, receiver, x_engaged, "post.create", "post.reply.create", "post.mention.create", "post.delete"
    )
    post = publish_on_x(sandbox, x_engaged)
    direct = reply(sandbox, post, "Où ça ?")
    sandbox.stranger("reply", network="x", on=direct, text="Deeper")
    named = sandbox.stranger("mention", network="x", account="hartleyandrye")["id"]
    requests.delete(f"{sandbox.x}/2/tweets/{post}", headers=x_engaged, timeout=10)

    arrived = receiver.wait(4)

    assert all(one.signed_by_x for one in arrived)
    # A reply to a stranger's reply is neither a direct reply nor an explicit mention.
    assert [(event["event_type"], event["payload"]["id"]) for event in receiver.events] == [
        ("post.create", post),
        ("post.reply.create", direct),
        ("post.mention.create", named),
        ("post.delete", post),
    ]
    told = receiver.events[1]
    assert told["filter"] == {"user_id": HARTLEY_USER}
    assert told["payload"]["text"] == "@hartleyandrye Où ça ?"
    assert told["payload"]["public_metrics"]["like_count_str"] == "0"
    assert told["includes"]["users"][0]["username"] == "priyaraman"
    assert len({event["event_uuid"] for event in receiver.events}) == 4
    listed = x(sandbox, "GET", "webhooks", x_app_headers(sandbox))
    assert [(row["id"], row["valid"]) for row in listed["data"]] == [(webhook, True)]


def test_a_search_takes_one_thing_or_another(sandbox: Process, x_engaged: dict[str, str]) -> None:
    posts = [publish_on_x(sandbox, x_engaged, f"Post {number}") for number in range(3)]
    replies = [reply(sandbox, post, f"To {post}") for post in posts]

    query = f"conversation_id:{posts[0]} is:reply OR conversation_id:{posts[2]} is:reply"
    found = x(sandbox, "GET", "tweets/search/recent", x_engaged, query=query)

    assert [row["id"] for row in found["data"]] == [replies[2], replies[0]]


def test_it_tells_what_stands_under_a_post(sandbox: Process, x_engaged: dict[str, str]) -> None:
    post = publish_on_x(sandbox, x_engaged)
    first = reply(sandbox, post, "Is it vegan?")
    sandbox.control("POST", "strangers/hide", network="x", id=first)

    said = sandbox.control("GET", f"said?network=x&on={post}")["said"]

    assert [(each["id"], each["on"], each["hidden"], each["by_account"]) for each in said] == [
        (first, post, True, False)
    ]
