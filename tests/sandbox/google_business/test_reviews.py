"""Reviews: strangers write, change and remove them; the business answers once; Pub/Sub tells who asked."""

import base64
import json
from typing import Any

import jwt
import pytest
import requests

from tests.sandbox import discovery
from tests.sandbox.conftest import Process
from tests.sandbox.google_business.steps import BATH, HARTLEY, HARTLEY_GROUP, PROFILE, Business
from tests.sandbox.receiver import Receiver

TOPIC = "projects/portevoix-sandbox/topics/reviews"
KINDS = ["NEW_REVIEW", "UPDATED_REVIEW", "VOICE_OF_MERCHANT_UPDATED"]


def review(sandbox: Process, **more: Any) -> Any:
    return sandbox.stranger("review", network="google_business", account=HARTLEY, **more)


def test_a_review_is_read_as_google_gives_it(sandbox: Process, nadia: Business) -> None:
    deed = review(sandbox, stars=4, text="Good crust", **{"as": "Megan Price"})

    answer = nadia.reviews()

    [found] = answer["reviews"]
    assert (answer["totalReviewCount"], answer["averageRating"]) == (1, 4.0)
    assert (found["reviewId"], found["starRating"], found["comment"]) == (deed["id"], "FOUR", "Good crust")
    assert found["reviewer"]["displayName"] == "Megan Price"
    assert "reviewReply" not in found
    assert nadia.v4("GET", found["name"]).json() == found


def test_stars_alone_have_no_words_and_a_private_person_no_name(sandbox: Process, nadia: Business) -> None:
    review(sandbox, stars=2, wordless=True, **{"as": "Beatrice Lowe"})

    [found] = nadia.reviews()["reviews"]

    assert "comment" not in found
    assert found["reviewer"]["isAnonymous"] is True
    assert found["reviewer"]["displayName"] == "A Google user"


def test_a_second_review_changes_the_first(sandbox: Process, nadia: Business) -> None:
    first = review(sandbox, stars=1, text="Closed!", **{"as": "Megan Price"})
    second = review(sandbox, stars=5, text="Open after all", **{"as": "Megan Price"})

    [found] = nadia.reviews()["reviews"]

    assert first["id"] == second["id"] == found["reviewId"]
    assert (found["starRating"], found["comment"]) == ("FIVE", "Open after all")
    assert found["updateTime"] > found["createTime"]


def test_what_is_removed_vanishes(sandbox: Process, nadia: Business) -> None:
    deed = review(sandbox)
    sandbox.control("POST", "strangers/delete", network="google_business", id=deed["id"])

    assert nadia.reviews() == {}
    assert nadia.v4("GET", f"{PROFILE}/reviews/{deed['id']}").status_code == 404


def test_reviews_come_in_pages_and_in_order(sandbox: Process, nadia: Business) -> None:
    sandbox.control("POST", "strangers/burst", network="google_business", kind="review", account=HARTLEY, count=24,
                    authors=24)  # fmt: skip

    first = nadia.reviews(pageSize="20")
    second = nadia.reviews(pageSize="20", pageToken=first["nextPageToken"])
    worst = nadia.reviews(orderBy="rating")["reviews"]

    times = [each["updateTime"] for each in first["reviews"]]
    assert (len(first["reviews"]), len(second["reviews"])) == (20, 4)
    assert times == sorted(times, reverse=True)
    assert worst[0]["starRating"] in {"FOUR", "FIVE"}
    assert nadia.v4("GET", f"{PROFILE}/reviews", params={"orderBy": "stars"}).status_code == 400


def test_reviews_of_many_profiles_come_together(sandbox: Process, nadia: Business) -> None:
    review(sandbox, text="Bristol")
    sandbox.stranger("review", network="google_business", account=BATH, wordless=True)
    names = [PROFILE, f"accounts/{HARTLEY_GROUP}/locations/{BATH}"]
    path = f"accounts/{HARTLEY_GROUP}/locations:batchGetReviews"

    both = nadia.v4("POST", path, json={"locationNames": names}).json()["locationReviews"]
    worded = nadia.v4("POST", path, json={"locationNames": names, "ignoreRatingOnlyReviews": True}).json()

    assert {each["name"] for each in both} == set(names)
    assert [each["review"]["comment"] for each in worded["locationReviews"]] == ["Bristol"]


def test_an_answer_is_judged_replaced_and_taken_back(sandbox: Process, nadia: Business) -> None:
    name = f"{PROFILE}/reviews/{review(sandbox)['id']}"

    pending = nadia.v4("PUT", f"{name}/reply", json={"comment": "Thank you"}).json()
    sandbox.control("POST", "clock", move=60)
    approved = nadia.v4("GET", name).json()["reviewReply"]
    nadia.v4("PUT", f"{name}/reply", json={"comment": "Thank you so much"})

    assert (pending["reviewReplyState"], approved["reviewReplyState"]) == ("PENDING", "APPROVED")
    assert nadia.v4("GET", name).json()["reviewReply"]["comment"] == "Thank you so much"
    assert nadia.v4("DELETE", f"{name}/reply").json() == {}
    assert "reviewReply" not in nadia.v4("GET", name).json()
    assert nadia.v4("DELETE", f"{name}/reply").status_code == 404


def test_an_answer_may_be_refused_afterwards_or_at_once(sandbox: Process, nadia: Business) -> None:
    name = f"{PROFILE}/reviews/{review(sandbox)['id']}"

    nadia.v4("PUT", f"{name}/reply", json={"comment": "Call us: 0117 496 0101"})
    sandbox.control("POST", "clock", move=60)

    refused = nadia.v4("GET", name).json()["reviewReply"]
    assert (refused["reviewReplyState"], refused["policyViolation"]) == ("REJECTED", "PERSONAL_INFO")
    assert nadia.v4("PUT", f"{name}/reply", json={"comment": "é" * 2049}).status_code == 400
    assert nadia.v4("PUT", f"{name}/reply", json={}).status_code == 400


@pytest.mark.parametrize("dialect", ["v4", "v1"])
def test_pubsub_pushes_with_a_token_of_googles(
    sandbox: Process, nadia: Business, receiver: Receiver, dialect: str
) -> None:
    sandbox.control("POST", "settings", google_notification_dialect=dialect)
    pushed = sandbox.control("POST", "webhooks/push", topic=TOPIC, address=receiver.url)
    body = {
        "name": f"accounts/{HARTLEY_GROUP}/notificationSetting",
        "pubsubTopic": TOPIC,
        "notificationTypes": KINDS,
    }
    with discovery.client(sandbox, "mybusinessnotifications.v1", nadia.token) as service:
        mask = "pubsubTopic,notificationTypes"
        asked = service.accounts().updateNotificationSetting(name=body["name"], updateMask=mask, body=body)
        answer = asked.execute()

    deed = review(sandbox)
    sandbox.control("POST", "webhooks/drain", seconds=10)

    assert answer == body
    [request] = receiver.arrived
    keys = requests.get(f"{sandbox.base}/www.googleapis.com/oauth2/v3/certs", timeout=10).json()
    token = request.headers["authorization"].removeprefix("Bearer ")
    key = jwt.PyJWKSet.from_dict(keys)[jwt.get_unverified_header(token)["kid"]]
    claims = jwt.decode(token, key, algorithms=["RS256"], audience=receiver.url, issuer="https://accounts.google.com")
    assert (claims["email"], claims["email_verified"]) == (pushed["email"], True)
    message = json.loads(request.body)["message"]
    told = json.loads(base64.b64decode(message["data"]))
    expected = ("notificationType", "reviewName") if dialect == "v4" else ("type", "review_name")
    assert told[expected[0]] == "NEW_REVIEW"
    assert told[expected[1]] == f"{PROFILE}/reviews/{deed['id']}"
    assert message["messageId"].isdecimal()


def test_what_is_not_acknowledged_comes_again_as_the_same_message(
    sandbox: Process, nadia: Business, receiver: Receiver
) -> None:
    sandbox.control("POST", "webhooks/push", topic=TOPIC, address=receiver.url)
    nadia.call(
        "PATCH",
        "mybusinessnotifications",
        f"v1/accounts/{HARTLEY_GROUP}/notificationSetting?updateMask=pubsubTopic,notificationTypes",
        json={"pubsubTopic": TOPIC, "notificationTypes": KINDS},
    )
    receiver.status = 500
    review(sandbox)
    sandbox.control("POST", "webhooks/drain", seconds=10)

    receiver.status = 204
    sandbox.control("POST", "clock", move=60)
    again = receiver.wait(2)

    assert len({json.loads(one.body)["message"]["messageId"] for one in again}) == 1


def test_nobody_is_told_who_did_not_ask(sandbox: Process, nadia: Business, receiver: Receiver) -> None:
    sandbox.control("POST", "webhooks/push", topic=TOPIC, address=receiver.url)

    review(sandbox)

    sandbox.control("POST", "webhooks/drain", seconds=10)
    assert receiver.arrived == []
    wrong = nadia.call(
        "PATCH",
        "mybusinessnotifications",
        f"v1/accounts/{HARTLEY_GROUP}/notificationSetting?updateMask=notificationTypes",
        json={"notificationTypes": ["NEW_SMILE"]},
    )
    assert wrong.status_code == 400
