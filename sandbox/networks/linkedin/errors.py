"""LinkedIn's error bodies: status, serviceErrorCode, code, message."""

from typing import Any

from starlette.responses import JSONResponse, Response

from sandbox.networks.base import Refused


def envelope(status: int, message: str, *, code: str = "", service: int | None = None, **more: Any) -> Response:
    """One body; `code` and `serviceErrorCode` only where LinkedIn gives them."""
    body: dict[str, Any] = {"status": status}
    if service is not None:
        body["serviceErrorCode"] = service
    if code:
        body["code"] = code
    return JSONResponse({**body, "message": message, **more}, status_code=status)


def refuse(status: int, message: str, *, code: str = "", service: int | None = None) -> Refused:
    return Refused(envelope(status, message, code=code, service=service))


def invalid(code: str, message: str) -> Refused:
    """A field that must be changed."""
    return refuse(400, message, code=code)


def missing_field(path: str) -> Refused:
    return invalid("MISSING_FIELD", f"{path} :: field is required but not found")


def denied(what: str) -> Refused:
    return refuse(403, f"Not enough permissions to access: {what}", code="ACCESS_DENIED", service=100)


def unpermitted(field: str) -> Refused:
    return refuse(
        403,
        f"Unpermitted fields present in REQUEST_BODY: Data Processing Exception while processing fields [/{field}]",
        code="ACCESS_DENIED",
        service=100,
    )


def gone(what: str) -> Refused:
    return refuse(404, f"Could not find entity {what}", code="NOT_FOUND")


def illegal(what: str) -> Refused:
    return refuse(400, f"Syntax exception in {what}", code="ILLEGAL_ARGUMENT")


def duplicate(urn: str) -> Refused:
    return refuse(422, f"Content is a duplicate of {urn}", code="DUPLICATE_POST")


def throttled(whose: str = "MEMBER") -> Response:
    return envelope(
        429,
        f"Resource level throttle {whose} DAY limit for calls to this resource is reached.",
        code="TOO_MANY_REQUESTS",
        service=101,
    )


def server_error(status: int) -> Response:
    titles = {500: "Internal Server Error", 502: "Bad Gateway", 503: "Service Unavailable"}
    return envelope(status, titles.get(status, "Error"))


def oauth_error(error: str, description: str, status: int = 400) -> Refused:
    return Refused(JSONResponse({"error": error, "error_description": description}, status_code=status))


# What a token that is not accepted is answered.
NO_TOKEN = ("Empty oauth2_access_token", "", 401)
MALFORMED = ("Invalid access token", "INVALID_ACCESS_TOKEN", 65600)
EXPIRED = ("The token used in the request has expired", "EXPIRED_ACCESS_TOKEN", 65601)
REVOKED = ("The token used in the request has been revoked by the user", "REVOKED_ACCESS_TOKEN", 65601)


def unauthorised(kind: tuple[str, str, int]) -> Refused:
    message, code, service = kind
    return refuse(401, message, code=code, service=service)


DEAD_GRANT = "The provided authorization grant or refresh token is invalid, expired or revoked."
