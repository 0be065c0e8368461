"""What may stand in a film's metadata, and how it is written back.

Source: the reference of the videos resource, of videos.insert and videos.update, read 2026-11-22.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sandbox.networks.base import Refused
from sandbox.networks.youtube import limits
from sandbox.networks.youtube.cast import CATEGORIES
from sandbox.networks.youtube.errors import refuse
from sandbox.networks.youtube.requests import read_moment
from sandbox.networks.youtube.state import Video

PRIVACY = ("public", "unlisted", "private")
WRITABLE = ("snippet", "status", "paidProductPlacementDetails")
PARTS = (
    *WRITABLE, "id", "contentDetails", "statistics", "processingDetails", "player", "localizations", "topicDetails",
    "recordingDetails", "fileDetails", "suggestions", "liveStreamingDetails",
)  # fmt: skip


def checked(body: Mapping[str, Any], parts: list[str], *, now: float, update: bool) -> dict[str, Any]:
    """Return the fields of a video that a body gives. Raises the refusals of metadata."""
    fields: dict[str, Any] = {}
    if "snippet" in parts:
        fields |= _snippet(_part(body, "snippet"), update=update)
    if "status" in parts:
        fields |= _status(_part(body, "status"), now=now)
    if "paidProductPlacementDetails" in parts:
        found = _part(body, "paidProductPlacementDetails")
        fields["paid_placement"] = found.get("hasPaidProductPlacement") is True
    return fields


def _part(body: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = body.get(name) or {}
    if not isinstance(found, Mapping):
        raise refuse(400, "invalidVideoMetadata", "The request metadata is invalid.", location="body", kind="other")
    return found


def _snippet(snippet: Mapping[str, Any], *, update: bool) -> dict[str, Any]:
    title, description = str(snippet.get("title") or ""), str(snippet.get("description") or "")
    category = str(snippet.get("categoryId") or "")
    tags = snippet.get("tags") or []
    if (update and not title) or len(title) > limits.TITLE_LENGTH or _has_brackets(title):
        raise _invalid("invalidTitle", "title")
    if len(description.encode()) > limits.DESCRIPTION_BYTES or _has_brackets(description):
        raise _invalid("invalidDescription", "description")
    if (
        not isinstance(tags, list)
        or tags_length(tags) > limits.TAGS_LENGTH
        or any(_has_brackets(str(each)) for each in tags)
    ):
        raise _invalid("invalidTags", "tags")
    if (update and not category) or (category and not CATEGORIES.get(category, ("", False))[1]):
        raise _invalid("invalidCategoryId", "categoryId")
    return {
        "title": title or "unknown",
        "description": description,
        "tags": [str(each) for each in tags],
        "category_id": category or "22",
        "default_language": str(snippet.get("defaultLanguage") or ""),
        "default_audio_language": str(snippet.get("defaultAudioLanguage") or ""),
    }


def _status(status: Mapping[str, Any], *, now: float) -> dict[str, Any]:
    """Nothing said means public: the rule since 2 November 2026."""
    privacy = str(status.get("privacyStatus") or "public")
    if privacy not in PRIVACY:
        raise _invalid("invalidVideoMetadata", "privacyStatus", "status")
    publish_at = None
    if status.get("publishAt"):
        publish_at = read_moment(status["publishAt"])
        if publish_at is None or privacy != "private":
            raise _invalid("invalidPublishAt", "publishAt", "status")
        if publish_at <= now:
            privacy, publish_at = "public", None
    if status.get("license", "youtube") not in {"youtube", "creativeCommon"}:
        raise refuse(403, "forbiddenLicenseSetting", "The request attempts to set an invalid license for the video.")
    kids = status.get("selfDeclaredMadeForKids")
    return {
        "privacy": privacy,
        "publish_at": publish_at,
        "made_for_kids": kids if isinstance(kids, bool) else None,
        "synthetic": status.get("containsSyntheticMedia") is True,
        "embeddable": status.get("embeddable") is not False,
        "license": str(status.get("license") or "youtube"),
        "stats_viewable": status.get("publicStatsViewable") is not False,
    }


def changed(video: Video, fields: Mapping[str, Any]) -> Video:
    """Put what was checked onto a video. A film that was public once is never scheduled again."""
    if fields.get("publish_at") and video.was_public:
        raise _invalid("invalidPublishAt", "publishAt", "status")
    return replace(video, **fields)


def tags_length(tags: list[object]) -> int:
    """As YouTube counts: commas between, and quotes around tags with a space."""
    words = [str(each) for each in tags]
    return sum(len(each) + (2 if " " in each else 0) for each in words) + max(len(words) - 1, 0)


def _has_brackets(text: str) -> bool:
    return "<" in text or ">" in text


def _invalid(reason: str, field: str, part: str = "snippet") -> Refused:
    message = f"The request metadata specifies an invalid {field}."
    return refuse(400, reason, message, location=f"body.{part}.{field}", kind="other")
