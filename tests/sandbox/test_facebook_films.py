"""Films on Facebook: uploads that are resumed, videos, reels, stories; portfolios, link buttons and figures."""

import json
import socket
import time
from typing import Any

import pytest
import requests

from tests import films
from tests.sandbox.conftest import (
    ENGAGING,
    FACEBOOK_APP,
    HARTLEY_PAGE,
    PNG,
    PUBLISHING,
    Process,
    facebook_user_token,
    page_token,
    publish_on_facebook,
)

FILM = films.film(seconds=12.5)


def graph(sandbox: Process, method: str, path: str, token: str, **params: Any) -> Any:
    headers, address = {"Authorization": f"Bearer {token}"}, f"{sandbox.graph}/{path}"
    if method == "POST":
        return requests.post(address, headers=headers, data=params, timeout=10).json()
    return requests.request(method, address, headers=headers, params=params, timeout=10).json()


def opened(sandbox: Process, token: str, size: int = len(FILM)) -> str:
    fields = {"file_name": "a.mp4", "file_length": size, "file_type": "video/mp4"}
    session: str = graph(sandbox, "POST", f"{FACEBOOK_APP[0]}/uploads", token, **fields)["id"]
    return session


def send(sandbox: Process, token: str, session: str, data: bytes, offset: int = 0) -> Any:
    headers = {"Authorization": f"OAuth {token}", "file_offset": str(offset)}
    return requests.post(f"{sandbox.graph}/{session}", data=data, headers=headers, timeout=10).json()


def created(sandbox: Process, token: str, **more: Any) -> str:
    handle = send(sandbox, token, opened(sandbox, token), FILM)["h"]
    made = graph(sandbox, "POST", f"{HARTLEY_PAGE}/videos", token, fbuploader_video_file_chunk=handle, **more)
    video: str = made["id"]
    return video


def reel(sandbox: Process, token: str, kind: str = "video_reels", film: bytes = FILM) -> str:
    """Started and uploaded."""
    started = graph(sandbox, "POST", f"{HARTLEY_PAGE}/{kind}", token, upload_phase="start")
    headers = {"Authorization": f"OAuth {token}", "offset": "0", "file_size": str(len(film))}
    assert requests.post(started["upload_url"], data=film, headers=headers, timeout=10).json() == {"success": True}
    video: str = started["video_id"]
    return video


def status(sandbox: Process, token: str, video: str) -> Any:
    return graph(sandbox, "GET", video, token, fields="status,post_id,permalink_url,published")


def test_an_upload_says_where_to_go_on(sandbox: Process, hartley: str) -> None:
    session = opened(sandbox, hartley)
    half = len(FILM) // 2

    first = send(sandbox, hartley, session, FILM[:half])
    wrong = send(sandbox, hartley, session, FILM[half:], offset=1)
    asked = graph(sandbox, "GET", session, hartley)
    rest = send(sandbox, hartley, session, FILM[half:], offset=half)

    assert "h" not in first
    assert wrong["error"]["code"] == 100
    assert asked["file_offset"] == half
    assert rest["h"]


def test_bytes_that_came_before_the_line_broke_are_kept(sandbox: Process, hartley: str) -> None:
    session = opened(sandbox, hartley, size=3_000_000)
    with socket.create_connection(("127.0.0.1", sandbox.port)) as line:
        head = f"POST /graph.facebook.com/v26.0/{session} HTTP/1.1\r\nHost: x\r\nAuthorization: OAuth {hartley}\r\n"
        line.sendall(f"{head}file_offset: 0\r\nContent-Length: 3000000\r\n\r\n".encode() + b"\0" * 1_000_000)
        time.sleep(0.2)

    deadline = time.monotonic() + 5
    while not (there := graph(sandbox, "GET", session, hartley)["file_offset"]) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert there == 1_000_000


def test_a_video_is_worked_on_and_then_stands_on_the_wall(sandbox: Process, hartley: str) -> None:
    sandbox.control("POST", "clock", frozen=True)
    video = created(sandbox, hartley, description="From the oven", title="Rye")

    before = status(sandbox, hartley, video)
    waiting = graph(sandbox, "GET", f"{HARTLEY_PAGE}/published_posts", hartley)["data"]
    sandbox.control("POST", "clock", move=3)
    after = status(sandbox, hartley, video)

    assert before["status"]["video_status"] == "processing"
    assert waiting == []
    assert after["status"]["video_status"] == "ready"
    assert after["status"]["publishing_phase"]["publish_status"] == "published"
    fields = "message,attachments{media_type,target{id}}"
    [post] = graph(sandbox, "GET", f"{HARTLEY_PAGE}/published_posts", hartley, fields=fields)["data"]
    assert post["id"].endswith(after["post_id"])
    assert post["message"] == "From the oven"
    [attached] = post["attachments"]["data"]
    assert (attached["media_type"], attached["target"]["id"]) == ("video", video)


def test_an_unpublished_video_is_put_on_the_wall_later(sandbox: Process, hartley: str) -> None:
    video = created(sandbox, hartley, published="false")
    early = graph(sandbox, "POST", video, hartley, published="true")
    sandbox.control("POST", "clock", move=3)

    done = graph(sandbox, "POST", video, hartley, published="true", description="From the oven")

    assert early["error"]["code"] == 100
    assert done == {"success": True}
    assert [post["text"] for post in sandbox.published(network="facebook")["posts"]] == ["From the oven"]
    assert graph(sandbox, "DELETE", video, hartley) == {"success": True}
    assert sandbox.published(network="facebook")["posts"][0]["deleted"]


def test_what_is_no_film_fails_in_processing(sandbox: Process, hartley: str) -> None:
    handle = send(sandbox, hartley, opened(sandbox, hartley, size=len(PNG)), PNG)["h"]
    video = graph(sandbox, "POST", f"{HARTLEY_PAGE}/videos", hartley, fbuploader_video_file_chunk=handle)["id"]
    sandbox.control("POST", "clock", move=3)

    shown = status(sandbox, hartley, video)["status"]

    assert shown["video_status"] == "error"
    assert shown["processing_phase"]["errors"]


def test_a_reel_goes_through_three_phases_and_is_published_once(sandbox: Process, hartley: str) -> None:
    video = reel(sandbox, hartley)
    finish = {"upload_phase": "finish", "video_id": video, "video_state": "PUBLISHED", "description": "Turning"}

    first = graph(sandbox, "POST", f"{HARTLEY_PAGE}/video_reels", hartley, **finish)
    again = graph(sandbox, "POST", f"{HARTLEY_PAGE}/video_reels", hartley, **finish)
    sandbox.control("POST", "clock", move=3)

    assert first == again
    assert first["success"]
    assert status(sandbox, hartley, video)["status"]["publishing_phase"]["publish_status"] == "published"
    assert sandbox.published(network="facebook")["count"] == 1
    assert [row["id"] for row in graph(sandbox, "GET", f"{HARTLEY_PAGE}/video_reels", hartley)["data"]] == [video]


@pytest.mark.parametrize(("kind", "seconds"), [("video_reels", 2), ("video_reels", 91), ("video_stories", 61)])
def test_a_film_of_the_wrong_length_is_refused_at_the_end(
    sandbox: Process, hartley: str, kind: str, seconds: int
) -> None:
    video = reel(sandbox, hartley, kind, films.film(seconds=seconds))

    answer = graph(sandbox, "POST", f"{HARTLEY_PAGE}/{kind}", hartley, upload_phase="finish", video_id=video)

    assert answer["error"]["error_subcode"] == 1363128
    assert sandbox.published()["count"] == 0


def test_stories_stand_on_no_wall_and_are_listed(sandbox: Process, hartley: str) -> None:
    photo = requests.post(
        f"{sandbox.graph}/{HARTLEY_PAGE}/photos",
        data={"published": "false", "access_token": hartley},
        files={"source": ("a.png", PNG)},
        timeout=10,
    ).json()["id"]
    still = graph(sandbox, "POST", f"{HARTLEY_PAGE}/photo_stories", hartley, photo_id=photo)
    again = graph(sandbox, "POST", f"{HARTLEY_PAGE}/photo_stories", hartley, photo_id=photo)
    video = reel(sandbox, hartley, "video_stories")
    moving = graph(sandbox, "POST", f"{HARTLEY_PAGE}/video_stories", hartley, upload_phase="finish", video_id=video)

    assert again["error"]["error_subcode"] == 1366051
    assert graph(sandbox, "GET", f"{HARTLEY_PAGE}/published_posts", hartley)["data"] == []
    listed = graph(sandbox, "GET", f"{HARTLEY_PAGE}/stories", hartley, status='["PUBLISHED"]')["data"]
    assert [(row["media_type"], row["media_id"]) for row in listed] == [("video", video), ("photo", photo)]
    assert [row["post_id"] for row in listed] == [each["post_id"].partition("_")[2] for each in (moving, still)]


def test_a_link_may_have_a_button(sandbox: Process, hartley: str) -> None:
    action = json.dumps({"type": "SHOP_NOW", "value": {"link": "https://bakery.example"}})
    wrong = json.dumps({"type": "BAKE"})

    made = graph(sandbox, "POST", f"{HARTLEY_PAGE}/feed", hartley, link="https://bakery.example", call_to_action=action)
    refused = graph(sandbox, "POST", f"{HARTLEY_PAGE}/feed", hartley, link="https://b.example", call_to_action=wrong)

    assert graph(sandbox, "GET", made["id"], hartley, fields="call_to_action")["call_to_action"] == {"type": "SHOP_NOW"}
    assert refused["error"]["code"] == 100


def test_a_portfolios_pages_need_a_permission_of_their_own(sandbox: Process) -> None:
    plain = facebook_user_token(sandbox, pages=[HARTLEY_PAGE])
    refused = graph(sandbox, "GET", "me/businesses", plain)
    managing = facebook_user_token(sandbox, pages=[HARTLEY_PAGE], scopes=f"{PUBLISHING},business_management")

    agency = graph(sandbox, "GET", "me/businesses", managing)["data"][0]["id"]
    clients = graph(sandbox, "GET", f"{agency}/client_pages", managing, fields="id,name,access_token,tasks")["data"]

    assert refused["error"]["code"] == 200
    assert {row["name"] for row in clients} == {"Corrie Cycles", "Hartley & Rye Kitchen"}
    posted = publish_on_facebook(sandbox, clients[0]["access_token"], page=clients[0]["id"])
    assert posted.startswith(clients[0]["id"])


def test_one_dead_metric_kills_the_whole_call(sandbox: Process) -> None:
    user = facebook_user_token(sandbox, scopes=f"{ENGAGING},read_insights")
    token = page_token(sandbox, user)
    post = publish_on_facebook(sandbox, token)
    sandbox.stranger("like", network="facebook", on=post)
    sandbox.control("POST", "clock", move=3 * 86_400)
    token = page_token(sandbox, facebook_user_token(sandbox, scopes=f"{ENGAGING},read_insights"))

    good = graph(sandbox, "GET", f"{HARTLEY_PAGE}/insights", token, metric="page_media_view,page_follows", period="day")
    bad = graph(sandbox, "GET", f"{HARTLEY_PAGE}/insights", token, metric="page_media_view,page_fans", period="day")
    of_post = graph(sandbox, "GET", f"{post}/insights", token, metric="post_media_view,post_reactions_by_type_total")

    assert [row["name"] for row in good["data"]] == ["page_media_view", "page_follows"]
    assert all(value["end_time"].endswith(("T07:00:00+0000", "T08:00:00+0000")) for value in good["data"][0]["values"])
    assert bad["error"]["message"] == "(#100) The value must be a valid insights metric"
    assert of_post["data"][0]["values"][0]["value"] > 0
    assert of_post["data"][1]["values"] == [{"value": {"like": 1}}]


def test_figures_want_their_own_permission(sandbox: Process, hartley: str) -> None:
    assert graph(sandbox, "GET", f"{HARTLEY_PAGE}/insights", hartley, metric="page_follows")["error"]["code"] == 200
