"""Where Meta stands with a film: whether it can be published, whether it is, and what became of it. Pure."""

from collections.abc import Mapping
from typing import Any

from integrations.contract import Published, Readiness, Verdict
from integrations.errors import PermanentError
from integrations.networks.facebook import limits, mapping
from integrations.networks.facebook.errors import KEY

_BROKEN = frozenset({"error", "upload_failed"})


def readiness(video: Mapping[str, Any], *, in_phases: bool) -> Readiness:
    """Say whether a film may be published.

    A reel or story (``in_phases``) is worked on only once it is told to be published: its bytes are enough.
    """
    standing = str(_status(video).get("video_status") or "")
    if standing == "expired":
        return Readiness(prepare_again=True)
    if standing in _BROKEN or _phase(video, "processing_phase") == "error":
        return Readiness(failed=PermanentError("film_refused", network=KEY, reason="processing-failed"))
    uploaded = _phase(video, "uploading_phase") == "complete" or standing == "upload_complete"
    if standing == "ready" or (in_phases and uploaded):
        return Readiness(ready=True)
    return Readiness(check_after=limits.CHECK_AGAIN)


def is_published(video: Mapping[str, Any]) -> bool:
    """Whether the call that publishes it had its effect."""
    publishing = _status(video).get("publishing_phase") or {}
    begun = publishing.get("status") in {"in_progress", "complete"} or publishing.get("publish_status") == "published"
    return begun or video.get("published") is True or bool(video.get("post_id"))


def published(video: Mapping[str, Any], *, page_id: str) -> Published:
    """Return a film that was told to be published; Meta's last word is whether its work on it succeeded."""
    post_id = str(video.get("post_id") or "")
    network_id = (post_id if "_" in post_id else f"{page_id}_{post_id}") if post_id else str(video["id"])
    return Published(
        network_id=network_id, permalink=mapping.permalink(video, network_id), judged=_is_over(video) and bool(post_id)
    )


def verdict(video: Mapping[str, Any], *, page_id: str) -> Verdict:
    """Say what Meta decided about it."""
    if _status(video).get("video_status") in _BROKEN or _phase(video, "processing_phase") == "error":
        return Verdict(refused=PermanentError("film_refused", network=KEY, reason="processing-failed"))
    found = published(video, page_id=page_id)
    return Verdict(published=found) if found.judged else Verdict(ask_after=limits.CHECK_AGAIN)


def _is_over(video: Mapping[str, Any]) -> bool:
    return _status(video).get("video_status") == "ready"


def _status(video: Mapping[str, Any]) -> Mapping[str, Any]:
    return video.get("status") or {}


def _phase(video: Mapping[str, Any], name: str) -> str:
    return str((_status(video).get(name) or {}).get("status") or "")
