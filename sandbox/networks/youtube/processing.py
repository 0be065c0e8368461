"""What YouTube does with a film once it has it: process, refuse, publish, and tell the hub.

Source: the reference of the videos resource (status, processingDetails), read 2026-11-22. A file that the channel has
already is refused as a duplicate after processing, as people find it there.
"""

from dataclasses import replace
from pathlib import Path

from sandbox.media import UNKNOWN, sniff
from sandbox.networks.youtube import hub, limits
from sandbox.networks.youtube.state import Channel, Upload, Video, YouTubeState

HEAD_BYTES = 64 * 1024


def begin(state: YouTubeState, upload: Upload, channel: Channel, video: Video, path: Path) -> Video:
    """Take a film in; what becomes of it shows when its processing ends."""
    failure, rejection = _judge(state, channel, video, path)
    return state.put_video(
        replace(
            video,
            failure="conversion" if upload.fails else failure,
            rejection=rejection,
            ready_at=state.now + (upload.slow_seconds or limits.PROCESSING_SECONDS),
        )
    )


def _judge(state: YouTubeState, channel: Channel, video: Video, path: Path) -> tuple[str, str]:
    with path.open("rb") as file:
        kind = sniff(file.read(HEAD_BYTES))
    if not video.size:
        return "emptyFile", ""
    if kind == UNKNOWN or not kind.media_type.startswith("video/"):
        return "invalidFile", ""
    if video.seconds > (limits.FILM_SECONDS if channel.long_uploads == "allowed" else limits.SHORT_FILM_SECONDS):
        return "", "length"
    before = state.videos.group(f"{channel.id}:{video.digest}", "digest")
    if state.world.settings.duplicate_protection and any(each.deleted_at is None for each in before):
        state.refused_duplicates[channel.id] = state.refused_duplicates.get(channel.id, 0) + 1
        return "", "duplicate"
    return "", ""


def settle(state: YouTubeState) -> None:
    """Do all that time has brought: end processing, publish what was scheduled."""
    now = state.now
    for video in state.waiting():
        current = video
        if current.status == "uploaded" and current.ready_at <= now:
            current = _end_processing(state, current)
        if current.publish_at is not None and current.publish_at <= now:
            at = max(current.publish_at, current.ready_at)
            current = state.put_video(replace(current, privacy="public", publish_at=None, published_at=at))
        if current.on_show and not current.told:
            show_to_all(state, current)


def _end_processing(state: YouTubeState, video: Video) -> Video:
    status = "failed" if video.failure else "rejected" if video.rejection else "processed"
    return state.put_video(replace(video, status=status, published_at=video.ready_at))


def show_to_all(state: YouTubeState, video: Video) -> None:
    """A film becomes public; its hour stays that of the first time."""
    fresh = state.put_video(replace(video, was_public=True, told=True))
    hub.tell(state, fresh)


def take_away(state: YouTubeState, video: Video) -> None:
    """Nobody else sees it any more: deleted, or made private."""
    if video.told:
        state.put_video(replace(video, told=False))
        hub.tell_gone(state, video)
