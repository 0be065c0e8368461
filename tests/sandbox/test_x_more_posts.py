"""Films, polls, quotes and edits on X, direct messages, and figures."""

import struct
from typing import Any

import pytest
import requests

from tests.sandbox.conftest import (
    HARTLEY_USER,
    X_SCOPES,
    Process,
    click_through_x,
    exchange_x,
    publish_on_x,
    subscribe_x,
)
from tests.sandbox.receiver import Receiver
from tests.sandbox.test_x_media import upload

Headers = dict[str, str]
MUSEUM = "1420000000000000103"  # Premium
X_TALKING = f"{X_SCOPES} dm.read dm.write"


def x(sandbox: Process, method: str, path: str, headers: Headers, body: Any = None, **query: str) -> requests.Response:
    return requests.request(method, f"{sandbox.x}/2/{path}", json=body, params=query, headers=headers, timeout=10)


def headers_of(sandbox: Process, account: str, scopes: str = X_SCOPES) -> Headers:
    tokens = exchange_x(sandbox, *click_through_x(sandbox, account=account, scopes=scopes)).json()
    return {"Authorization": f"Bearer {tokens['access_token']}"}


def film(seconds: int) -> bytes:
    """The boxes of a film that say how long it is."""
    header = struct.pack(">I4sIIIII", 28, b"mvhd", 0, 0, 0, 1000, seconds * 1000)
    return struct.pack(">I4s8s", 16, b"ftyp", b"isom\0\0\0\0") + struct.pack(">I4s", 36, b"moov") + header


def posted_film(sandbox: Process, headers: Headers, seconds: int) -> requests.Response:
    data = upload(sandbox, headers, film(seconds), media_type="video/mp4", media_category="tweet_video").json()["data"]
    sandbox.control("POST", "clock", move=3)
    return x(sandbox, "POST", "tweets", headers, {"text": f"{seconds} s", "media": {"media_ids": [data["id"]]}})


def test_too_long_a_film_is_refused_only_with_the_post(sandbox: Process, x_headers: Headers) -> None:
    museum = headers_of(sandbox, MUSEUM)
    # A mark of trust lengthens films; Corrie Cycles has none.
    cycles = headers_of(sandbox, "1420000000000000104")

    short, long = posted_film(sandbox, cycles, 20 * 60), posted_film(sandbox, cycles, 20 * 60 + 1)

    assert short.status_code == 201
    assert long.status_code == 403
    assert long.json()["detail"].endswith("not allowed to post a video longer than 20 minutes.")
    assert posted_film(sandbox, museum, 125 * 60).status_code == 201
    assert posted_film(sandbox, museum, 126 * 60).status_code == 403


def test_a_poll_is_shown_with_its_choices(sandbox: Process, x_headers: Headers) -> None:
    poll = {"options": ["Rye", "Wheat"], "duration_minutes": 60}
    post = publish_on_x(sandbox, x_headers, "Which?", poll=poll)

    asked = {"expansions": "attachments.poll_ids", "poll.fields": "duration_minutes,voting_status"}
    shown = x(sandbox, "GET", f"tweets/{post}", x_headers, **asked).json()

    assert shown["data"]["attachments"] == {"poll_ids": [post]}
    [found] = shown["includes"]["polls"]
    assert [each["label"] for each in found["options"]] == ["Rye", "Wheat"]
    assert (found["duration_minutes"], found["voting_status"]) == (60, "open")


def test_only_enterprise_apps_quote_and_the_quoted_are_told(
    sandbox: Process, x_engaged: Headers, receiver: Receiver
) -> None:
    subscribe_x(sandbox, receiver, x_engaged, "post.quote.create")
    post = publish_on_x(sandbox, x_engaged)
    refused = x(sandbox, "POST", "tweets", x_engaged, {"text": "Again", "quote_tweet_id": post})
    sandbox.control("POST", "settings", enterprise=True)
    own = x(sandbox, "POST", "tweets", x_engaged, {"text": "Again", "quote_tweet_id": post}).json()["data"]

    made = sandbox.stranger("quote", network="x", on=post, text="Best rye in town")["id"]
    receiver.wait(1)

    assert refused.status_code == 403
    assert own["text"].startswith("Again https://t.co/")
    asked = {"tweet.fields": "referenced_tweets,entities,public_metrics"}
    listed = x(sandbox, "GET", f"tweets/{post}/quote_tweets", x_engaged, **asked).json()
    assert [row["id"] for row in listed["data"]] == [made, own["id"]]
    assert listed["data"][0]["referenced_tweets"] == [{"type": "quoted", "id": post}]
    assert listed["data"][0]["entities"]["urls"][0]["expanded_url"].endswith(f"/status/{post}")
    query = f"conversation_id:{post} OR quotes_of_tweet_id:{post}"
    searched = x(sandbox, "GET", "tweets/search/recent", x_engaged, query=query).json()
    assert [row["id"] for row in searched["data"]] == [made, own["id"], post]
    told = receiver.arrived[0].json["data"]
    assert (told["event_type"], told["payload"]["id"]) == ("post.quote.create", made)


def test_a_quote_summons(sandbox: Process, x_headers: Headers) -> None:
    post = publish_on_x(sandbox, x_headers)
    made = sandbox.stranger("quote", network="x", on=post, text="Best rye in town")["id"]

    assert publish_on_x(sandbox, x_headers, "Thank you", reply={"in_reply_to_tweet_id": made})


def test_an_edit_is_a_new_post_in_the_place_of_the_old(sandbox: Process) -> None:
    museum = headers_of(sandbox, MUSEUM)
    first = publish_on_x(sandbox, museum, "Open on Monday")

    second = publish_on_x(sandbox, museum, "Closed on Monday", edit_options={"previous_post_id": first})

    asked = {"tweet.fields": "edit_controls,conversation_id"}
    old, new = (x(sandbox, "GET", f"tweets/{each}", museum, **asked).json()["data"] for each in (first, second))
    assert (old["text"], new["text"]) == ("Open on Monday", "Closed on Monday")
    assert old["edit_history_tweet_ids"] == new["edit_history_tweet_ids"] == [first, second]
    assert new["conversation_id"] == first
    assert new["edit_controls"]["edits_remaining"] == 4
    listed = x(sandbox, "GET", f"users/{MUSEUM}/tweets", museum).json()["data"]
    assert [row["id"] for row in listed] == [second]
    assert [row["id"] for row in sandbox.published(network="x")["posts"]] == [second]
    assert x(sandbox, "DELETE", f"tweets/{first}", museum).ok
    assert x(sandbox, "GET", f"users/{MUSEUM}/tweets", museum).json()["meta"]["result_count"] == 0


def test_edits_are_for_premium_accounts_soon_and_few(sandbox: Process, x_headers: Headers) -> None:
    museum = headers_of(sandbox, MUSEUM)

    def edit(headers: Headers, post: str, text: str) -> requests.Response:
        return x(sandbox, "POST", "tweets", headers, {"text": text, "edit_options": {"previous_post_id": post}})

    assert edit(x_headers, publish_on_x(sandbox, x_headers), "No Premium").status_code == 403
    newest = publish_on_x(sandbox, museum, "Version 0")
    for number in range(1, 6):
        answer = edit(museum, newest, f"Version {number}")
        assert answer.status_code == 201
        newest = answer.json()["data"]["id"]
    assert edit(museum, newest, "Version 6").status_code == 403
    late = publish_on_x(sandbox, museum, "Said at noon")
    sandbox.control("POST", "clock", move=3601)
    assert edit(museum, late, "Said at one").status_code == 403


def test_direct_messages_are_answered_read_and_told(sandbox: Process, receiver: Receiver) -> None:
    hartley = headers_of(sandbox, HARTLEY_USER, X_TALKING)
    subscribe_x(sandbox, receiver, hartley, "dm.received", "dm.sent")
    made = sandbox.stranger("message", network="x", account="hartleyandrye", text="Do you bake on Sundays?")

    answer = x(sandbox, "POST", f"dm_conversations/with/{made['author']}/messages", hartley, {"text": "From seven"})
    receiver.wait(2)

    assert answer.status_code == 201
    sent = answer.json()["data"]
    fields = {"dm_event.fields": "created_at,dm_conversation_id,sender_id,text", "expansions": "sender_id"}
    everything = x(sandbox, "GET", "dm_events", hartley, **fields).json()
    assert [row["id"] for row in everything["data"]] == [sent["dm_event_id"], made["id"]]
    assert everything["data"][1]["sender_id"] == made["author"]
    assert everything["data"][0]["dm_conversation_id"] == sent["dm_conversation_id"] == made["thread"]
    talk = x(sandbox, "GET", f"dm_conversations/with/{made['author']}/dm_events", hartley, **fields).json()
    assert talk["meta"]["result_count"] == 2
    received, echoed = (one.json["data"] for one in receiver.arrived)
    assert (received["event_type"], echoed["event_type"]) == ("dm.received", "dm.sent")
    assert received["payload"]["direct_message_events"][0]["message_create"]["sender_id"] == made["author"]
    assert x(sandbox, "DELETE", f"dm_events/{sent['dm_event_id']}", hartley).json() == {"data": {"deleted": True}}
    assert x(sandbox, "GET", "dm_events", hartley).json()["meta"]["result_count"] == 1
    assert sandbox.control("GET", "answered?network=x")["answers"][0]["public"] is False


def test_nobody_is_written_to_who_did_not_write(sandbox: Process) -> None:
    hartley = headers_of(sandbox, HARTLEY_USER, X_TALKING)
    stranger = sandbox.control("GET", "strangers")["x"][0]["id"]

    refused = x(sandbox, "POST", f"dm_conversations/with/{stranger}/messages", hartley, {"text": "Hello"})

    assert refused.status_code == 403
    assert refused.json()["detail"] == "You cannot send messages to this user."


def test_messages_want_their_own_scopes(sandbox: Process, x_headers: Headers) -> None:
    assert x(sandbox, "GET", "dm_events", x_headers).status_code == 403


def test_figures_grow_and_the_own_ones_end_after_a_month(sandbox: Process, x_headers: Headers) -> None:
    post = publish_on_x(sandbox, x_headers)
    asked = {"ids": post, "tweet.fields": "public_metrics,non_public_metrics"}

    def figures() -> Any:
        fresh = sandbox.control("POST", "tokens", network="x", accounts=["hartleyandrye"])["tokens"][0]
        return x(sandbox, "GET", "tweets", {"Authorization": f"Bearer {fresh['access_token']}"}, **asked).json()

    sandbox.control("POST", "clock", move=86_400)
    after_a_day = figures()["data"][0]
    sandbox.control("POST", "clock", move=86_400)
    after_two = figures()["data"][0]
    sandbox.control("POST", "clock", move=30 * 86_400)
    late = figures()

    assert 0 < after_a_day["public_metrics"]["impression_count"] < after_two["public_metrics"]["impression_count"]
    assert after_a_day["non_public_metrics"]["engagements"] > 0
    assert "non_public_metrics" not in late["data"][0]
    assert late["errors"][0]["type"].endswith("/not-authorized-for-field")


@pytest.mark.parametrize("granularity", ["total", "daily", "weekly"])
def test_analytics_come_flat_or_in_buckets(sandbox: Process, x_headers: Headers, granularity: str) -> None:
    post = publish_on_x(sandbox, x_headers)
    sandbox.control("POST", "clock", move=3 * 86_400)
    fresh = sandbox.control("POST", "tokens", network="x", accounts=["hartleyandrye"])["tokens"][0]
    headers = {"Authorization": f"Bearer {fresh['access_token']}"}
    public = x(sandbox, "GET", f"tweets/{post}", headers, **{"tweet.fields": "public_metrics"}).json()["data"]

    answer = x(
        sandbox,
        "GET",
        "tweets/analytics",
        headers,
        ids=post,
        start_time="2020-01-01T00:00:00Z",
        end_time="2080-01-01T00:00:00Z",
        granularity=granularity,
        **{"analytics.fields": "impressions,likes,colour"},
    ).json()

    [found] = answer["data"]
    counts = [found] if granularity == "total" else [each["metrics"] for each in found["timestamped_metrics"]]
    assert sum(each["impressions"] for each in counts) == public["public_metrics"]["impression_count"] > 0


def test_analytics_of_others_posts_are_not_told(sandbox: Process, x_headers: Headers) -> None:
    post = publish_on_x(sandbox, headers_of(sandbox, MUSEUM), "Theirs")

    between = {"start_time": "2020-01-01T00:00:00Z", "end_time": "2080-01-01T00:00:00Z"}
    answer = x(sandbox, "GET", "tweets/analytics", x_headers, ids=post, **between).json()

    assert answer["data"] == []
    assert answer["errors"][0]["resource_id"] == post
