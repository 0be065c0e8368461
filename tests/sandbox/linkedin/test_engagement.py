from typing import Any

import pytest
import requests

from tests.sandbox.conftest import Process
from tests.sandbox.linkedin.conftest import APPLICATION, HARTLEY, NADIA, Member, enc
from tests.sandbox.receiver import Receiver

EVENT = "ORGANIZATION_SOCIAL_ACTION_NOTIFICATIONS"


def key(organization: str = HARTLEY) -> str:
    parts = {
        "developerApplication": f"urn:li:developerApplication:{APPLICATION}",
        "user": f"urn:li:person:{NADIA}",
        "entity": organization,
    }
    return "(" + ",".join([*(f"{name}:{enc(urn)}" for name, urn in parts.items()), f"eventType:{EVENT}"]) + ")"


def subscribe(nadia: Member, url: str) -> requests.Response:
    return nadia.call("PUT", f"rest/eventSubscriptions/{key()}", json={"webhook": url})


def comments(nadia: Member, urn: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = nadia.call("GET", f"rest/socialActions/{enc(urn)}/comments?start=0&count=100").json()[
        "elements"
    ]
    return found


def test_a_stranger_comments_and_the_page_answers(sandbox: Process, nadia: Member) -> None:
    post = nadia.published()
    sandbox.stranger("comment", network="linkedin", on=post, text="Open on Sunday?")
    [comment] = comments(nadia, post)

    answer = nadia.comment(comment["object"], "From nine.", parentComment=comment["commentUrn"])

    assert answer.status_code == 201
    assert answer.json()["parentComment"] == comment["commentUrn"]
    assert answer.headers["x-restli-id"] == answer.json()["id"]
    assert comment["actor"].startswith("urn:li:person:S")
    assert comment["object"].startswith("urn:li:activity:")
    assert comment["object"].rpartition(":")[2] != post.rpartition(":")[2]
    assert [each["message"]["text"] for each in comments(nadia, comment["commentUrn"])] == ["From nine."]
    assert len(comments(nadia, post)) == 1  # top level only
    counts = nadia.call("GET", f"rest/socialActions/{enc(post)}").json()["commentsSummary"]
    assert counts == {"totalFirstLevelComments": 1, "aggregatedTotalComments": 2}
    batch = nadia.call("GET", f"rest/socialActions?ids=List({enc(post)})").json()
    assert batch["results"][post]["commentsSummary"] == counts
    assert sandbox.control("GET", "answered?network=linkedin")["count"] == 1


def test_a_page_edits_and_deletes_its_own_words_only(sandbox: Process, nadia: Member) -> None:
    post = nadia.published()
    own = nadia.comment(post, "Frist").json()
    theirs = sandbox.stranger("comment", network="linkedin", on=post, text="Hm")["id"]
    patch = {"patch": {"message": {"$set": {"text": "First"}}}}
    path = f"rest/socialActions/{enc(post)}/comments"
    actor = f"?actor={enc(HARTLEY)}"

    edited = nadia.call("POST", f"{path}/{own['id']}{actor}", json=patch, headers={"X-RestLi-Method": "PARTIAL_UPDATE"})
    number = theirs.rpartition(",")[2].rstrip(")")
    refused = nadia.call("DELETE", f"{path}/{number}{actor}")
    sandbox.control("POST", "settings", linkedin_admins_delete=True)
    allowed = nadia.call("DELETE", f"{path}/{number}{actor}")

    assert [edited.status_code, refused.status_code, allowed.status_code] == [204, 403, 204]
    assert [each["message"]["text"] for each in comments(nadia, post)] == ["First"]
    assert nadia.call("DELETE", f"{path}/{own['id']}{actor}").status_code == 204
    assert comments(nadia, post) == []


def test_pictures_in_comments_and_replies_to_replies_are_refused(sandbox: Process, nadia: Member) -> None:
    post = nadia.published()
    top = nadia.comment(post, "One").json()["commentUrn"]
    reply = nadia.comment(post, "Two", parentComment=top).json()["commentUrn"]

    assert nadia.comment(post, "Three", content=[{"type": "IMAGE"}]).status_code == 403
    assert nadia.comment(post, "Four", parentComment=reply).status_code == 400


def test_reactions_are_set_listed_and_taken_back(sandbox: Process, nadia: Member) -> None:
    post = nadia.published()
    comment = sandbox.stranger("comment", network="linkedin", on=post)["id"]
    path = f"rest/reactions?actor={enc(HARTLEY)}"

    maybe = nadia.call("POST", path, json={"root": comment, "reactionType": "MAYBE"})
    liked = nadia.call("POST", path, json={"root": comment, "reactionType": "LIKE"})
    listed = nadia.call("GET", f"rest/reactions/(entity:{enc(comment)})?q=entity").json()["elements"]
    taken = nadia.call("DELETE", f"rest/reactions/(actor:{enc(HARTLEY)},entity:{enc(comment)})")

    assert [maybe.status_code, liked.status_code, taken.status_code] == [400, 201, 204]
    assert [(each["reactionType"], each["created"]["actor"]) for each in listed] == [("LIKE", HARTLEY)]


def test_an_address_is_challenged_then_told_under_a_signature(
    sandbox: Process, nadia: Member, receiver: Receiver
) -> None:
    assert subscribe(nadia, receiver.url).status_code == 204
    assert receiver.challenges == 1
    shown = nadia.call("GET", f"rest/eventSubscriptions/{key()}").json()
    assert shown["webhook"] == receiver.url
    post = nadia.published()

    comment = sandbox.stranger("comment", network="linkedin", on=post, text="Où ça ?")["id"]

    [arrived] = receiver.wait(1)
    [told] = receiver.notifications
    assert arrived.signed_by_linkedin
    assert arrived.json["type"] == EVENT
    assert (told["action"], told["organizationalEntity"]) == ("COMMENT", HARTLEY)
    assert told["generatedActivity"] == comment.replace("(urn:li:", "(")
    assert told["decoratedGeneratedActivity"]["comment"]["entity"] == comment
    assert told["decoratedSourcePost"]["entity"] == post
    assert told["subscriber"] == f"urn:li:person:{NADIA}"


def test_what_happened_may_be_asked_for_afterwards(sandbox: Process, nadia: Member) -> None:
    post = nadia.published()
    comment = sandbox.stranger("comment", network="linkedin", on=post)["id"]
    sandbox.control("POST", "strangers/edit", network="linkedin", id=comment, text="Changed")
    sandbox.control("POST", "strangers/delete", network="linkedin", id=comment)
    mention = sandbox.stranger("mention", network="linkedin", account=HARTLEY)["id"]
    sandbox.stranger("like", network="linkedin", on=post)
    path = f"rest/organizationalEntityNotifications?q=criteria&organizationalEntity={enc(HARTLEY)}"

    every = nadia.call("GET", f"{path}&timeRange=(start:0,end:99999999999999)&count=100").json()["elements"]
    some = nadia.call("GET", f"{path}&actions=List(SHARE_MENTION)").json()["elements"]

    assert [each["action"] for each in every] == ["LIKE", "SHARE_MENTION", "COMMENT_DELETE", "COMMENT_EDIT", "COMMENT"]
    assert [each["generatedActivity"] for each in some] == [mention]


def test_an_address_that_does_not_prove_itself_is_blocked(sandbox: Process, nadia: Member, receiver: Receiver) -> None:
    receiver.trusted = False
    assert subscribe(nadia, receiver.url).status_code == 400
    receiver.trusted = True
    assert subscribe(nadia, receiver.url).status_code == 204
    receiver.trusted = False

    for failures in range(1, 4):
        sandbox.control("POST", "clock", move=2 * 3600 + 1)
        receiver.until(lambda: addresses(sandbox)[0]["failures"] >= failures)  # noqa: B023  # awaited at once
    nadia.published()
    sandbox.stranger("comment", network="linkedin", account=HARTLEY)
    sandbox.control("POST", "clock", real=True)

    assert addresses(sandbox)[0]["valid"] is False
    assert receiver.arrived == []


def addresses(sandbox: Process) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = sandbox.control("GET", "webhooks")["targets"]["linkedin"]["addresses"]
    return found


def test_what_is_refused_comes_again_after_five_minutes(sandbox: Process, nadia: Member, receiver: Receiver) -> None:
    subscribe(nadia, receiver.url)
    nadia.published()
    receiver.status = 503
    sandbox.stranger("comment", network="linkedin", account=HARTLEY)
    receiver.wait(1)
    receiver.status = 200

    sandbox.control("POST", "clock", move=301)

    first, second = receiver.wait(2)
    sandbox.control("POST", "clock", real=True)
    assert first.json == second.json


def test_events_end_silently_with_the_grant(sandbox: Process, nadia: Member, receiver: Receiver) -> None:
    subscribe(nadia, receiver.url)
    nadia.published()

    sandbox.control("POST", "withdraw", network="linkedin", person=NADIA)
    sandbox.stranger("comment", network="linkedin", account=HARTLEY)

    assert sandbox.control("GET", "webhooks")["targets"]["linkedin"]["subscriptions"] == []
    assert receiver.arrived == []


@pytest.mark.parametrize("kind", ["comment", "mention", "like"])
def test_strangers_live_here_too(sandbox: Process, nadia: Member, kind: str) -> None:
    nadia.published()
    on = {} if kind != "like" else {"on": sandbox.published(network="linkedin")["posts"][0]["id"]}

    deed = sandbox.stranger(kind, network="linkedin", account=HARTLEY, **on)

    assert deed["account"] == HARTLEY
    assert deed["author_name"]


def test_figures_leave_out_what_nothing_happened_to(sandbox: Process, nadia: Member) -> None:
    quiet, lively = nadia.published("Quiet"), nadia.published("Lively")
    sandbox.stranger("comment", network="linkedin", on=lively)
    path = f"rest/organizationalEntityShareStatistics?q=organizationalEntity&organizationalEntity={enc(HARTLEY)}"

    found = nadia.call("GET", f"{path}&shares=List({enc(quiet)},{enc(lively)})").json()["elements"]
    days = nadia.call(
        "GET", f"{path}&timeIntervals=(timeRange:(start:1795000000000,end:1795432000000),timeGranularityType:DAY)"
    ).json()["elements"]

    assert [(each["share"], each["totalShareStatistics"]["commentCount"]) for each in found] == [(lively, 1)]
    assert all("uniqueImpressionsCount" not in each["totalShareStatistics"] for each in days)
    followers = nadia.call(
        "GET",
        f"rest/organizationalEntityFollowerStatistics?q=organizationalEntity&organizationalEntity={enc(HARTLEY)}"
        "&timeIntervals=(timeRange:(start:1795000000000),timeGranularityType:DAY)",
    )
    assert followers.ok
    page = nadia.call("GET", f"rest/organizationPageStatistics?q=organization&organization={enc(HARTLEY)}").json()
    assert page["elements"][0]["totalPageStatistics"]["views"]["allPageViews"]["pageViews"] > 0
