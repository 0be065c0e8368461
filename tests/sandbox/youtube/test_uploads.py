"""Sessions, parts, and what becomes of a film."""

from pathlib import Path

import pytest

from tests.sandbox.conftest import Process, free_port
from tests.sandbox.youtube.clients import CHUNK, CORRIE, HARTLEY, YouTube, connect, film, metadata, processed, reason


def test_a_film_in_parts_exists_with_its_last_byte(youtube: YouTube) -> None:
    data = film(size=3 * CHUNK + 1000)
    session = youtube.begin(size=len(data)).headers["location"]

    first = youtube.put(session, data[:CHUNK], f"bytes 0-{CHUNK - 1}/{len(data)}")
    second = youtube.put(session, data[CHUNK : 3 * CHUNK], f"bytes {CHUNK}-{3 * CHUNK - 1}/{len(data)}")

    assert (first.status_code, first.headers["range"]) == (308, f"bytes=0-{CHUNK - 1}")
    assert (second.status_code, second.headers["range"]) == (308, f"bytes=0-{3 * CHUNK - 1}")
    assert youtube.sandbox.published(network="youtube")["count"] == 0
    last = youtube.put(session, data[3 * CHUNK :], f"bytes {3 * CHUNK}-{len(data) - 1}/{len(data)}")
    assert last.status_code == 200
    assert last.json()["status"]["uploadStatus"] == "uploaded"
    assert [each["id"] for each in youtube.sandbox.published(network="youtube")["posts"]] == [last.json()["id"]]


def test_a_session_says_how_far_it_is(youtube: YouTube) -> None:
    data = film(size=CHUNK + 10)
    session = youtube.begin(size=len(data)).headers["location"]

    nothing = youtube.put(session, content_range=f"bytes */{len(data)}")
    youtube.put(session, data[:CHUNK], f"bytes 0-{CHUNK - 1}/{len(data)}")
    some = youtube.put(session, content_range=f"bytes */{len(data)}")
    done = youtube.put(session, data[CHUNK:], f"bytes {CHUNK}-{len(data) - 1}/{len(data)}")
    again = youtube.put(session, content_range=f"bytes */{len(data)}")

    assert (nothing.status_code, nothing.headers.get("range")) == (308, None)
    assert (some.status_code, some.headers["range"]) == (308, f"bytes=0-{CHUNK - 1}")
    assert again.status_code == 200
    assert again.json()["id"] == done.json()["id"]


def test_a_part_that_is_sent_again_does_no_harm(youtube: YouTube) -> None:
    data = film(size=2 * CHUNK + 5)
    session = youtube.begin(size=len(data)).headers["location"]
    for _ in range(2):
        youtube.put(session, data[:CHUNK], f"bytes 0-{CHUNK - 1}/{len(data)}")

    answer = youtube.put(session, data[CHUNK:], f"bytes {CHUNK}-{len(data) - 1}/{len(data)}")

    assert answer.status_code == 200
    assert youtube.sandbox.published(network="youtube")["count"] == 1


def test_a_hole_is_told_and_an_odd_part_refused(youtube: YouTube) -> None:
    data = film(size=4 * CHUNK)
    session = youtube.begin(size=len(data)).headers["location"]

    hole = youtube.put(session, data[CHUNK : 2 * CHUNK], f"bytes {CHUNK}-{2 * CHUNK - 1}/{len(data)}")
    odd = youtube.put(session, data[:1000], f"bytes 0-999/{len(data)}")

    assert (hole.status_code, hole.headers.get("range")) == (308, None)
    assert odd.status_code == 400


def test_a_session_ends_by_time_and_by_cancelling(youtube: YouTube) -> None:
    session = youtube.begin(size=10).headers["location"]
    other = youtube.begin(size=10).headers["location"]

    cancelled = youtube.sandbox.session.delete(other, timeout=10)
    youtube.sandbox.control("POST", "clock", move=8 * 86_400)

    assert cancelled.status_code == 499
    bare = youtube.sandbox.session.put(session, headers={"Content-Range": "bytes */10"}, timeout=10)
    assert reason(bare) == (404, "uploadNotFound")
    youtube.sandbox.control("POST", "clock", move=-8 * 86_400)
    assert reason(youtube.put(other, content_range="bytes */10"))[0] == 404


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"snippet": {"title": "a" * 101}}, "invalidTitle"),
        ({"snippet": {"title": "<b>"}}, "invalidTitle"),
        ({"snippet": {"title": "T", "description": "é" * 2501}}, "invalidDescription"),
        ({"snippet": {"title": "T", "tags": ["two words"] * 50}}, "invalidTags"),
        ({"snippet": {"title": "T", "categoryId": "18"}}, "invalidCategoryId"),
        ({"status": {"privacyStatus": "public", "publishAt": "2030-01-01T00:00:00Z"}}, "invalidPublishAt"),
        ({"status": {"privacyStatus": "hidden"}}, "invalidVideoMetadata"),
    ],
)
def test_wrong_metadata_is_refused_before_any_byte(youtube: YouTube, change: dict[str, object], expected: str) -> None:
    assert reason(youtube.begin({**metadata(), **change}, size=10)) == (400, expected)


def test_without_a_word_about_privacy_a_film_is_public(youtube: YouTube) -> None:
    assert youtube.upload(body={"snippet": {"title": "T"}})["status"]["privacyStatus"] == "public"


def test_processing_takes_its_time(youtube: YouTube) -> None:
    youtube.sandbox.control("POST", "clock", frozen=True)
    video_id = youtube.upload()["id"]
    during = youtube.video(video_id)

    processed(youtube.sandbox)

    after = youtube.video(video_id)
    assert during["status"]["uploadStatus"] == "uploaded"
    assert during["processingDetails"]["processingStatus"] == "processing"
    assert after["status"]["uploadStatus"] == "processed"
    assert after["processingDetails"]["processingStatus"] == "succeeded"


def test_what_is_no_film_fails(youtube: YouTube) -> None:
    session = youtube.begin(size=500).headers["location"]
    video_id = youtube.put(session, b"x" * 500).json()["id"]
    processed(youtube.sandbox)

    status = youtube.video(video_id)["status"]
    assert (status["uploadStatus"], status["failureReason"]) == ("failed", "invalidFile")


def test_the_same_file_twice_is_rejected_afterwards(youtube: YouTube) -> None:
    first, second = youtube.upload()["id"], youtube.upload()["id"]
    processed(youtube.sandbox)

    assert youtube.video(first)["status"]["uploadStatus"] == "processed"
    status = youtube.video(second)["status"]
    assert (status["uploadStatus"], status["rejectionReason"]) == ("rejected", "duplicate")


def test_a_channel_without_a_telephone_number_has_a_quarter_of_an_hour(sandbox: Process) -> None:
    corrie = connect(sandbox, channel=CORRIE)
    video_id = corrie.upload(seconds=16 * 60)["id"]
    processed(sandbox)

    assert corrie.video(video_id)["status"]["rejectionReason"] == "length"


def test_a_scheduled_film_is_published_at_its_hour(youtube: YouTube) -> None:
    at = "2031-05-05T10:00:00Z"
    video_id = youtube.upload(body=metadata(privacyStatus="private", publishAt=at))["id"]
    processed(youtube.sandbox)
    before = youtube.video(video_id)["status"]

    youtube.sandbox.control("POST", "clock", set=1_935_741_700)

    fresh = connect(youtube.sandbox)
    after = fresh.video(video_id)["status"]
    assert (before["privacyStatus"], before["publishAt"]) == ("private", at)
    assert (after["privacyStatus"], after.get("publishAt")) == ("public", None)


def test_a_dead_token_does_not_go_on(youtube: YouTube) -> None:
    session = youtube.begin(size=500).headers["location"]
    youtube.sandbox.control("POST", "withdraw", network="youtube", account=HARTLEY)

    assert reason(youtube.put(session, b"x" * 500)) == (401, "authError")


def test_a_hundred_uploads_a_day_and_then_until_midnight_in_california(youtube: YouTube) -> None:
    for _ in range(100):
        assert youtube.begin(size=10).ok

    over = youtube.begin(size=10)

    assert reason(over) == (403, "quotaExceeded")
    assert youtube.call("GET", "channels", part="id", mine="true").ok
    youtube.sandbox.control("POST", "clock", move=86_400)
    assert connect(youtube.sandbox).begin(size=10).ok


def test_a_channel_has_a_cap_of_its_own(youtube: YouTube) -> None:
    for number in range(50):
        youtube.upload(f"film {number}", size=300)

    assert reason(youtube.begin(size=10)) == (400, "uploadLimitExceeded")


def test_an_upload_goes_on_after_the_sandbox_was_killed(tmp_path: Path) -> None:
    process = Process(free_port(), state=tmp_path)
    process.start()
    data = film(size=2 * CHUNK + 7)
    youtube = connect(process)
    session = youtube.begin(size=len(data)).headers["location"]
    youtube.put(session, data[:CHUNK], f"bytes 0-{CHUNK - 1}/{len(data)}")
    process.stop(kill=True)

    again = Process(process.port, state=tmp_path)
    again.start()

    youtube = YouTube(again, youtube.token)
    last = youtube.put(session, data[CHUNK:], f"bytes {CHUNK}-{len(data) - 1}/{len(data)}")
    again.stop()
    assert last.json()["status"]["uploadStatus"] == "uploaded"
