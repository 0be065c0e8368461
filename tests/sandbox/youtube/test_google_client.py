"""Google's own client against the twin, unchanged but for its base address; answers are held against its schemas."""

import io
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from importlib.resources import files
from typing import Any

import pytest

from tests.sandbox.conftest import JPEG, Process
from tests.sandbox.youtube.clients import HARTLEY, YouTube, film, metadata, processed

discovery = pytest.importorskip("googleapiclient.discovery")
http = pytest.importorskip("googleapiclient.http")
errors = pytest.importorskip("googleapiclient.errors")
credentials = pytest.importorskip("google.oauth2.credentials")
jsonschema = pytest.importorskip("jsonschema")

PLAYLIST = "PLhartleyandrye-from-the-oven-0001"


def document(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(
        (files("googleapiclient") / f"discovery_cache/documents/{name}.json").read_text()
    )
    return found


@contextmanager
def client(youtube: YouTube, name: str) -> Iterator[Any]:
    described = document(name)
    described["rootUrl"] = described["rootUrl"].replace("https://", f"{youtube.sandbox.base}/")
    described.pop("mtlsRootUrl", None)
    service = discovery.build_from_document(described, credentials=credentials.Credentials(token=youtube.token))
    yield service
    service.close()


@pytest.fixture
def data_api(youtube: YouTube) -> Iterator[Any]:
    with client(youtube, "youtube.v3") as service:
        yield service


def check(schema_name: str, answer: dict[str, Any], name: str = "youtube.v3") -> dict[str, Any]:
    """Hold an answer against Google's own description of it; nothing it does not name may stand in it."""
    wanted = {"$ref": f"#/definitions/{schema_name}", "definitions": _definitions(name)}
    jsonschema.Draft7Validator(wanted).validate(answer)
    return answer


@cache
def _definitions(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(json.dumps(document(name)["schemas"]), object_hook=_as_json_schema)
    return found


def _as_json_schema(node: dict[str, Any]) -> dict[str, Any]:
    if isinstance(node.get("$ref"), str):
        return {"$ref": f"#/definitions/{node['$ref']}"}
    if isinstance(node.get("properties"), dict) and node.get("type") == "object":
        node["additionalProperties"] = False
    if node.get("type") == "any":
        return {}
    for name in ("id", "required", "format", "default", "annotations", "deprecated", "enumDescriptions"):
        if not isinstance(node.get(name), dict):
            node.pop(name, None)
    return node


def test_it_uploads_in_parts(youtube: YouTube, data_api: Any) -> None:
    data = film(size=700_000)
    media = http.MediaIoBaseUpload(io.BytesIO(data), mimetype="video/mp4", chunksize=262_144, resumable=True)
    request = data_api.videos().insert(
        part="snippet,status", body=metadata(), media_body=media, notifySubscribers=False
    )

    steps, answer = 0, None
    while answer is None:
        _, answer = request.next_chunk()
        steps += 1

    assert steps == 3
    check("Video", answer)
    assert [each["id"] for each in youtube.sandbox.published(network="youtube")["posts"]] == [answer["id"]]


def test_it_goes_on_after_a_part_whose_answer_was_lost(youtube: YouTube, data_api: Any) -> None:
    data = film(size=700_000)
    media = http.MediaIoBaseUpload(io.BytesIO(data), mimetype="video/mp4", chunksize=262_144, resumable=True)
    request = data_api.videos().insert(part="snippet,status", body=metadata(), media_body=media)
    request.next_chunk()
    youtube.sandbox.fault("youtube.upload.put", "status", status=503, carried_out=True)
    with pytest.raises(errors.HttpError):
        request.next_chunk()

    answer = None
    while answer is None:
        _, answer = request.next_chunk()

    assert youtube.sandbox.published(network="youtube")["count"] == 1


def test_it_uploads_at_once(data_api: Any) -> None:
    media = http.MediaIoBaseUpload(io.BytesIO(film()), mimetype="video/mp4")

    answer = data_api.videos().insert(part="snippet,status", body=metadata("At once"), media_body=media).execute()

    assert check("Video", answer)["snippet"]["title"] == "At once"


def test_every_list_is_as_google_describes_it(youtube: YouTube, data_api: Any) -> None:
    video_id = youtube.upload()["id"]
    processed(youtube.sandbox)
    comment_id = youtube.sandbox.stranger("comment", network="youtube", on=video_id)["id"]
    in_list = {"snippet": {"playlistId": PLAYLIST, "resourceId": {"kind": "youtube#video", "videoId": video_id}}}
    said = {"snippet": {"videoId": video_id, "topLevelComment": {"snippet": {"textOriginal": "First"}}}}
    reply = {"snippet": {"parentId": comment_id, "textOriginal": "Until five."}}
    everything = "id,snippet,status,contentDetails,statistics,processingDetails,paidProductPlacementDetails"

    check("PlaylistItem", data_api.playlistItems().insert(part="snippet,status,contentDetails", body=in_list).execute())
    check("CommentThread", data_api.commentThreads().insert(part="snippet", body=said).execute())
    check("Comment", data_api.comments().insert(part="snippet", body=reply).execute())
    mine = data_api.channels().list(part="id,snippet,contentDetails,statistics,status", mine=True).execute()
    assert check("ChannelListResponse", mine)["items"][0]["id"] == HARTLEY
    lists: list[tuple[str, Callable[[], Any]]] = [
        ("VideoListResponse", lambda: data_api.videos().list(part=everything, id=video_id)),
        ("PlaylistListResponse", lambda: data_api.playlists().list(part="snippet,status,contentDetails", mine=True)),
        ("PlaylistItemListResponse",
         lambda: data_api.playlistItems().list(part="snippet,status,contentDetails", playlistId=PLAYLIST)),
        ("CommentThreadListResponse",
         lambda: data_api.commentThreads().list(part="snippet,replies", allThreadsRelatedToChannelId=HARTLEY)),
        ("CommentListResponse", lambda: data_api.comments().list(part="snippet", parentId=comment_id)),
        ("SearchListResponse", lambda: data_api.search().list(part="snippet", forMine=True, type="video")),
        ("VideoCategoryListResponse", lambda: data_api.videoCategories().list(part="snippet", regionCode="GB")),
        ("BatchGetStatsResponse",
         lambda: data_api.videos().batchGetStats(part="id,snippet,contentDetails,statistics", id=[video_id])),
    ]  # fmt: skip
    for schema, request in lists:
        assert check(schema, request().execute())["items"]


def test_it_changes_moderates_and_deletes(youtube: YouTube, data_api: Any) -> None:
    video_id = youtube.upload()["id"]
    processed(youtube.sandbox)
    comment_id = youtube.sandbox.stranger("comment", network="youtube", on=video_id)["id"]
    body = {"id": video_id, "snippet": {"title": "Rye, again", "categoryId": "22"}}
    picture = http.MediaIoBaseUpload(io.BytesIO(JPEG), mimetype="image/jpeg")

    check("Video", data_api.videos().update(part="snippet", body=body).execute())
    check("ThumbnailSetResponse", data_api.thumbnails().set(videoId=video_id, media_body=picture).execute())
    data_api.comments().setModerationStatus(id=comment_id, moderationStatus="rejected").execute()
    data_api.videos().delete(id=video_id).execute()

    assert data_api.videos().list(part="id", id=video_id).execute()["items"] == []


def test_its_errors_carry_the_reason(sandbox: Process, data_api: Any) -> None:
    with pytest.raises(errors.HttpError) as raised:
        data_api.videos().delete(id="gone").execute()

    assert raised.value.status_code == 404
    assert raised.value.error_details[0]["reason"] == "videoNotFound"


def test_reports_are_as_google_describes_them(youtube: YouTube) -> None:
    youtube.upload()
    days = {"startDate": "2026-11-01", "endDate": "2026-11-05"}

    with client(youtube, "youtubeAnalytics.v2") as service:
        asked = service.reports().query(ids="channel==MINE", metrics="views,likes", dimensions="day", **days)
        answer = asked.execute()

    check("QueryResponse", answer, "youtubeAnalytics.v2")
