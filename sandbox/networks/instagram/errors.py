"""Instagram's own refusals, in the Graph API's envelope. Codes and subcodes: Error Codes reference, 2026."""

from starlette.responses import Response

from sandbox.networks.base import Refused
from sandbox.networks.facebook.errors import graph_error, refuse

# What stands in a container's status when its file was of no use.
FETCH_FAILED = 2207052
TIMED_OUT = 2207003
BAD_IMAGE = 2207005
BAD_RATIO = 2207009
LARGE_IMAGE = 2207004
BAD_FILM = 2207026

_FILES = {
    FETCH_FAILED: (
        9004,
        "Only photo or video can be accepted as media type.",
        "The media could not be fetched from this URI.",
    ),
    TIMED_OUT: (-2, "Timeout", "It takes too long to download the media."),
    BAD_IMAGE: (36001, "The image format is not supported.", "The image format is not supported. Use JPEG."),
    BAD_RATIO: (36003, "The aspect ratio is not supported.", "The submitted image has an aspect ratio out of range."),
    LARGE_IMAGE: (
        36000,
        "The image size is too large.",
        "The image is too large to download. It should be under 8 MB.",
    ),
    BAD_FILM: (
        352,
        "The video format is not supported.",
        "The video format is not supported. Check the specifications.",
    ),
}


def bad_file(subcode: int) -> Refused:
    """Why a file was refused while its container was made."""
    code, message, text = _FILES[subcode]
    return refuse(code, message, subcode=subcode, title="Media cannot be used", text=text)


def no_permission() -> Refused:
    return refuse(10, "(#10) Application does not have permission for this action")


def no_task() -> Refused:
    return refuse(
        10, "(#10) The user does not have sufficient administrative permission for this action on this account"
    )


def bad_media(subcode: int, message: str) -> Refused:
    return refuse(100, f"(#100) {message}", subcode=subcode, title="Invalid media", text=message)


def no_container(creation_id: str) -> Refused:
    """Said of one that never was, that has expired, and of one that is published already."""
    return refuse(
        24,
        "The requested resource does not exist",
        subcode=2207008,
        title="Media builder not found",
        text=f"The media builder with creation id = {creation_id} does not exist or has expired.",
    )


def not_ready() -> Refused:
    return refuse(
        9007,
        "Media ID is not available",
        subcode=2207027,
        title="Cannot publish media",
        text="The media is not ready to be published. Please wait for a moment.",
    )


def quota_reached(what: str) -> Refused:
    return refuse(
        9,
        "Application request limit reached",
        subcode=2207042,
        title="You have reached the maximum number",
        text=f"You have reached the maximum number of {what} that is allowed to be made in a day.",
    )


def caption_too_long(text: str) -> Refused:
    return refuse(36004, "The caption was too long", subcode=2207010, title="Caption too long", text=text)


def too_few_viewers() -> Refused:
    return refuse(10, "(#10) Not enough viewers for the media to show insights")


def account_throttled() -> Response:
    return graph_error(
        80002, "(#80002) There have been too many calls to this Instagram account. Wait a bit and try again."
    )
