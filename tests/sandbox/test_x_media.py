"""Files on X: in parts, at once, slow, failed, described."""

import struct
from typing import Any

import pytest
import requests

from tests.sandbox.conftest import JPEG, MP4, PNG, Process

Headers = dict[str, str]


def initialize(sandbox: Process, headers: Headers, data: bytes, **more: Any) -> Any:
    body = {"media_type": "image/png", "media_category": "tweet_image", "total_bytes": len(data), **more}
    return sandbox.session.post(f"{sandbox.x}/2/media/upload/initialize", json=body, headers=headers, timeout=10)


def upload(sandbox: Process, headers: Headers, data: bytes, parts: int = 1, **more: Any) -> Any:
    """All steps; the answer to the last."""
    media_id = initialize(sandbox, headers, data, **more).json()["data"]["id"]
    size = -(-len(data) // parts)
    for index in reversed(range(parts)):
        answer = append(sandbox, headers, media_id, index, data[index * size : (index + 1) * size])
        assert answer.status_code == 200, answer.text
    return sandbox.session.post(f"{sandbox.x}/2/media/upload/{media_id}/finalize", headers=headers, timeout=10)


def append(sandbox: Process, headers: Headers, media_id: str, index: int, data: bytes) -> requests.Response:
    return sandbox.session.post(
        f"{sandbox.x}/2/media/upload/{media_id}/append",
        data={"segment_index": str(index)},
        files={"media": ("part", data, "application/octet-stream")},
        headers=headers,
        timeout=10,
    )


def status(sandbox: Process, headers: Headers, media_id: str) -> Any:
    query = {"command": "STATUS", "media_id": media_id}
    return sandbox.session.get(f"{sandbox.x}/2/media/upload", params=query, headers=headers, timeout=10).json()["data"]


def create(sandbox: Process, headers: Headers, *media_ids: str, text: str = "With a picture") -> requests.Response:
    body = {"text": text, "media": {"media_ids": list(media_ids)}}
    return sandbox.session.post(f"{sandbox.x}/2/tweets", json=body, headers=headers, timeout=10)


def test_a_picture_goes_up_in_parts_and_onto_a_post(sandbox: Process, x_headers: Headers) -> None:
    done = upload(sandbox, x_headers, PNG, parts=3).json()["data"]
    described = sandbox.session.post(
        f"{sandbox.x}/2/media/metadata",
        json={"id": done["id"], "metadata": {"alt_text": {"text": "A loaf"}}},
        headers=x_headers,
        timeout=10,
    )
    post = create(sandbox, x_headers, done["id"]).json()["data"]

    assert (done["size"], done["media_key"]) == (len(PNG), f"3_{done['id']}")
    assert "processing_info" not in done
    assert described.status_code == 200
    assert post["text"].startswith("With a picture https://t.co/")
    shown = sandbox.session.get(
        f"{sandbox.x}/2/tweets/{post['id']}",
        params={
            "tweet.fields": "entities",
            "expansions": "attachments.media_keys",
            "media.fields": "alt_text,url,width",
        },
        headers=x_headers,
        timeout=10,
    ).json()
    [media] = shown["includes"]["media"]
    assert (media["alt_text"], media["type"], media["width"]) == ("A loaf", "photo", 1)
    assert requests.get(media["url"], timeout=10).content == PNG
    assert shown["data"]["entities"]["urls"][-1]["media_key"] == done["media_key"]


def test_a_small_picture_goes_up_at_once(sandbox: Process, x_headers: Headers) -> None:
    answer = sandbox.session.post(
        f"{sandbox.x}/2/media/upload",
        data={"media_category": "tweet_image"},
        files={"media": ("a.jpg", JPEG, "image/jpeg")},
        headers=x_headers,
        timeout=10,
    )

    assert answer.json()["data"]["image"] == {"image_type": "image/jpeg", "w": 64, "h": 32}
    assert create(sandbox, x_headers, answer.json()["data"]["id"]).status_code == 201


def test_a_part_may_come_twice(sandbox: Process, x_headers: Headers) -> None:
    media_id = initialize(sandbox, x_headers, PNG).json()["data"]["id"]

    for _ in range(2):
        assert append(sandbox, x_headers, media_id, 0, PNG).status_code == 200

    assert sandbox.session.post(f"{sandbox.x}/2/media/upload/{media_id}/finalize", headers=x_headers, timeout=10).ok


def test_parts_that_do_not_add_up_are_refused(sandbox: Process, x_headers: Headers) -> None:
    media_id = initialize(sandbox, x_headers, PNG).json()["data"]["id"]
    append(sandbox, x_headers, media_id, 0, PNG[:-1])

    answer = sandbox.session.post(f"{sandbox.x}/2/media/upload/{media_id}/finalize", headers=x_headers, timeout=10)

    assert answer.status_code == 400


@pytest.mark.parametrize(
    "wrong",
    [
        {"media_category": "tweet_painting"},
        {"media_type": "image/svg+xml"},
        {"total_bytes": 0},
        {"total_bytes": 6 * 1024**2},
        {"colour": "red"},
    ],
)
def test_what_cannot_be_taken_is_refused_at_the_start(
    sandbox: Process, x_headers: Headers, wrong: dict[str, Any]
) -> None:
    assert initialize(sandbox, x_headers, PNG, **wrong).status_code == 400


def test_a_video_takes_its_time_and_cannot_be_posted_before(sandbox: Process, x_headers: Headers) -> None:
    sandbox.control("POST", "clock", frozen=True)
    done = upload(sandbox, x_headers, MP4, media_type="video/mp4", media_category="tweet_video").json()["data"]

    early = create(sandbox, x_headers, done["id"])
    sandbox.control("POST", "clock", move=1)
    half = status(sandbox, x_headers, done["id"])["processing_info"]
    sandbox.control("POST", "clock", move=2)
    ready = status(sandbox, x_headers, done["id"])["processing_info"]

    assert done["processing_info"] == {"state": "pending", "check_after_secs": 2, "progress_percent": 0}
    assert early.status_code == 400
    assert (half["state"], half["progress_percent"]) == ("in_progress", 50)
    assert ready["state"] == "succeeded"
    assert create(sandbox, x_headers, done["id"]).status_code == 201


def test_what_is_no_video_fails_in_processing(sandbox: Process, x_headers: Headers) -> None:
    done = upload(sandbox, x_headers, PNG, media_type="video/mp4", media_category="tweet_video").json()["data"]
    sandbox.control("POST", "clock", move=3)

    failed = status(sandbox, x_headers, done["id"])["processing_info"]

    assert (failed["state"], failed["error"]["name"]) == ("failed", "InvalidMedia")


@pytest.mark.parametrize(
    ("size", "frames", "state"),
    [((64, 48), 350, "succeeded"), ((64, 48), 351, "failed"), ((1281, 10), 2, "failed"), ((1280, 1080), 218, "failed")],
)
def test_a_gif_may_move_only_so_much(
    sandbox: Process, x_headers: Headers, size: tuple[int, int], frames: int, state: str
) -> None:
    data = b"GIF89a" + struct.pack("<HHBBB", *size, 0, 0, 0) + b"\x2c" + bytes(9) + b"\x02\x01\x44\x00"
    data += (b"\x21\xf9\x04" + bytes(5) + b"\x2c" + bytes(9) + b"\x02\x01\x44\x00") * (frames - 1) + b"\x3b"
    done = upload(sandbox, x_headers, data, media_type="image/gif", media_category="tweet_gif").json()["data"]
    sandbox.control("POST", "clock", move=3)

    assert done["media_key"] == f"16_{done['id']}"
    assert status(sandbox, x_headers, done["id"])["processing_info"]["state"] == state


def test_subtitles_stand_beside_a_film_by_language(sandbox: Process, x_headers: Headers) -> None:
    address = f"{sandbox.x}/2/media/subtitles"
    film = upload(sandbox, x_headers, MP4, media_type="video/mp4", media_category="tweet_video").json()["data"]["id"]
    words = b"1\n00:00:00,000 --> 00:00:02,000\nBread\n"
    track = upload(sandbox, x_headers, words, media_type="text/srt", media_category="subtitles").json()["data"]["id"]

    def put(**more: Any) -> requests.Response:
        told = {"id": track, "language_code": "EN", "display_name": "English", **more}
        body = {"id": film, "media_category": "TweetVideo", "subtitles": told}
        return sandbox.session.post(address, json=body, headers=x_headers, timeout=10)

    taken, wrong, no_track = put(), put(language_code="english"), put(id=film)
    gone = sandbox.session.delete(
        address,
        json={"id": film, "media_category": "TweetVideo", "language_code": "EN"},
        headers=x_headers,
        timeout=10,
    )

    assert taken.json()["data"]["associated_subtitles"]["id"] == track
    assert (wrong.status_code, no_track.status_code) == (400, 400)
    assert gone.json() == {"data": {"deleted": True}}


def test_slow_and_failing_files_on_request(sandbox: Process, x_headers: Headers) -> None:
    sandbox.fault("x.media.finalize", "slow_media", seconds=60)
    slow = upload(sandbox, x_headers, PNG).json()["data"]
    sandbox.fault("x.media.finalize", "media_failed")
    failing = upload(sandbox, x_headers, PNG).json()["data"]

    assert slow["processing_info"]["state"] == "pending"
    assert status(sandbox, x_headers, failing["id"])["processing_info"]["state"] == "failed"


def test_a_file_is_gone_after_a_day_and_is_nobody_else_s(sandbox: Process, x_headers: Headers) -> None:
    media_id = upload(sandbox, x_headers, PNG).json()["data"]["id"]
    other = sandbox.control("POST", "tokens", network="x", accounts=["fournillambert"])["tokens"][0]

    stolen = create(sandbox, {"Authorization": f"Bearer {other['access_token']}"}, media_id)
    fresh = sandbox.control("POST", "tokens", network="x", accounts=["hartleyandrye"])["tokens"][0]
    sandbox.control("POST", "clock", move=6000)
    assert (
        create(sandbox, {"Authorization": f"Bearer {fresh['access_token']}"}, media_id, text="In time").status_code
        == 201
    )
    sandbox.control("POST", "clock", move=86400)
    later = sandbox.control("POST", "tokens", network="x", accounts=["hartleyandrye"])["tokens"][0]
    gone = create(sandbox, {"Authorization": f"Bearer {later['access_token']}"}, media_id, text="Too late")

    assert stolen.status_code == 403
    assert gone.status_code == 400
