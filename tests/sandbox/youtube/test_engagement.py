"""Comments: threads, answers, moderation, and who may."""

from typing import Any

import pytest

from tests.sandbox.conftest import Process
from tests.sandbox.youtube.clients import HARTLEY, TIDEWATER, YouTube, connect, metadata, processed, reason

TOM = "104600000000000000003"


@pytest.fixture
def video_id(youtube: YouTube) -> str:
    found: str = youtube.upload()["id"]
    processed(youtube.sandbox)
    return found


def threads(youtube: YouTube, **query: Any) -> list[Any]:
    found: list[Any] = youtube.get("commentThreads", part="snippet,replies", **query)["items"]
    return found


def comment(youtube: YouTube, video_id: str, text: str = "Any rye left?", **more: Any) -> str:
    found: str = youtube.sandbox.stranger("comment", network="youtube", on=video_id, text=text, **more)["id"]
    return found


def answer(youtube: YouTube, parent: str, text: str = "Until five.") -> Any:
    return youtube.call("POST", "comments", {"snippet": {"parentId": parent, "textOriginal": text}}, part="snippet")


def test_a_strangers_comment_stands_in_both_lists(youtube: YouTube, video_id: str) -> None:
    found = comment(youtube, video_id, "Rye & <salt>")

    [by_video] = threads(youtube, videoId=video_id)
    [by_channel] = threads(youtube, allThreadsRelatedToChannelId=HARTLEY, textFormat="plainText")

    assert by_video["id"] == by_channel["id"] == found
    top = by_video["snippet"]["topLevelComment"]["snippet"]
    assert top["textDisplay"] == "Rye &amp; &lt;salt&gt;"
    assert by_channel["snippet"]["topLevelComment"]["snippet"]["textDisplay"] == "Rye & <salt>"
    assert "textOriginal" not in top
    assert top["authorChannelId"]["value"].startswith("UCstranger")


def test_an_answer_stands_under_the_top_comment_and_only_there(youtube: YouTube, video_id: str) -> None:
    parent = comment(youtube, video_id)

    mine = answer(youtube, parent).json()

    assert mine["id"].startswith(f"{parent}.")
    assert mine["snippet"]["textOriginal"] == "Until five."
    [thread] = threads(youtube, videoId=video_id)
    assert thread["snippet"]["totalReplyCount"] == 1
    listed = youtube.get("comments", part="snippet", parentId=parent)["items"]
    assert [each["id"] for each in listed] == [mine["id"]]
    assert reason(answer(youtube, mine["id"])) == (404, "parentCommentNotFound")
    assert reason(answer(youtube, parent, "")) == (400, "commentTextRequired")


def test_a_held_comment_is_seen_by_its_owner_only(youtube: YouTube, video_id: str) -> None:
    found = comment(youtube, video_id)

    held = youtube.call("POST", "comments/setModerationStatus", id=found, moderationStatus="heldForReview")

    assert held.status_code == 204
    assert threads(youtube, videoId=video_id) == []
    assert youtube.get("comments", part="snippet", id=found)["items"] == []
    [waiting] = threads(youtube, videoId=video_id, moderationStatus="heldForReview")
    assert waiting["snippet"]["topLevelComment"]["snippet"]["moderationStatus"] == "heldForReview"
    museum = connect(youtube.sandbox, person=TOM, channel=TIDEWATER)
    refused = museum.call("GET", "commentThreads", part="snippet", videoId=video_id, moderationStatus="heldForReview")
    assert reason(refused) == (403, "forbidden")
    youtube.call("POST", "comments/setModerationStatus", id=found, moderationStatus="published")
    assert [each["id"] for each in threads(youtube, videoId=video_id)] == [found]


def test_only_the_owner_moderates_and_only_authors_delete(youtube: YouTube, video_id: str) -> None:
    found = comment(youtube, video_id)
    museum = connect(youtube.sandbox, person=TOM, channel=TIDEWATER)

    foreign = museum.call("POST", "comments/setModerationStatus", id=found, moderationStatus="rejected")

    assert reason(foreign) == (403, "forbidden")
    assert reason(youtube.call("DELETE", "comments", id=found)) == (403, "forbidden")
    own = answer(youtube, found).json()["id"]
    assert youtube.call("DELETE", "comments", id=own).status_code == 204
    assert reason(youtube.call("DELETE", "comments", id=own)) == (404, "commentNotFound")


def test_a_banned_author_is_heard_no_more(youtube: YouTube, video_id: str) -> None:
    found = comment(youtube, video_id, **{"as": "Hannah Brooks"})
    wrong = youtube.call(
        "POST", "comments/setModerationStatus", id=found, moderationStatus="published", banAuthor="true"
    )
    youtube.call("POST", "comments/setModerationStatus", id=found, moderationStatus="rejected", banAuthor="true")

    comment(youtube, video_id, "And again", **{"as": "Hannah Brooks"})

    assert reason(wrong) == (400, "banWithoutReject")
    assert threads(youtube, videoId=video_id) == []


def test_edits_and_deletions_by_strangers_show(youtube: YouTube, video_id: str) -> None:
    youtube.sandbox.control("POST", "clock", frozen=True)
    found, other = comment(youtube, video_id, "First"), comment(youtube, video_id, "Second")
    youtube.sandbox.control("POST", "clock", move=60)

    youtube.sandbox.stranger("edit", network="youtube", id=found, text="First, changed")
    youtube.sandbox.stranger("delete", network="youtube", id=other)

    [thread] = threads(youtube, videoId=video_id, textFormat="plainText")
    snippet = thread["snippet"]["topLevelComment"]["snippet"]
    assert snippet["textDisplay"] == "First, changed"
    assert snippet["updatedAt"] > snippet["publishedAt"]


def test_a_film_for_children_has_no_comments(youtube: YouTube) -> None:
    video_id = youtube.upload(body=metadata(selfDeclaredMadeForKids=True))["id"]
    processed(youtube.sandbox)
    body = {"snippet": {"videoId": video_id, "topLevelComment": {"snippet": {"textOriginal": "Hello"}}}}

    assert reason(youtube.call("POST", "commentThreads", body, part="snippet")) == (403, "commentsDisabled")
    refused = youtube.call("GET", "commentThreads", part="snippet", videoId=video_id)
    assert reason(refused) == (403, "commentsDisabled")


def test_lists_have_pages(youtube: YouTube, video_id: str) -> None:
    for number in range(5):
        comment(youtube, video_id, f"Comment {number}")

    first = youtube.get("commentThreads", part="id", videoId=video_id, maxResults=2)
    second = youtube.get("commentThreads", part="id", videoId=video_id, maxResults=2, pageToken=first["nextPageToken"])

    assert len({each["id"] for each in [*first["items"], *second["items"]]}) == 4
    wrong = youtube.call("GET", "commentThreads", part="id", videoId=video_id, pageToken="nonsense")
    assert reason(wrong) == (400, "invalidPageToken")
    assert reason(youtube.call("GET", "commentThreads", part="id")) == (400, "missingRequiredParameter")


def test_two_hundred_answers_use_up_the_day(youtube: YouTube, video_id: str) -> None:
    parent = comment(youtube, video_id)
    answers = [answer(youtube, parent, f"Answer {number}") for number in range(201)]

    assert answers[-1].status_code == 403
    assert reason(youtube.call("GET", "comments", part="id", parentId=parent)) == (403, "quotaExceeded")
    youtube.sandbox.control("POST", "settings", rate_limits=False)
    assert answer(youtube, parent, "One more").ok


def test_a_narrow_grant_is_told_what_it_lacks(sandbox: Process) -> None:
    narrow = connect(sandbox, scopes=["https://www.googleapis.com/auth/youtube.upload"])

    assert reason(narrow.call("GET", "channels", part="id", mine="true")) == (403, "insufficientPermissions")
    assert narrow.begin(size=10).ok
