"""Posts and pictures on a page."""

import json
from typing import Any

import requests

from tests.sandbox.conftest import HARTLEY_PAGE, LAMBERT_PAGE, PNG, Process, facebook_user_token, page_token


def post(sandbox: Process, path: str, token: str, files: Any = None, **form: Any) -> requests.Response:
    return sandbox.session.post(
        f"{sandbox.graph}/{path}", data={**form, "access_token": token}, files=files, timeout=10
    )


def get(sandbox: Process, path: str, token: str, **query: Any) -> Any:
    return sandbox.session.get(f"{sandbox.graph}/{path}", params={**query, "access_token": token}, timeout=10).json()


def test_a_text_goes_on_the_wall_and_can_be_read_back(sandbox: Process, hartley: str) -> None:
    answer = post(sandbox, f"{HARTLEY_PAGE}/feed", hartley, message="Warm rolls & cold butter")

    assert answer.status_code == 200
    post_id = answer.json()["id"]
    assert post_id.startswith(f"{HARTLEY_PAGE}_")
    shown = get(sandbox, post_id, hartley, fields="message,permalink_url,created_time,is_published,from{name}")
    assert shown["message"] == "Warm rolls & cold butter"
    assert shown["is_published"] is True
    assert shown["from"] == {"name": "Hartley & Rye"}
    assert shown["permalink_url"].endswith(post_id.partition("_")[2])
    assert sandbox.published()["by_account"] == {f"facebook:{HARTLEY_PAGE}": 1}


def test_fields_of_a_post_come_with_the_answer_that_made_it(sandbox: Process, hartley: str) -> None:
    answer = post(sandbox, f"{HARTLEY_PAGE}/feed", hartley, message="Rye", fields="id,permalink_url").json()

    assert set(answer) == {"id", "permalink_url"}


def test_the_same_text_again_is_refused_as_a_duplicate(sandbox: Process, hartley: str) -> None:
    post(sandbox, f"{HARTLEY_PAGE}/feed", hartley, message="Stollen")

    answer = post(sandbox, f"{HARTLEY_PAGE}/feed", hartley, message="Stollen")

    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == 506
    assert sandbox.published()["refused_duplicates"] == {f"facebook:{HARTLEY_PAGE}": 1}


def test_a_picture_with_words_and_description_makes_a_post(sandbox: Process, hartley: str) -> None:
    answer = post(
        sandbox,
        f"{HARTLEY_PAGE}/photos",
        hartley,
        files={"source": ("rolls.png", PNG, "image/png")},
        caption="Rolls",
        alt_text_custom="Six rolls on a board",
    ).json()

    photo = get(sandbox, answer["id"], hartley, fields="alt_text_custom,name,width,images{source}")
    shown = get(sandbox, answer["post_id"], hartley, fields="message,attachments{media_type,target{id}}")
    assert (photo["alt_text_custom"], photo["name"], photo["width"]) == ("Six rolls on a board", "Rolls", 1)
    assert shown["message"] == "Rolls"
    assert shown["attachments"]["data"] == [{"media_type": "photo", "target": {"id": answer["id"]}}] or (
        shown["attachments"]["data"][0]["target"]["id"] == answer["id"]
    )
    assert sandbox.session.get(photo["images"][0]["source"], timeout=10).content == PNG


def test_several_pictures_are_uploaded_first_and_attached(sandbox: Process, hartley: str) -> None:
    photos = [
        post(
            sandbox,
            f"{HARTLEY_PAGE}/photos",
            hartley,
            files={"source": ("a.png", PNG, "image/png")},
            published="false",
        ).json()
        for _ in range(2)
    ]
    assert all(set(photo) == {"id"} for photo in photos)
    assert sandbox.published()["count"] == 0

    answer = post(
        sandbox,
        f"{HARTLEY_PAGE}/feed",
        hartley,
        message="Two",
        attached_media=json.dumps([{"media_fbid": photo["id"]} for photo in photos]),
    ).json()

    [album] = get(sandbox, f"{answer['id']}/attachments", hartley)["data"]
    assert album["media_type"] == "album"
    assert [item["target"]["id"] for item in album["subattachments"]["data"]] == [photo["id"] for photo in photos]
    again = post(
        sandbox,
        f"{HARTLEY_PAGE}/feed",
        hartley,
        message="x",
        **{"attached_media[0]": json.dumps({"media_fbid": photos[0]["id"]})},
    )
    assert again.json()["error"]["error_subcode"] == 1366051


def test_a_picture_is_fetched_from_its_address(sandbox: Process, hartley: str) -> None:
    url = f"{sandbox.base}/media/nothing"

    refused = post(sandbox, f"{HARTLEY_PAGE}/photos", hartley, url=url).json()
    given = post(sandbox, f"{HARTLEY_PAGE}/photos", hartley, files={"source": ("a.png", PNG, "image/png")}).json()
    fetched = post(sandbox, f"{HARTLEY_PAGE}/photos", hartley, url=f"{sandbox.base}/media/{given['id']}")

    assert refused["error"]["code"] == 389
    assert fetched.status_code == 200


def test_what_is_no_picture_is_refused(sandbox: Process, hartley: str) -> None:
    answer = post(sandbox, f"{HARTLEY_PAGE}/photos", hartley, files={"source": ("a.png", b"<html>", "image/png")})

    assert answer.json()["error"]["code"] == 324


def test_the_published_posts_are_listed_newest_first_in_pages(sandbox: Process, hartley: str) -> None:
    for number in range(5):
        post(sandbox, f"{HARTLEY_PAGE}/feed", hartley, message=f"Number {number}")

    first = get(sandbox, f"{HARTLEY_PAGE}/published_posts", hartley, limit=3, fields="message")
    second = sandbox.session.get(first["paging"]["next"], timeout=10).json()

    assert [row["message"] for row in first["data"]] == ["Number 4", "Number 3", "Number 2"]
    assert [row["message"] for row in second["data"]] == ["Number 1", "Number 0"]
    assert "next" not in second["paging"]


def test_next_carries_no_token_that_came_in_the_header(sandbox: Process, hartley: str) -> None:
    for number in range(2):
        post(sandbox, f"{HARTLEY_PAGE}/feed", hartley, message=f"Number {number}")

    listed = sandbox.session.get(
        f"{sandbox.graph}/{HARTLEY_PAGE}/feed",
        params={"limit": 1},
        headers={"Authorization": f"Bearer {hartley}"},
        timeout=10,
    ).json()

    assert "access_token" not in listed["paging"]["next"]


def test_a_post_can_be_edited_and_deleted(sandbox: Process, hartley: str) -> None:
    post_id = post(sandbox, f"{HARTLEY_PAGE}/feed", hartley, message="Before").json()["id"]

    edited = post(sandbox, post_id, hartley, message="After").json()
    shown = get(sandbox, post_id, hartley)
    deleted = sandbox.session.delete(
        f"{sandbox.graph}/{post_id}", headers={"Authorization": f"Bearer {hartley}"}, timeout=10
    ).json()
    gone = get(sandbox, post_id, hartley)

    assert (edited, deleted) == ({"success": True}, {"success": True})
    assert shown["message"] == "After"
    assert (gone["error"]["code"], gone["error"]["error_subcode"]) == (100, 33)
    assert sandbox.published()["posts"][0]["deleted"] is True


def test_a_post_waits_for_its_hour(sandbox: Process, hartley: str) -> None:
    now = sandbox.control("GET", "clock")["now"]
    too_soon = post(
        sandbox, f"{HARTLEY_PAGE}/feed", hartley, message="x", published="false", scheduled_publish_time=int(now) + 60
    )
    planned = post(
        sandbox,
        f"{HARTLEY_PAGE}/feed",
        hartley,
        message="Later",
        published="false",
        scheduled_publish_time=int(now) + 3600,
    )

    assert too_soon.json()["error"]["code"] == 100
    assert planned.status_code == 200
    assert len(get(sandbox, f"{HARTLEY_PAGE}/scheduled_posts", hartley)["data"]) == 1
    assert sandbox.published()["count"] == 0
    sandbox.control("POST", "clock", move=3601)
    assert get(sandbox, f"{HARTLEY_PAGE}/published_posts", hartley)["data"][0]["message"] == "Later"


def test_wrong_calls_are_answered_as_the_network_would(sandbox: Process, hartley: str) -> None:
    user = facebook_user_token(sandbox)
    unknown_field = get(sandbox, HARTLEY_PAGE, hartley, fields="id,colour")["error"]
    person_token = post(sandbox, f"{HARTLEY_PAGE}/feed", user, message="x").json()["error"]
    other_page = post(sandbox, f"{LAMBERT_PAGE}/feed", hartley, message="x")
    empty = post(sandbox, f"{HARTLEY_PAGE}/feed", hartley).json()["error"]
    too_long = post(sandbox, f"{HARTLEY_PAGE}/feed", hartley, message="x" * 63_207).json()["error"]
    nonsense = get(sandbox, HARTLEY_PAGE, "nonsense")["error"]
    nobody = get(sandbox, "12345", hartley)["error"]

    assert (unknown_field["code"], "nonexisting field (colour)" in unknown_field["message"]) == (100, True)
    assert person_token["code"] == 1705
    assert (other_page.status_code, other_page.json()["error"]["code"]) == (403, 200)
    assert empty["code"] == too_long["code"] == 100
    assert (nonsense["code"], nonsense["type"]) == (190, "OAuthException")
    assert "error_subcode" not in nonsense
    assert nobody["error_subcode"] == 33
    assert nobody["fbtrace_id"].startswith("A")


def test_a_task_is_needed_besides_the_permission(sandbox: Process) -> None:
    museum = "102600000000103"
    marek = facebook_user_token(sandbox, person="10150000000000005", pages=[museum])

    answer = post(sandbox, f"{museum}/feed", page_token(sandbox, marek, museum), message="x")

    assert (answer.status_code, answer.json()["error"]["code"]) == (403, 200)


def test_the_page_s_budget_is_told_and_runs_out(sandbox: Process) -> None:
    corrie = "102600000000104"
    token = page_token(sandbox, facebook_user_token(sandbox, pages=[corrie]), corrie)
    answer = post(sandbox, f"{corrie}/feed", token, message="First")
    usage = json.loads(answer.headers["x-business-use-case-usage"])[corrie][0]
    assert usage == {
        "type": "pages",
        "call_count": 0,
        "total_cputime": 0,
        "total_time": 0,
        "estimated_time_to_regain_access": 0,
    }
    assert answer.headers["facebook-api-version"] == "v26.0"

    sandbox.fault("facebook.feed", "rate_limited", seconds=600)
    answer = post(sandbox, f"{corrie}/feed", token, message="Second")

    assert answer.json()["error"]["code"] == 80001
    usage = json.loads(answer.headers["x-business-use-case-usage"])[corrie][0]
    assert (usage["call_count"], usage["estimated_time_to_regain_access"]) == (100, 10)
