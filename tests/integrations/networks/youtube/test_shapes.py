"""Documented shapes of YouTube's JSON, whole, bare, with nulls and with what is not known yet: all of them are read."""

from datetime import UTC, datetime
from typing import Any

import pytest

from integrations.contract import Form
from integrations.networks.youtube import mapping, messages

ME = "UCme"
COMMENT: dict[str, Any] = {
    "kind": "youtube#comment",
    "id": "Ugx1",
    "snippet": {
        "authorDisplayName": "@ana",
        "authorProfileImageUrl": "https://yt3.example/ana.jpg",
        "authorChannelUrl": "http://www.youtube.com/@ana",
        "authorChannelId": {"value": "UC2"},
        "channelId": ME,
        "videoId": "VID",
        "textDisplay": "Nice",
        "textOriginal": "Nice",
        "canRate": True,
        "viewerRating": "none",
        "likeCount": 0,
        "publishedAt": "2026-11-20T10:00:00Z",
        "updatedAt": "2026-11-20T10:05:00Z",
        "imageUrl": "https://yt3.example/picture.gif",
        "somethingNew": {"a": 1},
    },
}


def test_a_whole_comment() -> None:
    found = messages.message(COMMENT, account_id=ME)

    assert (found.network_id, found.thread_id, found.text, found.answers_id) == ("Ugx1", "VID", "Nice", "")
    assert found.author is not None
    assert (found.author.network_id, found.author.name, found.author.handle) == ("UC2", "ana", "ana")
    assert found.written_at == datetime(2026, 11, 20, 10, tzinfo=UTC)
    assert found.edited_at == datetime(2026, 11, 20, 10, 5, tzinfo=UTC)
    assert [each.url for each in found.attachments] == ["https://yt3.example/picture.gif"]
    assert found.permalink == "https://www.youtube.com/watch?v=VID&lc=Ugx1"
    assert not found.by_account


@pytest.mark.parametrize(
    "snippet",
    [
        None,
        {},
        {"authorChannelId": None, "textDisplay": None, "publishedAt": None},
        {"authorChannelId": {}, "publishedAt": "yesterday", "updatedAt": ""},
    ],
)
def test_a_bare_comment_of_nobody(snippet: dict[str, Any] | None) -> None:
    found = messages.message({"id": "Ugx1.abc", "snippet": snippet}, account_id=ME, video_id="VID")

    assert (found.author, found.text, found.written_at, found.by_account) == (None, "", None, False)
    assert (found.thread_id, found.answers_id) == ("VID", "Ugx1")


def test_an_own_answer_is_known_as_one() -> None:
    snippet = {**COMMENT["snippet"], "authorChannelId": {"value": ME}, "parentId": "Ugx1"}

    found = messages.message({"id": "Ugx1.8abc", "snippet": snippet}, account_id=ME)

    assert found.by_account
    assert found.answers_id == "Ugx1"


@pytest.mark.parametrize(
    "thread",
    [{"id": "Ugx1"}, {"id": "Ugx1", "snippet": None, "replies": None}, {"id": "U", "snippet": {"topLevelComment": {}}}],
)
def test_a_thread_without_its_comment_brings_nothing(thread: dict[str, Any]) -> None:
    assert list(messages.of_thread(thread, account_id=ME)) == []


def test_a_bare_channel() -> None:
    found = mapping.presence({"id": "UC1", "snippet": None, "statistics": {"viewCount": "1"}})

    assert (found.network_id, found.name, found.picture_url) == ("UC1", "UC1", "")
    assert mapping.uploads_of("UC1", found.details) == "UU1"


def test_uploads_with_gaps() -> None:
    page = {
        "items": [
            {"id": "a"},
            {"id": "b", "snippet": {"title": "Private video"}, "contentDetails": {"videoId": "b"}},
            {
                "id": "c",
                "snippet": {"title": "T", "publishedAt": "2026-11-20T10:00:00Z", "resourceId": {"videoId": "c"}},
                "contentDetails": None,
            },
        ]
    }

    assert [each.network_id for each in mapping.sightings(page)] == ["c"]
    assert list(mapping.sightings({})) == []


def test_a_bare_video() -> None:
    found = mapping.published({"id": "VID"}, form=Form.REEL)

    assert (found.permalink, found.published_at, found.judged) == ("https://www.youtube.com/shorts/VID", None, False)
