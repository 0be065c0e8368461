"""The Graph API's one envelope, and its codes."""

import secrets
from typing import Any

from starlette.responses import JSONResponse, Response

from sandbox.networks.base import Refused


def graph_error(
    code: int,
    message: str,
    *,
    subcode: int | None = None,
    status: int = 400,
    kind: str = "OAuthException",
    title: str = "",
    text: str = "",
    transient: bool | None = None,
) -> Response:
    """An error body; `title` and `text` are what Meta would show a person."""
    error: dict[str, Any] = {"message": message, "type": kind, "code": code}
    if subcode is not None:
        error["error_subcode"] = subcode
    if transient is not None:
        error["is_transient"] = transient
    if title:
        error |= {"error_user_title": title, "error_user_msg": text}
    error["fbtrace_id"] = "A" + secrets.token_urlsafe(16)
    return JSONResponse({"error": error}, status_code=status)


def refuse(code: int, message: str, **more: Any) -> Refused:
    return Refused(graph_error(code, message, **more))


def bad_parameter(message: str, **more: Any) -> Refused:
    return refuse(100, f"(#100) {message}", **more)


def no_such_field(field: str, node: str) -> Refused:
    return bad_parameter(f"Tried accessing nonexisting field ({field}) on node type ({node})")


def no_such_object(object_id: str, method: str) -> Refused:
    return refuse(
        100,
        f"Unsupported {method.lower()} request. Object with ID '{object_id}' does not exist, cannot be loaded due to "
        "missing permissions, or does not support this operation.",
        subcode=33,
        kind="GraphMethodException",
    )


DEAD_TOKEN_WORDS = {
    458: "The user has not authorized application.",
    459: "The user must log in at www.facebook.com to correct an issue.",
    460: "The session has been invalidated because the user changed their password or Facebook has changed the session "
    "for security reasons.",
    463: "Session has expired.",
    464: "The session is invalid because the user is not a confirmed user.",
    467: "The session is invalid because the user logged out.",
    492: "The user must be an administrator, editor, or moderator of the page in order to impersonate it.",
}


def dead_token(subcode: int | None) -> Refused:
    """Code 190, with the reason as subcode; without one the text was never a token."""
    if subcode is None:
        return refuse(190, "Invalid OAuth access token - Cannot parse access token")
    return refuse(190, f"Error validating access token: {DEAD_TOKEN_WORDS[subcode]}", subcode=subcode)


def missing_permission(*scopes: str) -> Refused:
    needed = " and ".join(scopes)
    return refuse(200, f"(#200) Requires {needed} permission to manage the object", status=403)


def missing_task(task: str) -> Refused:
    return refuse(200, f"(#200) The user's role on this Page does not allow the task {task}", status=403)


def needs_page_token() -> Refused:
    return refuse(1705, "(#1705) A Page access token is required for this request")


def duplicate() -> Refused:
    return refuse(
        506,
        "(#506) Duplicate status message",
        title="Duplicate Status Update",
        text="This status update is identical to the last one you posted. Try posting something different, or delete "
        "your previous update.",
    )


def page_throttled() -> Response:
    return graph_error(
        80001,
        "(#80001) There have been too many calls to this Page account. Wait a bit and try again.",
        subcode=2446079,
    )


def app_throttled() -> Response:
    return graph_error(4, "(#4) Application request limit reached", status=403, transient=True)


def server_error(status: int) -> Response:
    if status == 500:
        return graph_error(1, "An unknown error occurred", status=500, transient=True)
    if status == 503:
        return graph_error(2, "Service temporarily unavailable", status=503, transient=True, kind="OAuthException")
    return Response(
        "<html><head><title>502 Bad Gateway</title></head></html>", status_code=status, media_type="text/html"
    )


def bad_photo() -> Refused:
    return refuse(
        324,
        "(#324) Missing or invalid image file",
        subcode=2069019,
        title="Invalid image",
        text="Your photos couldn't be uploaded. Photos should be saved as JPG, PNG, GIF, TIFF, HEIF or WebP files.",
    )


def large_photo() -> Refused:
    return refuse(
        100,
        "Invalid parameter",
        subcode=1366046,
        title="Can't Read Files",
        text="Your photos couldn't be uploaded. Photos should be smaller than 4 MB and saved as JPG, PNG, GIF, TIFF, "
        "HEIF or WebP files.",
    )


def bad_film(message: str) -> Refused:
    return refuse(
        352,
        f"(#352) {message}",
        subcode=1363024,
        title="Unsupported format",
        text="The video file that you selected is in a format that we don't support.",
    )
