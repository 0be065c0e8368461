"""Comments: what strangers write, and what a page does with it."""

from typing import Any

import requests

from tests.sandbox.conftest import (
    ENGAGING,
    HARTLEY_PAGE,
    Process,
    facebook_user_token,
    publish_on_facebook,
)
from tests.sandbox.receiver import Receiver

FIELDS = "id,message,from{id,name},parent{id},comment_count,like_count,is_hidden,can_hide,can_remove,can_comment"


def graph(sandbox: Process, method: str, path: str, token: str, **params: str) -> Any:
    return requests.request(
        method, f"{sandbox.graph}/{path}", params={"access_token": token, **params}, timeout=10
    ).json()


def comment(sandbox: Process, on: str, text: str = "Lovely", who: str = "Hannah Brooks") -> str:
    made: str = sandbox.stranger("comment", network="facebook", on=on, text=text, **{"as": who})["id"]
    return made


def test_comments_come_in_order_with_their_replies(sandbox: Process, engaged: str) -> None:
    post = publish_on_facebook(sandbox, engaged)
    first = comment(sandbox, post, "One")
    second = comment(sandbox, post, "Two", "Callum Fraser")
    reply = graph(sandbox, "POST", f"{first}/comments", engaged, message="Thank you")["id"]
    under = sandbox.stranger("reply", network="facebook", on=reply, text="You are welcome")["id"]

    stream = graph(sandbox, "GET", f"{post}/comments", engaged, filter="stream", order="chronological", fields=FIELDS)[
        "data"
    ]
    top = graph(sandbox, "GET", f"{post}/comments", engaged, order="reverse_chronological", summary="true")
    replies = graph(sandbox, "GET", f"{first}/comments", engaged, order="chronological")["data"]

    assert [row["id"] for row in stream] == [first, second, reply, under]
    assert stream[0]["from"]["name"] == "Hannah Brooks"
    assert (stream[0]["comment_count"], stream[0]["can_hide"], stream[0]["can_remove"]) == (2, True, True)
    assert (stream[2]["from"]["id"], stream[2]["can_hide"]) == (HARTLEY_PAGE, False)
    # A reply to a reply lands under the top comment.
    assert [row["parent"]["id"] for row in stream[2:]] == [first, first]
    assert [row["id"] for row in top["data"]] == [second, first]
    assert top["summary"]["total_count"] == 2
    assert [row["id"] for row in replies] == [reply, under]


def test_a_person_s_token_lists_nothing_and_says_nothing(sandbox: Process, engaged: str) -> None:
    post = publish_on_facebook(sandbox, engaged)
    comment(sandbox, post)
    person = facebook_user_token(sandbox, scopes=ENGAGING)

    answer = requests.get(f"{sandbox.graph}/{post}/comments", params={"access_token": person}, timeout=10)

    assert (answer.status_code, answer.json()) == (200, {"data": []})


def test_without_the_right_to_read_what_people_write_they_are_refused(sandbox: Process, hartley: str) -> None:
    post = publish_on_facebook(sandbox, hartley)
    made = comment(sandbox, post)

    listed = graph(sandbox, "GET", f"{post}/comments", hartley)
    hidden = graph(sandbox, "POST", made, hartley, is_hidden="true")
    deleted = graph(sandbox, "DELETE", made, hartley)

    assert [answer["error"]["code"] for answer in (listed, hidden, deleted)] == [200, 200, 200]


def test_a_list_is_paged_and_a_deleted_place_is_still_a_place(sandbox: Process, engaged: str) -> None:
    post = publish_on_facebook(sandbox, engaged)
    made = [comment(sandbox, post, f"Number {number}") for number in range(7)]
    asked = {"order": "chronological", "filter": "stream", "limit": "3"}

    page = graph(sandbox, "GET", f"{post}/comments", engaged, **asked)
    sandbox.stranger("delete", network="facebook", id=made[2])
    found = [row["id"] for row in page["data"]]
    while "next" in page["paging"]:
        page = requests.get(page["paging"]["next"], timeout=10).json()
        found += [row["id"] for row in page["data"]]

    assert found == made


def test_since_leaves_out_what_is_older(sandbox: Process, engaged: str) -> None:
    post = publish_on_facebook(sandbox, engaged)
    comment(sandbox, post, "Old")
    sandbox.control("POST", "clock", move=3600)
    now = sandbox.control("GET", "clock")["now"]
    new = comment(sandbox, post, "New")

    rows = graph(sandbox, "GET", f"{post}/comments", engaged, since=str(int(now)), order="chronological")["data"]

    assert [row["id"] for row in rows] == [new]


def test_a_message_posted_to_a_comment_edits_it_and_never_replies(sandbox: Process, engaged: str) -> None:
    post = publish_on_facebook(sandbox, engaged)
    theirs = comment(sandbox, post)
    own = graph(sandbox, "POST", f"{theirs}/comments", engaged, message="Thank yuo")["id"]

    changed = graph(sandbox, "POST", own, engaged, message="Thank you")
    refused = graph(sandbox, "POST", theirs, engaged, message="Something else")

    assert changed == {"success": True}
    assert graph(sandbox, "GET", own, engaged, fields="message")["message"] == "Thank you"
    assert refused["error"]["code"] == 200


def test_hide_show_like_and_delete(sandbox: Process, engaged: str) -> None:
    post = publish_on_facebook(sandbox, engaged)
    theirs = comment(sandbox, post)
    own = graph(sandbox, "POST", f"{post}/comments", engaged, message="First!")["id"]

    assert graph(sandbox, "POST", theirs, engaged, is_hidden="true") == {"success": True}
    assert graph(sandbox, "POST", f"{theirs}/likes", engaged) == {"success": True}
    shown = graph(sandbox, "GET", theirs, engaged, fields="is_hidden,like_count,user_likes")
    assert (shown["is_hidden"], shown["like_count"], shown["user_likes"]) == (True, 1, True)
    graph(sandbox, "POST", theirs, engaged, is_hidden="false")
    graph(sandbox, "DELETE", f"{theirs}/likes", engaged)
    shown = graph(sandbox, "GET", theirs, engaged, fields="is_hidden,like_count")
    assert (shown["is_hidden"], shown["like_count"]) == (False, 0)
    assert graph(sandbox, "POST", own, engaged, is_hidden="true")["error"]["code"] == 200
    assert graph(sandbox, "DELETE", theirs, engaged) == {"success": True}
    gone = graph(sandbox, "GET", theirs, engaged)["error"]
    assert (gone["code"], gone["error_subcode"]) == (100, 33)


def test_a_private_person_s_name_is_withheld(sandbox: Process, engaged: str) -> None:
    made = comment(sandbox, publish_on_facebook(sandbox, engaged), who="Beatrice Lowe")

    assert "from" not in graph(sandbox, "GET", made, engaged, fields="from,message")


def test_both_shapes_of_an_id_find_a_comment(sandbox: Process, engaged: str) -> None:
    made = comment(sandbox, publish_on_facebook(sandbox, engaged))

    assert graph(sandbox, "GET", made.rpartition("_")[2], engaged)["id"] == made


def test_a_comment_s_address_leads_to_it_on_the_wall(sandbox: Process, engaged: str) -> None:
    made = comment(sandbox, publish_on_facebook(sandbox, engaged))

    address = graph(sandbox, "GET", made, engaged, fields="permalink_url")["permalink_url"]
    answer = requests.get(address, allow_redirects=False, timeout=10)

    assert answer.headers["location"] == f"/walls/facebook/{HARTLEY_PAGE}#{made}"


def test_comments_are_a_field_of_their_post(sandbox: Process, engaged: str) -> None:
    post = publish_on_facebook(sandbox, engaged)
    made = comment(sandbox, post)

    shown = graph(sandbox, "GET", post, engaged, fields="comments.limit(5).summary(true){id,message}")

    assert shown["comments"]["data"] == [{"id": made, "message": "Lovely"}]
    assert shown["comments"]["summary"]["total_count"] == 1


def test_everything_is_told_signed_and_own_acts_come_back(sandbox: Process, engaged: str, listening: Receiver) -> None:
    post = publish_on_facebook(sandbox, engaged)
    made = comment(sandbox, post, "Déjà goûté ☕ ?")
    own = graph(sandbox, "POST", f"{made}/comments", engaged, message="Merci")["id"]
    sandbox.stranger("edit", network="facebook", id=made, text="Déjà goûté !")
    graph(sandbox, "POST", made, engaged, is_hidden="true")
    graph(sandbox, "POST", made, engaged, is_hidden="false")
    sandbox.stranger("delete", network="facebook", id=made)

    arrived = listening.wait(7)

    assert all(one.signed_by_facebook for one in arrived)
    assert b"D\\u00e9j\\u00e0 go\\u00fbt\\u00e9 \\u2615 ?" in arrived[1].body
    assert [(value["item"], value["verb"]) for value in listening.changes] == [
        ("status", "add"),
        ("comment", "add"),
        ("comment", "add"),
        ("comment", "edited"),
        ("comment", "hide"),
        ("comment", "unhide"),
        ("comment", "remove"),
    ]
    added, echo, *_, removed = listening.changes[1:]
    assert (added["comment_id"], added["post_id"], added["parent_id"]) == (made, post, post)
    assert added["post"]["id"] == post
    assert (echo["comment_id"], echo["parent_id"], echo["from"]["id"]) == (own, made, HARTLEY_PAGE)
    assert "message" not in removed


def test_a_page_that_is_not_subscribed_is_not_told(sandbox: Process, listening: Receiver, engaged: str) -> None:
    requests.delete(f"{sandbox.graph}/{HARTLEY_PAGE}/subscribed_apps", params={"access_token": engaged}, timeout=10)

    comment(sandbox, publish_on_facebook(sandbox, engaged))

    assert sandbox.control("POST", "webhooks/drain", seconds=5)["events"] == 0


def test_what_was_written_by_hand_is_counted_apart_from_what_the_app_wrote(sandbox: Process, engaged: str) -> None:
    post = publish_on_facebook(sandbox, engaged)
    made = comment(sandbox, post)
    graph(sandbox, "POST", f"{made}/comments", engaged, message="By the app")
    sandbox.stranger("reply", network="facebook", on=made, text="By hand", **{"as": "itself"})

    answered = sandbox.control("GET", "answered")

    assert [(row["text"], bool(row["by_app"]), row["on"]) for row in answered["answers"]] == [
        ("By the app", True, made),
        ("By hand", False, made),
    ]
    assert answered["answered_twice"] == {f"facebook:{made}": 2}
