"""Posts: taken at once, judged afterwards; pictures fetched; ten changes a minute."""

from datetime import UTC, datetime
from typing import Any

import pytest
import requests

from tests.sandbox.conftest import Process
from tests.sandbox.google_business.steps import CORRIE, PROFILE, SEMAPHORE, Business, noise, serving

SCHEDULE = {
    "startDate": {"year": 2026, "month": 12, "day": 5},
    "startTime": {"hours": 18},
    "endDate": {"year": 2026, "month": 12, "day": 5},
    "endTime": {"hours": 21, "minutes": 30},
}
EVENT = {"title": "Stollen evening", "schedule": SCHEDULE}


def states(nadia: Business) -> list[str]:
    return [post["state"] for post in nadia.v4("GET", f"{PROFILE}/localPosts").json().get("localPosts", [])]


def test_a_post_is_processed_then_live_with_an_address(sandbox: Process, nadia: Business) -> None:
    taken = nadia.post().json()

    assert taken["state"] == "PROCESSING"
    assert "searchUrl" not in taken
    assert taken["name"].startswith(f"{PROFILE}/localPosts/")
    sandbox.control("POST", "clock", move=60)
    live = nadia.v4("GET", taken["name"]).json()
    assert live["state"] == "LIVE"
    assert live["searchUrl"].startswith("https://local.google.com/")


def test_a_telephone_number_gets_a_post_rejected(sandbox: Process, nadia: Business) -> None:
    taken = nadia.post({"topicType": "STANDARD", "summary": "Ring +44 117 496 0101 today"}).json()

    sandbox.control("POST", "clock", move=60)

    assert nadia.v4("GET", taken["name"]).json()["state"] == "REJECTED"
    assert sandbox.published(network="google_business")["count"] == 0


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"topicType": "STANDARD"}, "summary"),
        ({"summary": "a" * 1501}, "summary"),
        ({"topicType": "PRODUCT", "summary": "x"}, "topic_type"),
        ({"summary": "x", "callToAction": {"actionType": "GET_OFFER", "url": "https://a.example"}},
         "call_to_action.action_type"),
        ({"summary": "x", "callToAction": {"actionType": "BOOK"}}, "call_to_action.url"),
        ({"summary": "x", "callToAction": {"actionType": "CALL", "url": "https://a.example"}}, "call_to_action.url"),
        ({"topicType": "EVENT", "summary": "x"}, "event.title"),
        ({"topicType": "EVENT", "event": {"title": "x"}}, "event.schedule"),
        ({"topicType": "OFFER", "summary": "x", "offer": {"couponCode": "RYE"}}, "event.title"),
        ({"topicType": "EVENT", "event": EVENT, "offer": {"couponCode": "RYE"}}, "offer"),
        ({"summary": "x", "media": [{"mediaFormat": "PHOTO"}]}, "media[0].source_url"),
        ({"summary": "x", "media": [{"mediaFormat": "PHOTO", "sourceUrl": "http://cdn.example/a.jpg"}]},
         "media[0].source_url"),
    ],
)  # fmt: skip
def test_a_wrong_post_is_refused_with_its_field(nadia: Business, body: dict[str, Any], field: str) -> None:
    answer = nadia.post(body)

    assert answer.status_code == 400
    [detail] = answer.json()["error"]["details"]
    assert detail["errorDetails"][0]["field"] == field


def test_events_and_offers_go_out(nadia: Business) -> None:
    event = nadia.post({"topicType": "EVENT", "summary": "Come", "event": EVENT}).json()
    offer = nadia.post(
        {"topicType": "OFFER", "event": EVENT, "offer": {"couponCode": "RYE"}, "callToAction": {"actionType": "CALL"}}
    ).json()

    assert event["event"]["title"] == "Stollen evening"
    assert offer["offer"] == {"couponCode": "RYE"}
    assert "callToAction" not in offer  # ignored for offers


def test_a_picture_is_fetched_and_must_be_a_photo(sandbox: Process, nadia: Business) -> None:
    files = {"large.png": noise(300, 260), "small.png": noise(60, 60), "page.html": b"<html>" * 4000}
    with serving(files) as address:
        answers = {
            name: nadia.post({"summary": name, "media": [{"mediaFormat": "PHOTO", "sourceUrl": f"{address}/{name}"}]})
            for name in (*files, "absent.png")
        }

    assert {name: answer.status_code for name, answer in answers.items()} == {
        "large.png": 200, "small.png": 400, "page.html": 400, "absent.png": 400,
    }  # fmt: skip
    [shown] = answers["large.png"].json()["media"]
    assert sandbox.session.get(shown["googleUrl"], timeout=10).content == files["large.png"]


def test_a_post_that_is_changed_is_judged_anew(sandbox: Process, nadia: Business) -> None:
    taken = nadia.post(
        {"summary": "One", "callToAction": {"actionType": "LEARN_MORE", "url": "https://a.example"}}
    ).json()
    sandbox.control("POST", "clock", move=60)

    changed = nadia.v4("PATCH", f"{taken['name']}?updateMask=summary,callToAction", json={"summary": "Two"}).json()

    assert (changed["summary"], changed["state"]) == ("Two", "PROCESSING")
    assert "callToAction" not in changed  # the mask named it and the body had none
    assert nadia.v4("PATCH", taken["name"], json={"summary": "Three"}).status_code == 400


def test_a_deleted_post_is_gone(nadia: Business) -> None:
    taken = nadia.post().json()

    assert nadia.v4("DELETE", taken["name"]).json() == {}
    assert nadia.v4("GET", taken["name"]).status_code == 404
    assert nadia.v4("DELETE", taken["name"]).status_code == 404
    assert states(nadia) == []


def test_a_post_with_an_hour_waits_for_it(sandbox: Process, nadia: Business) -> None:
    now = sandbox.control("GET", "clock")["now"]
    at = datetime.fromtimestamp(now + 600, UTC).isoformat().replace("+00:00", "Z")
    nadia.post({"summary": "Later", "scheduledTime": at})

    assert states(nadia) == ["SCHEDULED"]
    sandbox.control("POST", "clock", move=700)
    assert states(nadia) == ["LIVE"]


def test_an_eleventh_change_within_a_minute_is_too_many(sandbox: Process, nadia: Business) -> None:
    sandbox.control("POST", "clock", frozen=True)
    for number in range(10):
        assert nadia.post({"summary": f"Post {number}"}).ok

    assert nadia.post().status_code == 429
    sandbox.control("POST", "clock", move=60)
    assert nadia.post().ok


def test_posts_come_in_pages(sandbox: Process, nadia: Business) -> None:
    sandbox.control("POST", "settings", rate_limits=False)
    for number in range(25):
        nadia.post({"summary": f"Post {number}"})

    first = nadia.v4("GET", f"{PROFILE}/localPosts", params={"pageSize": 20}).json()
    second = nadia.v4(
        "GET", f"{PROFILE}/localPosts", params={"pageSize": 20, "pageToken": first["nextPageToken"]}
    ).json()

    assert [len(first["localPosts"]), len(second["localPosts"])] == [20, 5]
    assert "nextPageToken" not in second


def test_a_profile_out_of_standing_takes_nothing(nadia: Business) -> None:
    answer = nadia.post(profile=f"accounts/{SEMAPHORE}/locations/{CORRIE}")

    assert (answer.status_code, answer.json()["error"]["status"]) == (400, "FAILED_PRECONDITION")


def test_photos_of_the_profile_are_uploaded_or_fetched(nadia: Business) -> None:
    photo = noise(300, 260)
    started = nadia.v4("POST", f"{PROFILE}/media:startUpload").json()["resourceName"]
    sent = nadia.sandbox.session.post(
        f"{nadia.sandbox.base}/mybusiness.googleapis.com/upload/v1/media/{started}?upload_type=media",
        data=photo,
        headers={"Authorization": f"Bearer {nadia.token}", "Content-Type": "application/octet-stream"},
        timeout=10,
    )
    assert sent.ok

    body = {
        "mediaFormat": "PHOTO",
        "locationAssociation": {"category": "EXTERIOR"},
        "dataRef": {"resourceName": started},
    }
    made = nadia.v4("POST", f"{PROFILE}/media", json=body).json()

    assert made["locationAssociation"] == {"category": "EXTERIOR"}
    assert [each["name"] for each in nadia.v4("GET", f"{PROFILE}/media").json()["mediaItems"]] == [made["name"]]
    assert nadia.v4("POST", f"{PROFILE}/media", json=body).status_code == 400  # used up
    assert nadia.v4("DELETE", made["name"]).ok
    assert nadia.v4("GET", f"{PROFILE}/media").json() == {}


def test_a_lost_answer_leaves_a_post_that_is_listed(sandbox: Process, nadia: Business) -> None:
    sandbox.fault("google_business.posts.create", "lost_answer")
    with pytest.raises(requests.ConnectionError):
        nadia.post()

    assert states(nadia) == ["PROCESSING"]
