"""X's four kinds of error body."""

from typing import Any

from starlette.responses import JSONResponse, Response

from sandbox.networks.base import Refused

# Both hosts occur in live answers; clients compare the last segment only.
PROBLEMS = "https://api.twitter.com/2/problems/"
ABOUT_BLANK = "about:blank"


def problem(status: int, title: str, detail: str, kind: str = ABOUT_BLANK, **more: Any) -> Response:
    """(a) title, type, detail, status. `kind` is the last segment of the type."""
    kind = kind if kind == ABOUT_BLANK else PROBLEMS + kind
    body = {"title": title, "type": kind, "detail": detail, "status": status, **more}
    return JSONResponse(body, status_code=status, media_type="application/problem+json")


def refuse(status: int, title: str, detail: str, kind: str = ABOUT_BLANK, **more: Any) -> Refused:
    return Refused(problem(status, title, detail, kind, **more))


def forbidden(detail: str) -> Refused:
    return refuse(403, "Forbidden", detail)


def unauthorised() -> Response:
    return problem(401, "Unauthorized", "Unauthorized")


def invalid_request(message: str, **parameters: str) -> Refused:
    """(b) one or more parameters are wrong."""
    return Refused(
        JSONResponse(
            {
                "errors": [{"parameters": {name: [value] for name, value in parameters.items()}, "message": message}],
                "title": "Invalid Request",
                "detail": "One or more parameters to your request was invalid.",
                "type": f"{PROBLEMS}invalid-request",
            },
            status_code=400,
        )
    )


def oauth_error(error: str, description: str, status: int = 400) -> Refused:
    """(d) the token endpoint's body, RFC 6749."""
    return Refused(JSONResponse({"error": error, "error_description": description}, status_code=status))


def too_many_requests() -> Response:
    return problem(429, "Too Many Requests", "Too Many Requests")


def credits_depleted(account: str) -> Refused:
    return refuse(
        402,
        "CreditsDepleted",
        "Your enrolled account does not have any credits to fulfill this request.",
        "credits",
        account_id=account,
    )


def not_found_error(resource_id: str, parameter: str) -> dict[str, Any]:
    """The entry of errors[] in a 200 that did not find everything."""
    return {
        "value": resource_id,
        "detail": f"Could not find tweet with {parameter}: [{resource_id}].",
        "title": "Not Found Error",
        "resource_type": "tweet",
        "parameter": parameter,
        "resource_id": resource_id,
        "type": f"{PROBLEMS}resource-not-found",
    }


def field_unauthorised(resource_id: str, field: str) -> dict[str, Any]:
    """The entry of errors[] for a field that is not told of this post: somebody else's, or too old."""
    return {
        "resource_id": resource_id,
        "parameter": field.rpartition(".")[2],
        "resource_type": "tweet",
        "section": "data",
        "title": "Field Authorization Error",
        "value": resource_id,
        "detail": f"Sorry, you are not authorized to access '{field.rpartition('.')[2]}' on the Tweet with id "
        f"[{resource_id}].",
        "field": field,
        "type": f"{PROBLEMS}not-authorized-for-field",
    }


def server_error(status: int) -> Response:
    titles = {500: "Internal Server Error", 502: "Bad Gateway", 503: "Service Unavailable"}
    title = titles.get(status, "Error")
    return problem(status, title, title)


UNSUMMONED = (
    "Reply to this conversation is not allowed because you have not been mentioned or otherwise engaged by the author "
    "of the post you are replying to."
)
DUPLICATE = "You are not allowed to create a Tweet with duplicate content."
NOT_PERMITTED = "You are not permitted to perform this action."
TOO_LONG = (
    "Your Tweet text is too long. For more information on how Twitter determines text length see the documentation."
)
NO_QUOTES = "You are not permitted to quote this post with your current access level."
NO_EDITS = "You are not allowed to edit this Tweet."
TOO_LONG_A_FILM = "This user is not allowed to post a video longer than {minutes} minutes."
NO_MESSAGES = "You cannot send messages to this user."
