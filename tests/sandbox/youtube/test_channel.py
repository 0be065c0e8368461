"""Channels, playlists, thumbnails, changing and deleting films, figures, and the hub."""

import hashlib
import hmac
from typing import Any

import pytest
import requests

from tests.sandbox.conftest import JPEG, Process
from tests.sandbox.receiver import VERIFY_TOKEN, Receiver
from tests.sandbox.youtube.clients import CORRIE, HARTLEY, MAREK, YouTube, connect, metadata, processed, reason

ANALYTICS = "youtubeanalytics.googleapis.com/v2/reports"
PLAYLIST = "PLhartleyandrye-from-the-oven-0001"


def test_a_grant_is_for_the_channel_that_was_chosen(sandbox: Process) -> None:
    for channel in (HARTLEY, CORRIE):
        found = connect(sandbox, channel=channel).get("channels", part="id,snippet,contentDetails", mine="true")

        assert [each["id"] for each in found["items"]] == [channel]
        assert found["items"][0]["contentDetails"]["relatedPlaylists"]["uploads"] == f"UU{channel[2:]}"


def test_somebody_without_a_channel_gets_a_list_without_items(sandbox: Process) -> None:
    marek = connect(sandbox, person=MAREK, channel="")

    found = marek.get("channels", part="id", mine="true")

    assert "items" not in found
    assert found["pageInfo"]["totalResults"] == 0
    assert reason(marek.begin(size=10)) == (401, "youtubeSignupRequired")


def test_a_part_that_is_named_is_replaced_as_a_whole(youtube: YouTube) -> None:
    video_id = youtube.upload()["id"]
    body = {"id": video_id, "snippet": {"title": "Rye, again", "categoryId": "26"}}

    changed = youtube.call("PUT", "videos", body, part="snippet").json()

    assert (changed["snippet"]["title"], changed["snippet"]["description"]) == ("Rye, again", "")
    assert youtube.video(video_id)["status"]["privacyStatus"] == "public"
    incomplete = {"id": video_id, "snippet": {"title": "No category"}}
    assert reason(youtube.call("PUT", "videos", incomplete, part="snippet")) == (400, "invalidCategoryId")


def test_a_deleted_film_is_gone(youtube: YouTube) -> None:
    video_id = youtube.upload()["id"]

    assert youtube.call("DELETE", "videos", id=video_id).status_code == 204
    assert reason(youtube.call("DELETE", "videos", id=video_id)) == (404, "videoNotFound")
    assert youtube.get("videos", part="id", id=video_id)["items"] == []


def test_the_uploads_have_private_films_too_for_their_owner(sandbox: Process, youtube: YouTube) -> None:
    video_id = youtube.upload(body=metadata(privacyStatus="private"))["id"]
    query = {"part": "snippet,contentDetails,status", "playlistId": f"UU{HARTLEY[2:]}"}

    [mine] = youtube.get("playlistItems", **query)["items"]

    assert mine["contentDetails"]["videoId"] == video_id
    assert mine["status"]["privacyStatus"] == "private"
    assert connect(sandbox, channel=CORRIE).get("playlistItems", **query)["items"] == []


def test_a_film_can_stand_twice_in_a_playlist(youtube: YouTube) -> None:
    video_id = youtube.upload()["id"]
    body = {"snippet": {"playlistId": PLAYLIST, "resourceId": {"kind": "youtube#video", "videoId": video_id}}}

    for _ in range(2):
        assert youtube.call("POST", "playlistItems", body, part="snippet").ok

    found = youtube.get("playlistItems", part="snippet", playlistId=PLAYLIST, videoId=video_id)
    assert [each["snippet"]["position"] for each in found["items"]] == [0, 1]


def thumbnail(youtube: YouTube, video_id: str, data: bytes = JPEG) -> requests.Response:
    return requests.post(
        f"{youtube.sandbox.base}/www.googleapis.com/upload/youtube/v3/thumbnails/set",
        params={"videoId": video_id, "uploadType": "media"},
        data=data,
        headers={**youtube.headers, "Content-Type": "image/jpeg"},
        timeout=10,
    )


def test_a_thumbnail_needs_a_telephone_number_and_a_picture(sandbox: Process, youtube: YouTube) -> None:
    video_id = youtube.upload()["id"]
    corrie = connect(sandbox, channel=CORRIE)

    assert thumbnail(youtube, video_id).json()["items"][0]["maxres"]["width"] == 1280
    assert reason(thumbnail(youtube, video_id, b"no picture")) == (400, "invalidImage")
    assert reason(thumbnail(corrie, corrie.upload("other")["id"])) == (403, "forbidden")


def test_categories_say_which_may_be_chosen(youtube: YouTube) -> None:
    found = youtube.get("videoCategories", part="snippet", regionCode="GB")["items"]

    assignable = {each["id"]: each["snippet"]["assignable"] for each in found}
    assert (assignable["22"], assignable["18"]) == (True, False)


def test_search_finds_own_films_only_with_for_mine(sandbox: Process, youtube: YouTube) -> None:
    video_id = youtube.upload(body=metadata("Rye, secretly", privacyStatus="private"))["id"]

    mine = youtube.get("search", part="snippet", forMine="true", type="video", q="secretly")["items"]
    anybody = connect(sandbox, channel=CORRIE).get("search", part="snippet", type="video", q="secretly")["items"]

    assert [each["id"]["videoId"] for each in mine] == [video_id]
    assert anybody == []


def test_figures_are_texts_and_likes_can_be_hidden(youtube: YouTube) -> None:
    shown = youtube.upload()["id"]
    hidden = youtube.upload("other", body=metadata(publicStatsViewable=False))["id"]
    processed(youtube.sandbox)
    youtube.sandbox.stranger("like", network="youtube", on=shown)
    youtube.sandbox.control("POST", "clock", move=2400)

    found = youtube.get("videos", part="statistics", id=f"{shown},{hidden}")["items"]
    batch = youtube.get("videos:batchGetStats", part="id,statistics", id=[shown, hidden])["items"]

    assert found[0]["statistics"]["likeCount"] == "1"
    assert "likeCount" not in found[1]["statistics"]
    assert batch[0]["statistics"]["viewCount"] == found[0]["statistics"]["viewCount"]


def report(youtube: YouTube, **query: Any) -> requests.Response:
    query = {"ids": "channel==MINE", "metrics": "views,likes", **query}
    return requests.get(f"{youtube.sandbox.base}/{ANALYTICS}", params=query, headers=youtube.headers, timeout=10)


def test_reports_lag_and_know_their_metrics(youtube: YouTube) -> None:
    youtube.sandbox.control("POST", "clock", set=1_795_000_000)  # 2026-11-18
    youtube = connect(youtube.sandbox)
    video_id = youtube.upload()["id"]
    processed(youtube.sandbox)
    youtube.sandbox.control("POST", "clock", move=6 * 86_400)
    youtube = connect(youtube.sandbox)
    days = {"startDate": "2026-11-16", "endDate": "2026-11-24"}

    by_day = report(youtube, dimensions="day", filters=f"video=={video_id}", sort="day", **days).json()

    assert [each["name"] for each in by_day["columnHeaders"]] == ["day", "views", "likes"]
    assert by_day["rows"][0][:2] == ["2026-11-16", 0]
    assert by_day["rows"][-1][0] == "2026-11-22"
    assert by_day["rows"][-1][1] > 0
    assert reason(report(youtube, metrics="cards", **days)) == (400, "badRequest")
    assert reason(report(youtube, dimensions="video", **days)) == (400, "badRequest")
    top = report(youtube, dimensions="video", sort="-views", maxResults="10", **days).json()
    assert [row[0] for row in top["rows"]] == [video_id]
    assert "rows" not in report(youtube, startDate="2030-01-01", endDate="2030-01-02").json()


SECRET = "between us"
TOPIC = f"https://www.youtube.com/xml/feeds/videos.xml?channel_id={HARTLEY}"


def subscribe(sandbox: Process, url: str, **more: str) -> requests.Response:
    form = {
        "hub.mode": "subscribe",
        "hub.callback": url,
        "hub.topic": TOPIC,
        "hub.verify": "sync",
        "hub.secret": SECRET,
        "hub.lease_seconds": "432000",
        **more,
    }
    return requests.post(f"{sandbox.base}/pubsubhubbub.appspot.com/subscribe", data=form, timeout=10)


def agreeing(receiver: Receiver) -> str:
    """A callback that answers challenges."""
    return f"{receiver.url}?hub.verify_token={VERIFY_TOKEN}"


@pytest.fixture
def told(sandbox: Process, receiver: Receiver) -> Receiver:
    sandbox.control("POST", "webhooks", connections=1)
    assert subscribe(sandbox, agreeing(receiver)).status_code == 204
    return receiver


def test_the_hub_tells_of_new_changed_and_vanished_films(youtube: YouTube, told: Receiver) -> None:
    video_id = youtube.upload()["id"]
    processed(youtube.sandbox)
    youtube.get("channels", part="id", mine="true")
    body = {"id": video_id, "snippet": {"title": "Rye & co", "categoryId": "22"}}
    youtube.call("PUT", "videos", body, part="snippet")
    youtube.call("DELETE", "videos", id=video_id)

    youtube.sandbox.control("POST", "webhooks/drain", seconds=5)

    new, changed, gone = told.arrived
    assert f"<yt:videoId>{video_id}</yt:videoId>" in new.body.decode()
    assert "<title>Rye &amp; co</title>" in changed.body.decode()
    assert f'<at:deleted-entry ref="yt:video:{video_id}"' in gone.body.decode()
    assert "yt:channelId" not in gone.body.decode()
    for each in told.arrived:
        signature = hmac.new(SECRET.encode(), each.body, hashlib.sha1).hexdigest()
        assert each.headers["x-hub-signature"] == f"sha1={signature}"


def test_a_private_film_is_told_of_nobody(youtube: YouTube, told: Receiver) -> None:
    video_id = youtube.upload(body=metadata(privacyStatus="private"))["id"]
    processed(youtube.sandbox)
    youtube.get("channels", part="id", mine="true")
    youtube.sandbox.control("POST", "webhooks/drain", seconds=5)
    silent = len(told.arrived)

    youtube.call("PUT", "videos", {"id": video_id, "status": {"privacyStatus": "public"}}, part="status")
    youtube.get("channels", part="id", mine="true")

    youtube.sandbox.control("POST", "webhooks/drain", seconds=5)
    assert (silent, len(told.arrived)) == (0, 1)


def test_a_callback_that_does_not_agree_is_not_subscribed(sandbox: Process, receiver: Receiver) -> None:
    receiver.trusted = False

    assert subscribe(sandbox, agreeing(receiver)).status_code == 409
    assert subscribe(sandbox, agreeing(receiver), **{"hub.topic": "https://example.org"}).status_code == 400
    assert sandbox.control("GET", "webhooks")["targets"]["youtube"]["subscriptions"] == []


def test_a_lease_ends(youtube: YouTube, told: Receiver) -> None:
    youtube.sandbox.control("POST", "clock", move=6 * 86_400)
    connect(youtube.sandbox).upload()
    processed(youtube.sandbox)

    youtube.sandbox.control("POST", "webhooks/drain", seconds=5)

    assert told.arrived == []
