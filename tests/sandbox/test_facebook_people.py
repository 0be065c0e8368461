"""Private messages, visits, recommendations, blocking, and what Facebook says about people."""

import base64
import hashlib
import hmac
import json
from typing import Any

import requests

from tests.sandbox.conftest import FACEBOOK_APP, HARTLEY_PAGE, Process, publish_on_facebook
from tests.sandbox.receiver import Receiver
from tests.sandbox.test_facebook_comments import comment, graph

NADIA = "10150000000000001"
DAY = 24 * 3600


def send(sandbox: Process, token: str, recipient: dict[str, str], text: str = "Gladly", **more: str) -> Any:
    body = {"recipient": recipient, "messaging_type": "RESPONSE", "message": {"text": text}, **more}
    return requests.post(
        f"{sandbox.graph}/{HARTLEY_PAGE}/messages", params={"access_token": token}, json=body, timeout=10
    ).json()


def test_a_message_is_told_read_and_answered(sandbox: Process, engaged: str, listening: Receiver) -> None:
    asked = sandbox.stranger("message", network="facebook", account="hartleyandrye", text="Open on Sunday?")

    sent = send(sandbox, engaged, {"id": asked["author"]})
    fields = "id,unread_count,can_reply,participants,messages.limit(20){id,message,from,to,created_time}"
    [thread] = graph(sandbox, "GET", f"{HARTLEY_PAGE}/conversations", engaged, fields=fields)["data"]
    listening.wait(2)

    assert sent["recipient_id"] == asked["author"]
    assert (thread["id"], thread["can_reply"], thread["unread_count"]) == (asked["thread"], True, 0)
    newest, oldest = thread["messages"]["data"]
    assert (newest["id"], newest["message"], newest["from"]["id"]) == (sent["message_id"], "Gladly", HARTLEY_PAGE)
    assert (oldest["id"], oldest["from"]["id"], oldest["to"]["data"][0]["id"]) == (
        asked["id"],
        asked["author"],
        HARTLEY_PAGE,
    )
    first, echo = listening.messages
    assert (first["sender"]["id"], first["message"]) == (
        asked["author"],
        {"mid": asked["id"], "text": "Open on Sunday?"},
    )
    assert first["timestamp"] > 10**12
    assert echo["message"] == {
        "mid": sent["message_id"],
        "text": "Gladly",
        "is_echo": True,
        "app_id": int(FACEBOOK_APP[0]),
    }


def test_the_window_closes_after_a_day_and_a_human_has_seven(sandbox: Process, engaged: str) -> None:
    who = {"id": sandbox.stranger("message", network="facebook", account="hartleyandrye")["author"]}
    human = {"messaging_type": "MESSAGE_TAG", "tag": "HUMAN_AGENT"}

    sandbox.control("POST", "clock", move=DAY + 60)
    late = send(sandbox, engaged, who)["error"]
    as_human = send(sandbox, engaged, who, **human)
    dead_tag = send(sandbox, engaged, who, messaging_type="MESSAGE_TAG", tag="ACCOUNT_UPDATE")["error"]
    sandbox.control("POST", "clock", move=6 * DAY)
    too_late = send(sandbox, engaged, who, **human)["error"]

    assert (late["code"], late["error_subcode"]) == (10, 2018278)
    assert "message_id" in as_human
    assert dead_tag["code"] == 100
    assert too_late["error_subcode"] == 2018278


def test_who_never_wrote_cannot_be_written_to(sandbox: Process, engaged: str) -> None:
    assert send(sandbox, engaged, {"id": "7000000000000001"})["error"]["error_subcode"] == 2018001


def test_a_message_is_edited_and_unsent(sandbox: Process, engaged: str, listening: Receiver) -> None:
    asked = sandbox.stranger("message", network="facebook", account="hartleyandrye", text="Opne?")
    sandbox.stranger("edit", network="facebook", id=asked["id"], text="Open?")
    sandbox.stranger("delete", network="facebook", id=asked["id"])
    listening.wait(3)

    _, edited, unsent = listening.messages
    assert edited["message_edit"] == {"mid": asked["id"], "text": "Open?", "num_edit": 1}
    assert unsent["message"] == {"mid": asked["id"], "is_deleted": True}
    assert graph(sandbox, "GET", f"{asked['thread']}/messages", engaged)["data"] == []


def test_a_person_reads_what_the_page_wrote(sandbox: Process, engaged: str, listening: Receiver) -> None:
    asked = sandbox.stranger("message", network="facebook", account="hartleyandrye")
    send(sandbox, engaged, {"id": asked["author"]})
    sandbox.stranger("read", network="facebook", on=asked["thread"])
    listening.wait(3)

    assert listening.messages[2]["sender"]["id"] == asked["author"]
    assert listening.messages[2]["read"]["watermark"] >= listening.messages[1]["timestamp"]


def test_a_page_answers_by_hand(sandbox: Process, engaged: str, listening: Receiver) -> None:
    asked = sandbox.stranger("message", network="facebook", account="hartleyandrye")
    sandbox.stranger("message", network="facebook", on=asked["thread"], text="From the phone", **{"as": "itself"})
    listening.wait(2)

    assert "app_id" not in listening.messages[1]["message"]


def test_a_comment_is_answered_privately_once(sandbox: Process, engaged: str) -> None:
    made = comment(sandbox, publish_on_facebook(sandbox, engaged))

    first = send(sandbox, engaged, {"comment_id": made})
    second = send(sandbox, engaged, {"comment_id": made})["error"]
    shown = graph(sandbox, "GET", made, engaged, fields="can_reply_privately")

    assert first["recipient_id"]
    assert second["code"] == 10900
    assert shown["can_reply_privately"] is False


def test_visits_and_mentions_are_listed_told_and_answered(sandbox: Process, engaged: str, listening: Receiver) -> None:
    visit = sandbox.stranger("visit", network="facebook", account="hartleyandrye", text="Lost a scarf")["id"]
    mention = sandbox.stranger("mention", network="facebook", account="hartleyandrye")["id"]
    answer = graph(sandbox, "POST", f"{visit}/comments", engaged, message="We have it")
    listening.wait(3)

    on_wall = graph(sandbox, "GET", f"{HARTLEY_PAGE}/visitor_posts", engaged, fields="id,message,from")["data"]
    elsewhere = graph(sandbox, "GET", f"{HARTLEY_PAGE}/tagged", engaged, fields="id,message,from,permalink_url")["data"]
    feed = graph(sandbox, "GET", f"{HARTLEY_PAGE}/feed", engaged)["data"]
    own = graph(sandbox, "GET", f"{HARTLEY_PAGE}/published_posts", engaged)["data"]

    assert [(row["id"], row["message"]) for row in on_wall] == [(visit, "Lost a scarf")]
    assert [row["id"] for row in elsewhere] == [mention]
    assert ([row["id"] for row in feed], own) == ([visit], [])
    assert "id" in answer
    fields = [
        (entry["changes"][0]["field"], entry["changes"][0]["value"]["item"])
        for one in listening.arrived
        for entry in one.json["entry"]
    ]
    assert fields == [("feed", "status"), ("mention", "post"), ("feed", "comment")]
    assert listening.changes[1]["post_id"] == mention
    assert sandbox.published()["count"] == 0


def test_reviews_are_listed_told_and_answered_under_their_story(
    sandbox: Process, engaged: str, listening: Receiver
) -> None:
    who = {"as": "Megan Price"}
    made = sandbox.stranger(
        "review", network="facebook", account="hartleyandrye", recommends=False, text="Stale", **who
    )
    sandbox.stranger("review", network="facebook", account="hartleyandrye", text="Better since", **who)
    graph(sandbox, "POST", f"{made['id']}/comments", engaged, message="Sorry to hear it")
    listening.wait(3)

    fields = "recommendation_type,review_text,has_review,reviewer{id,name},open_graph_story{id}"
    [row] = graph(sandbox, "GET", f"{HARTLEY_PAGE}/ratings", engaged, fields=fields)["data"]
    answers = graph(sandbox, "GET", f"{row['open_graph_story']['id']}/comments", engaged)["data"]

    assert (row["recommendation_type"], row["review_text"]) == ("negative", "Better since")
    assert row["reviewer"]["name"] == "Megan Price"
    assert [answer["message"] for answer in answers] == ["Sorry to hear it"]
    assert [(value["item"], value["verb"]) for value in listening.changes] == [
        ("rating", "add"),
        ("rating", "edited"),
        ("comment", "add"),
    ]
    assert listening.changes[0]["open_graph_story_id"] == made["id"]


def test_a_blocked_person_writes_no_more(sandbox: Process, engaged: str) -> None:
    post = publish_on_facebook(sandbox, engaged)
    made = sandbox.stranger("comment", network="facebook", on=post, **{"as": "Jack O’Donnell"})

    graph(sandbox, "POST", f"{HARTLEY_PAGE}/blocked", engaged, user=made["author"])
    body = {"network": "facebook", "on": post, "as": "Jack O’Donnell"}
    refused = requests.post(f"{sandbox.base}/_control/strangers/comment", json=body, timeout=10)
    listed = graph(sandbox, "GET", f"{HARTLEY_PAGE}/blocked", engaged)["data"]
    graph(sandbox, "DELETE", f"{HARTLEY_PAGE}/blocked", engaged, user=made["author"])

    assert refused.status_code == 400
    assert [row["name"] for row in listed] == ["Jack O’Donnell"]
    assert requests.post(f"{sandbox.base}/_control/strangers/comment", json=body, timeout=10).status_code == 201


def test_a_scheduled_post_is_told_at_its_hour(sandbox: Process, engaged: str, listening: Receiver) -> None:
    now = sandbox.control("GET", "clock")["now"]
    graph(
        sandbox, "POST", f"{HARTLEY_PAGE}/feed", engaged, message="Later", published="false",
        scheduled_publish_time=str(int(now) + 1200),
    )  # fmt: skip
    assert listening.arrived == []

    sandbox.control("POST", "clock", move=1300)
    listening.wait(1)

    assert (listening.changes[0]["verb"], listening.changes[0]["message"]) == ("add", "Later")


def test_an_app_is_told_that_it_was_removed_and_asked_to_delete(
    sandbox: Process, engaged: str, receiver: Receiver
) -> None:
    sandbox.control("POST", "callbacks", deauthorise_url=f"{receiver.url}/gone", deletion_url=f"{receiver.url}/delete")

    asked = sandbox.control("POST", "data-deletion", person="Nadia Benali")
    withdrawn = sandbox.control("POST", "withdraw", network="facebook", person="Nadia Benali")

    assert (asked["user_id"], asked["status"]) == (NADIA, 200)
    assert [answer["status"] for answer in withdrawn["deauthorised"]] == [200]
    assert [one.path for one in receiver.arrived] == ["/hook/delete", "/hook/gone"]
    for one in receiver.arrived:
        signature, _, payload = one.body.decode().removeprefix("signed_request=").partition(".")
        expected = hmac.new(FACEBOOK_APP[1].encode(), payload.encode(), hashlib.sha256).digest()
        assert "=" not in signature + payload
        assert base64.urlsafe_b64decode(signature + "=") == expected
        said = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
        assert (said["user_id"], said["algorithm"]) == (NADIA, "HMAC-SHA256")
