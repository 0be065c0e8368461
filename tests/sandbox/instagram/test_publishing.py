"""Containers, their states, and what becomes of them."""

import json
import socket
import time
from urllib.parse import urlsplit

import pytest
import requests

from tests import films
from tests.sandbox.conftest import MUSEUM_PAGE, Process, facebook_user_token, page_token
from tests.sandbox.instagram.conftest import HARTLEY, LAMBERT, SCOPES, Instagram, jpeg

DAY = 24 * 3600


def test_the_accounts_hang_on_the_pages_that_were_ticked(sandbox: Process, instagram: Instagram) -> None:
    person = facebook_user_token(sandbox, scopes=SCOPES)
    asked = "id,instagram_business_account{id,username,followers_count,profile_picture_url}"
    listed = requests.get(
        f"{sandbox.graph}/me/accounts", params={"fields": asked, "access_token": person}, timeout=10
    ).json()["data"]

    assert [row["instagram_business_account"]["id"] for row in listed] == [HARTLEY, LAMBERT]
    assert instagram.get(HARTLEY, fields="username,media_count") == {
        "username": "hartleyandrye",
        "media_count": 0,
        "id": HARTLEY,
    }
    assert instagram.error("GET", LAMBERT, fields="username") == (100, 33)  # another page's token


def test_without_the_permission_a_page_shows_no_account(sandbox: Process) -> None:
    token = facebook_user_token(sandbox, scopes="pages_show_list,pages_read_engagement")
    listed = requests.get(
        f"{sandbox.graph}/me/accounts",
        params={"fields": "id,instagram_business_account", "access_token": token},
        timeout=10,
    ).json()["data"]

    assert all("instagram_business_account" not in row for row in listed)


def test_a_picture_is_published_by_way_of_a_container(instagram: Instagram) -> None:
    container = instagram.container(image_url=instagram.image(), caption="Rye is back #bread", alt_text="A loaf")

    before = instagram.get(container, fields="status_code,status")
    medium = instagram.post(f"{HARTLEY}/media_publish", creation_id=container)["id"]
    shown = instagram.get(medium, fields="caption,media_type,media_product_type,alt_text,permalink,shortcode,username")

    assert before["status_code"] == "FINISHED"
    assert before["status"].startswith("Finished")
    assert instagram.status(container) == "PUBLISHED"
    assert (shown["caption"], shown["media_type"], shown["media_product_type"], shown["alt_text"]) == (
        "Rye is back #bread",
        "IMAGE",
        "FEED",
        "A loaf",
    )
    assert shown["shortcode"] in shown["permalink"]
    wall = requests.get(shown["permalink"], timeout=10)
    assert wall.ok
    assert "Rye is back #bread" in wall.text
    [published] = instagram.sandbox.published(network="instagram")["posts"]
    assert (published["id"], published["text"], published["media"]) == (medium, "Rye is back #bread", 1)


def test_a_container_is_published_once(instagram: Instagram) -> None:
    container = instagram.container(image_url=instagram.image())
    instagram.post(f"{HARTLEY}/media_publish", creation_id=container)

    assert instagram.error("POST", f"{HARTLEY}/media_publish", creation_id=container) == (24, 2207008)
    assert instagram.error("POST", f"{HARTLEY}/media_publish", creation_id="17900000000000000") == (24, 2207008)
    assert instagram.sandbox.published(network="instagram")["count"] == 1


def test_a_container_is_good_for_a_day(instagram: Instagram) -> None:
    container = instagram.container(image_url=instagram.image())

    instagram.sandbox.control("POST", "clock", move=DAY + 1)

    assert instagram.status(container) == "EXPIRED"
    assert instagram.error("POST", f"{HARTLEY}/media_publish", creation_id=container) == (24, 2207008)
    instagram.sandbox.control("POST", "clock", real=True)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (jpeg(400, 900), (36003, 2207009)),
        (jpeg(1000, 400), (36003, 2207009)),
        (b"GIF89a" + bytes(40), (36001, 2207005)),
        (jpeg() + bytes(9 * 1024 * 1024), (36000, 2207004)),
    ],
)
def test_a_picture_of_no_use_is_refused_at_once(
    instagram: Instagram, content: bytes, expected: tuple[int, int]
) -> None:
    assert instagram.error("POST", f"{HARTLEY}/media", image_url=instagram.image("x", content)) == expected


@pytest.mark.parametrize("name", ["nothing-here.jpg", "away/loaf.jpg"])
def test_an_address_without_the_file_itself_is_refused(instagram: Instagram, name: str) -> None:
    instagram.image("loaf.jpg")

    assert instagram.error("POST", f"{HARTLEY}/media", image_url=f"{instagram.shelf.origin}/{name}") == (9004, 2207052)
    assert instagram.error("POST", f"{HARTLEY}/media", image_url="http://elsewhere.example/a.jpg") == (9004, 2207052)


def test_a_film_is_fetched_and_looked_through_behind_the_answer(instagram: Instagram) -> None:
    instagram.sandbox.control("POST", "settings", instagram_film_seconds=600)
    container = instagram.container(media_type="REELS", video_url=instagram.film(), caption="The oven")

    assert instagram.status(container) == "IN_PROGRESS"
    assert instagram.error("POST", f"{HARTLEY}/media_publish", creation_id=container) == (9007, 2207027)
    while not instagram.shelf.asked:
        time.sleep(0.05)
    time.sleep(0.3)
    instagram.sandbox.control("POST", "clock", move=700)
    assert instagram.finished(container) == "FINISHED"
    medium = instagram.post(f"{HARTLEY}/media_publish", creation_id=container)["id"]
    assert instagram.get(medium, fields="media_type,media_product_type") == {
        "media_type": "VIDEO",
        "media_product_type": "REELS",
        "id": medium,
    }
    instagram.sandbox.control("POST", "clock", real=True)


def test_what_is_wrong_with_a_film_stands_in_the_status(instagram: Instagram) -> None:
    spoilt = instagram.container(media_type="REELS", video_url=instagram.film("x.mp4", b"no film at all"))
    missing = instagram.container(media_type="REELS", video_url=f"{instagram.shelf.origin}/missing.mp4")

    assert [instagram.finished(each) for each in (spoilt, missing)] == ["ERROR", "ERROR"]
    assert "2207026" in instagram.get(spoilt, fields="status")["status"]
    assert "2207052" in instagram.get(missing, fields="status")["status"]


def test_faults_can_slow_and_spoil_a_file(instagram: Instagram) -> None:
    instagram.sandbox.fault("instagram.container", "slow_media", seconds=3600)
    slow = instagram.container(image_url=instagram.image())
    instagram.sandbox.fault("instagram.container", "media_failed")
    spoilt = instagram.container(media_type="REELS", video_url=instagram.film())

    assert instagram.status(slow) == "IN_PROGRESS"
    assert instagram.finished(spoilt) == "ERROR"


def test_a_carousel_takes_items_that_are_ready(instagram: Instagram) -> None:
    items = [
        instagram.container(image_url=instagram.image(), is_carousel_item="true", alt_text="First"),
        instagram.container(media_type="VIDEO", video_url=instagram.film(), is_carousel_item="true"),
    ]
    assert [instagram.finished(each) for each in items] == ["FINISHED", "FINISHED"]

    medium = instagram.publish(media_type="CAROUSEL", children=",".join(items), caption="Both")
    shown = instagram.get(medium, fields="media_type,children{media_type,alt_text}")

    assert shown["media_type"] == "CAROUSEL_ALBUM"
    assert [each["media_type"] for each in shown["children"]["data"]] == ["IMAGE", "VIDEO"]
    assert [post["media"] for post in instagram.sandbox.published(network="instagram")["posts"]] == [2]
    alone = {"media_type": "CAROUSEL", "children": items[0]}
    assert instagram.error("POST", f"{HARTLEY}/media", **alone) == (100, 2207028)
    whole = instagram.container(image_url=instagram.image())
    assert instagram.error("POST", f"{HARTLEY}/media", media_type="CAROUSEL", children=f"{items[0]},{whole}") == (
        100,
        2207028,
    )


def test_a_story_is_gone_after_a_day(instagram: Instagram) -> None:
    medium = instagram.publish(media_type="STORIES", image_url=instagram.image("s.jpg", jpeg(540, 960)), caption="No")

    assert [row["id"] for row in instagram.get(f"{HARTLEY}/stories")["data"]] == [medium]
    assert instagram.get(f"{HARTLEY}/media")["data"] == []
    assert "caption" not in instagram.get(medium, fields="caption")
    instagram.sandbox.control("POST", "clock", move=DAY + 1)
    assert instagram.get(f"{HARTLEY}/stories")["data"] == []
    assert instagram.error("GET", medium) == (100, 33)
    instagram.sandbox.control("POST", "clock", real=True)


def upload(uri: str, token: str, content: bytes, *, offset: int = 0, size: int | None = None) -> requests.Response:
    headers = {
        "Authorization": f"OAuth {token}",
        "offset": str(offset),
        "file_size": str(len(content) if size is None else size),
        "Content-Type": "application/octet-stream",
    }
    return requests.post(uri, data=content, headers=headers, timeout=10)


def test_bytes_go_to_the_upload_host_and_go_on_where_they_stopped(instagram: Instagram) -> None:
    content = films.film(payload=b"crumb" * 4000)
    made = instagram.post(f"{HARTLEY}/media", media_type="REELS", upload_type="resumable", caption="Bytes")

    half = upload(made["uri"], instagram.token, content[:9000], size=len(content))
    there = instagram.get(made["id"], fields="video_status")["video_status"]["uploading_phase"]["bytes_transferred"]
    wrong = upload(made["uri"], instagram.token, content, size=len(content))
    rest = upload(made["uri"], instagram.token, content[there:], offset=there, size=len(content))

    assert half.json()["debug_info"]["retriable"]
    assert there == 9000
    assert wrong.status_code == 400
    assert rest.json() == {"success": True, "message": "Upload successful."}
    assert instagram.finished(made["id"]) == "FINISHED"
    assert "id" in instagram.post(f"{HARTLEY}/media_publish", creation_id=made["id"])


def test_what_came_before_somebody_hung_up_is_kept(instagram: Instagram) -> None:
    content = films.film(payload=b"crumb" * 200_000)
    made = instagram.post(f"{HARTLEY}/media", media_type="REELS", upload_type="resumable")
    head = f"POST {urlsplit(made['uri']).path} HTTP/1.1\r\nHost: 127.0.0.1:{instagram.sandbox.port}\r\n"
    head += f"Authorization: OAuth {instagram.token}\r\noffset: 0\r\nfile_size: {len(content)}\r\n"
    head += f"Content-Length: {len(content)}\r\n\r\n"

    with socket.create_connection(("127.0.0.1", instagram.sandbox.port)) as connection:
        connection.sendall(head.encode() + content[:600_000])
        time.sleep(0.3)
    for _ in range(100):
        phase = instagram.get(made["id"], fields="video_status")["video_status"]["uploading_phase"]
        if there := phase["bytes_transferred"]:
            break
        time.sleep(0.05)
    rest = upload(made["uri"], instagram.token, content[there:], offset=there, size=len(content))

    assert 0 < there <= 600_000
    assert rest.json()["success"]
    assert instagram.finished(made["id"]) == "FINISHED"


@pytest.mark.parametrize(("media_type", "seconds"), [("REELS", 1), ("REELS", 1000), ("STORIES", 90)])
def test_a_film_too_short_or_too_long_is_refused(instagram: Instagram, media_type: str, seconds: int) -> None:
    film = instagram.film("x.mp4", films.film(seconds=seconds))

    assert instagram.finished(instagram.container(media_type=media_type, video_url=film)) == "ERROR"


def test_the_upload_host_takes_an_address_too_and_no_stranger(instagram: Instagram) -> None:
    made = instagram.post(f"{HARTLEY}/media", media_type="REELS", upload_type="resumable")
    headers = {"Authorization": f"OAuth {instagram.token}", "file_url": instagram.film()}

    museum = facebook_user_token(instagram.sandbox, person="10150000000000003", pages=[MUSEUM_PAGE], scopes=SCOPES)
    stranger = upload(made["uri"], page_token(instagram.sandbox, museum, MUSEUM_PAGE), films.film())
    taken = requests.post(made["uri"], headers=headers, timeout=10)

    assert stranger.json()["debug_info"]["message"] == "unauthorized user request"
    assert taken.json()["success"]
    assert instagram.finished(made["id"]) == "FINISHED"


def test_a_hundred_posts_a_day_and_no_more(instagram: Instagram) -> None:
    containers = [instagram.container(image_url=instagram.image()) for _ in range(101)]
    for each in containers[:100]:
        assert "id" in instagram.post(f"{HARTLEY}/media_publish", creation_id=each)

    usage = instagram.get(f"{HARTLEY}/content_publishing_limit", fields="quota_usage,config")["data"]

    assert usage == [{"quota_usage": 100, "config": {"quota_total": 100, "quota_duration": 86400}}]
    assert instagram.error("POST", f"{HARTLEY}/media_publish", creation_id=containers[100]) == (9, 2207042)


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        ({"caption": "x" * 2201}, (36004, 2207010)),
        ({"caption": "#a " * 31}, (36004, 2207010)),
        ({"caption": "@a " * 21}, (100, 2207040)),
        ({"collaborators": json.dumps(["a", "b", "c", "d"])}, (100, None)),
        ({"media_type": "VIDEO"}, (100, 2207023)),
        ({"media_type": "PAINTING"}, (100, 2207023)),
        ({"media_type": "REELS"}, (100, None)),
        ({"location_id": "Bristol"}, (100, None)),
        ({"user_tags": "[1]"}, (100, None)),
    ],
)
def test_what_the_guide_forbids_is_refused(
    instagram: Instagram, params: dict[str, str], expected: tuple[int, int | None]
) -> None:
    assert instagram.error("POST", f"{HARTLEY}/media", image_url=instagram.image(), **params) == expected


def test_who_may_not_publish_is_told_so(sandbox: Process, instagram: Instagram) -> None:
    marek = facebook_user_token(sandbox, person="10150000000000005", pages=[MUSEUM_PAGE], scopes=SCOPES)
    reader = Instagram(sandbox, page_token(sandbox, marek, MUSEUM_PAGE), instagram.shelf)
    ruth = "10150000000000002"
    poorer = facebook_user_token(sandbox, person=ruth, scopes="pages_show_list,pages_read_engagement,instagram_basic")
    silent = Instagram(sandbox, page_token(sandbox, poorer), instagram.shelf)

    assert reader.error("POST", "17841400000000103/media", image_url=instagram.image()) == (10, None)
    assert silent.error("POST", f"{HARTLEY}/media", image_url=instagram.image()) == (10, None)


def test_comments_can_be_turned_off_and_a_medium_deleted(instagram: Instagram) -> None:
    medium = instagram.publish()

    assert instagram.post(medium, comment_enabled="false") == {"success": True}
    assert instagram.get(medium, fields="is_comment_enabled")["is_comment_enabled"] is False
    assert instagram.error("POST", f"{medium}/comments", message="First") == (10, None)
    assert instagram.call("DELETE", medium).json() == {"success": True}
    assert instagram.error("GET", medium) == (100, 33)


def test_every_answer_says_how_much_of_the_day_is_used(instagram: Instagram) -> None:
    answer = instagram.call("GET", HARTLEY, fields="username")

    [usage] = json.loads(answer.headers["x-business-use-case-usage"])[HARTLEY]
    assert usage["type"] == "instagram"
    instagram.sandbox.fault("instagram.read", "rate_limited", seconds=600)
    refused = instagram.call("GET", HARTLEY, fields="username")
    assert refused.json()["error"]["code"] == 80002
    [usage] = json.loads(refused.headers["x-business-use-case-usage"])[HARTLEY]
    assert usage["estimated_time_to_regain_access"] == 10
