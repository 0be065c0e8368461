"""What strangers write on Instagram, what an account does about it, and what the apps are told."""

import json

from tests.sandbox.conftest import HARTLEY_PAGE, Process
from tests.sandbox.instagram.conftest import HARTLEY, Instagram
from tests.sandbox.receiver import Receiver

DAY = 24 * 3600


def stranger(instagram: Instagram, kind: str, **body: object) -> dict[str, str]:
    found: dict[str, str] = instagram.sandbox.stranger(kind, network="instagram", **body)
    return found


def test_a_comment_is_told_and_read(instagram: Instagram, told: Receiver) -> None:
    medium = instagram.publish()
    made = stranger(instagram, "comment", on=medium, text="Still warm? é")

    [arrived] = told.wait(1)
    shown = instagram.get(f"{medium}/comments", fields="id,text,timestamp,username,from,hidden,like_count,media{id}")

    assert arrived.signed_by_facebook
    assert arrived.json["object"] == "instagram"
    assert arrived.json["entry"][0]["id"] == HARTLEY
    [value] = told.changes
    assert (value["id"], value["text"], value["media"]["id"]) == (made["id"], "Still warm? é", medium)
    [row] = shown["data"]
    assert (row["id"], row["text"], row["hidden"], row["media"]) == (made["id"], "Still warm? é", False, {"id": medium})
    assert row["from"] == value["from"] == {"id": made["author"], "username": row["username"]}


def test_replies_have_two_levels_and_hidden_ones_take_none(instagram: Instagram, told: Receiver) -> None:
    medium = instagram.publish()
    top = stranger(instagram, "comment", on=medium)["id"]

    ours = instagram.post(f"{top}/replies", message="Yes")["id"]
    theirs = stranger(instagram, "reply", on=ours, text="Lovely")["id"]
    shown = instagram.get(f"{medium}/comments", fields="id,replies{id,parent_id,text,user}")["data"]

    assert [row["id"] for row in shown] == [top]
    assert {each["id"]: each["parent_id"] for each in shown[0]["replies"]["data"]} == {ours: top, theirs: top}
    assert [each["id"] for each in instagram.get(f"{top}/replies")["data"]] == [theirs, ours]
    assert told.wait(3)
    assert [value.get("parent_id") for value in told.changes] == [None, top, top]
    assert instagram.post(top, hide="true") == {"success": True}
    assert instagram.get(top, fields="hidden")["hidden"] is True
    assert instagram.error("POST", f"{top}/replies", message="Again") == (100, None)


def test_hiding_and_deleting_are_told_to_nobody(instagram: Instagram, told: Receiver) -> None:
    medium = instagram.publish()
    one, two = (stranger(instagram, "comment", on=medium)["id"] for _ in range(2))
    told.wait(2)

    instagram.post(one, hide="true")
    instagram.sandbox.stranger("delete", network="instagram", id=one)
    assert instagram.call("DELETE", two).json() == {"success": True}
    instagram.sandbox.control("POST", "webhooks/drain")

    assert len(told.arrived) == 2
    assert instagram.get(f"{medium}/comments")["data"] == []
    assert instagram.error("GET", one) == (100, 33)


def test_comments_come_newest_first_fifty_a_page(instagram: Instagram) -> None:
    medium = instagram.publish()
    burst = {"network": "instagram", "kind": "comment", "on": medium, "count": 60, "text": "Nr"}
    instagram.sandbox.control("POST", "strangers/burst", **burst)

    first = instagram.get(f"{medium}/comments", fields="text", limit=100)
    second = instagram.get(f"{medium}/comments", fields="text", after=first["paging"]["cursors"]["after"])

    assert [row["text"] for row in first["data"]] == [f"Nr {n}" for n in range(60, 10, -1)]
    assert len(second["data"]) == 10
    assert "next" not in second["paging"]


def test_a_first_comment_is_the_account_s_own(instagram: Instagram) -> None:
    medium = instagram.publish()

    made = instagram.post(f"{medium}/comments", message="#bread")["id"]

    shown = instagram.get(made, fields="username,user,from")
    assert (shown["username"], shown["user"]) == ("hartleyandrye", {"id": HARTLEY})
    [answer] = instagram.sandbox.control("GET", "answered")["answers"]
    assert (answer["network"], answer["on"], answer["text"]) == ("instagram", medium, "#bread")


def test_a_private_person_is_known_by_username_alone(instagram: Instagram) -> None:
    medium = instagram.publish()
    stranger(instagram, "comment", on=medium, **{"as": "Beatrice Lowe"})

    [row] = instagram.get(f"{medium}/comments", fields="username,from")["data"]

    assert row["username"] == "bealowe"
    assert "from" not in row


def test_a_mention_comes_as_ids_and_is_fetched_and_answered(instagram: Instagram, told: Receiver) -> None:
    caption = stranger(instagram, "mention", account=HARTLEY, text="the best loaf in town")
    told.wait(1)
    comment = stranger(instagram, "mention", account=HARTLEY, on=caption["id"], text="told you so")
    told.wait(2)

    assert told.changes == [
        {"media_id": caption["id"]},
        {"media_id": caption["id"], "comment_id": comment["id"]},
    ]
    media = f"mentioned_media.media_id({caption['id']}){{id,caption,username,timestamp,permalink}}"
    shown = instagram.get(HARTLEY, fields=media)["mentioned_media"]
    assert shown["caption"] == "@hartleyandrye the best loaf in town"
    inside = f"mentioned_comment.comment_id({comment['id']}){{id,text,username,timestamp,media{{id,permalink}}}}"
    assert instagram.get(HARTLEY, fields=inside)["mentioned_comment"]["media"]["id"] == caption["id"]
    assert [row["id"] for row in instagram.get(f"{HARTLEY}/tags")["data"]] == [caption["id"]]
    under = instagram.post(f"{HARTLEY}/mentions", media_id=caption["id"], message="Thank you")
    beside = instagram.post(f"{HARTLEY}/mentions", media_id=caption["id"], comment_id=comment["id"], message="Indeed")
    assert under["id"] != beside["id"]
    assert instagram.error("GET", caption["id"]) == (100, 33)  # only by way of the account
    assert instagram.error("GET", HARTLEY, fields="mentioned_media.media_id(1){id}") == (100, 33)


def test_messages_come_and_go_by_the_page(instagram: Instagram, told: Receiver) -> None:
    made = stranger(instagram, "message", account=HARTLEY, text="Open on Sunday?")
    told.wait(1)

    [event] = told.messages
    listed = instagram.get(
        f"{HARTLEY_PAGE}/conversations",
        platform="INSTAGRAM",
        fields="id,updated_time,participants,messages{id,message,from,to,created_time}",
    )["data"]
    sent = instagram.post(
        f"{HARTLEY_PAGE}/messages",
        recipient=json.dumps({"id": event["sender"]["id"]}),
        message=json.dumps({"text": "Until one."}),
    )

    assert event["recipient"] == {"id": HARTLEY}
    assert event["message"] == {"mid": made["id"], "text": "Open on Sunday?"}
    [thread] = listed
    assert {each["id"] for each in thread["participants"]["data"]} == {HARTLEY, event["sender"]["id"]}
    assert [each["message"] for each in thread["messages"]["data"]] == ["Open on Sunday?"]
    assert sent["recipient_id"] == event["sender"]["id"]
    told.wait(2)
    assert told.messages[1]["message"]["is_echo"] is True
    assert instagram.error("GET", f"{HARTLEY_PAGE}/conversations")[0] == 200  # Messenger's, by a right of their own


def test_a_message_that_was_taken_back_is_told_and_gone(instagram: Instagram, told: Receiver) -> None:
    made = stranger(instagram, "message", account=HARTLEY)

    instagram.sandbox.stranger("delete", network="instagram", id=made["id"])

    told.wait(2)
    assert told.messages[1]["message"] == {"mid": made["id"], "is_deleted": True}
    assert instagram.error("GET", made["id"]) == (100, 33)


def test_the_window_closes_after_a_day_and_a_person_s_after_seven(instagram: Instagram) -> None:
    who = stranger(instagram, "message", account=HARTLEY)["author"]
    body = {"recipient": json.dumps({"id": who}), "message": json.dumps({"text": "Sorry"})}
    instagram.sandbox.control("POST", "clock", move=DAY + 60)

    assert instagram.error("POST", f"{HARTLEY_PAGE}/messages", **body) == (10, 2018278)
    late = {**body, "messaging_type": "MESSAGE_TAG", "tag": "HUMAN_AGENT"}
    assert "message_id" in instagram.post(f"{HARTLEY_PAGE}/messages", **late)
    other = {**late, "tag": "ACCOUNT_UPDATE"}
    assert instagram.error("POST", f"{HARTLEY_PAGE}/messages", **other) == (100, None)
    instagram.sandbox.control("POST", "clock", move=7 * DAY)
    assert instagram.error("POST", f"{HARTLEY_PAGE}/messages", **late) == (10, 2018278)
    instagram.sandbox.control("POST", "clock", real=True)


def test_a_private_reply_is_sent_once(instagram: Instagram) -> None:
    comment = stranger(instagram, "comment", on=instagram.publish())["id"]
    body = {"recipient": json.dumps({"comment_id": comment}), "message": json.dumps({"text": "We write to you"})}

    assert "message_id" in instagram.post(f"{HARTLEY_PAGE}/messages", **body)
    assert instagram.error("POST", f"{HARTLEY_PAGE}/messages", **body) == (10900, None)


def test_nothing_can_be_edited_and_there_are_no_reviews(instagram: Instagram) -> None:
    comment = stranger(instagram, "comment", on=instagram.publish())["id"]

    for path, body in (
        ("strangers/edit", {"id": comment, "text": "Else"}),
        ("strangers/review", {"account": HARTLEY}),
    ):
        answer = instagram.sandbox.session.post(
            f"{instagram.sandbox.base}/_control/{path}", json={"network": "instagram", **body}, timeout=10
        )
        assert answer.status_code == 400


def test_which_subscription_brings_events_is_a_setting(instagram: Instagram, told: Receiver) -> None:
    medium = instagram.publish()
    assert instagram.error("POST", f"{HARTLEY_PAGE}/subscribed_apps", subscribed_fields="comments") == (100, None)
    assert instagram.error("POST", f"{HARTLEY}/subscribed_apps", subscribed_fields="comments") == (100, 33)

    instagram.sandbox.control("POST", "settings", instagram_told_by="account")
    stranger(instagram, "comment", on=medium, text="Not told")
    assert instagram.post(f"{HARTLEY}/subscribed_apps", subscribed_fields="comments,mentions") == {"success": True}
    stranger(instagram, "comment", on=medium, text="Told")

    told.wait(1)
    instagram.sandbox.control("POST", "webhooks/drain")
    assert [value["text"] for value in told.changes] == ["Told"]
    assert instagram.get(f"{HARTLEY}/subscribed_apps")["data"][0]["subscribed_fields"] == ["comments", "mentions"]


def test_a_story_s_figures_are_told_before_it_ends(instagram: Instagram, told: Receiver) -> None:
    medium = instagram.publish(media_type="STORIES")

    instagram.sandbox.control("POST", "clock", move=DAY - 1800)

    told.wait(1)
    [value] = told.changes
    assert value["media_id"] == medium
    assert value["reach"] > 0
    instagram.sandbox.control("POST", "clock", real=True)


def test_figures_come_metric_by_metric_and_one_that_is_wrong_fails_the_call(instagram: Instagram) -> None:
    medium = instagram.publish()
    stranger(instagram, "like", on=medium)
    stranger(instagram, "comment", on=medium)

    rows = instagram.get(f"{medium}/insights", metric="likes,comments,saved")["data"]

    assert {row["name"]: row["values"][0]["value"] for row in rows} == {"likes": 1, "comments": 1, "saved": 0}
    for wrong in ("likes,impressions", "likes,navigation", "likes,nonsense", ""):
        assert instagram.error("GET", f"{medium}/insights", metric=wrong) == (100, None)
    story = instagram.publish(media_type="STORIES")
    assert instagram.error("GET", f"{story}/insights", metric="reach") == (10, None)  # fewer than five have seen it


def test_an_account_s_figures_are_totals_or_a_series(instagram: Instagram) -> None:
    now = int(instagram.sandbox.control("GET", "clock")["now"])
    span = {"period": "day", "since": now - 3 * DAY, "until": now}

    totals = instagram.get(f"{HARTLEY}/insights", metric="reach,likes", metric_type="total_value", **span)["data"]
    series = instagram.get(f"{HARTLEY}/insights", metric="reach", metric_type="time_series", **span)["data"]

    assert [row["name"] for row in totals] == ["reach", "likes"]
    assert totals[0]["total_value"]["value"] == sum(each["value"] for each in series[0]["values"])
    assert len(series[0]["values"]) == 3
    insights = f"{HARTLEY}/insights"
    long = span | {"since": now - 40 * DAY}
    assert instagram.error("GET", insights, metric="reach", metric_type="total_value", **long) == (100, None)
    assert instagram.error("GET", insights, metric="likes", **span) == (100, None)
    assert instagram.error("GET", insights, metric="impressions", metric_type="total_value", **span) == (100, None)


def test_strangers_live_on_instagram_too(instagram: Instagram) -> None:
    instagram.publish()
    instagram.sandbox.control("POST", "life", networks=["instagram"], seed=4)

    deeds = instagram.sandbox.control("POST", "life/step", count=40)["deeds"]

    assert {deed["network"] for deed in deeds} == {"instagram"}
    assert {"comment", "message", "mention"} <= {deed["kind"] for deed in deeds}


def test_more_accounts_come_with_pages_and_tokens(sandbox: Process) -> None:
    made = sandbox.control("POST", "accounts", network="instagram", count=3)["ids"]

    tokens = sandbox.control("POST", "tokens", network="instagram", accounts=made)["tokens"]

    assert [row["account"] for row in tokens] == made
    shown = sandbox.session.get(
        f"{sandbox.graph}/{made[0]}",
        params={"fields": "username", "access_token": tokens[0]["access_token"]},
        timeout=10,
    ).json()
    assert shown["id"] == made[0]
