"""The envelope of Google's APIs, and the two of its OAuth.

Source: google.rpc.Status, google.rpc.ErrorInfo, AIP-193; Google Identity, OAuth 2.0 for Web Server Applications;
read 2026-11-22 through dated copies.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from starlette.responses import JSONResponse, Response

from sandbox.networks.base import Refused

STATUSES = {
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    409: "ABORTED",
    429: "RESOURCE_EXHAUSTED",
    500: "INTERNAL",
    501: "UNIMPLEMENTED",
    503: "UNAVAILABLE",
    504: "DEADLINE_EXCEEDED",
}


def google_error(
    code: int,
    message: str,
    *,
    status: str = "",
    reason: str = "",
    domain: str = "googleapis.com",
    metadata: Mapping[str, str] | None = None,
    details: Sequence[Mapping[str, Any]] = (),
    errors: Sequence[Mapping[str, Any]] = (),
) -> Response:
    """An error body. `reason` makes an ErrorInfo of it; `errors` is the list that older APIs (YouTube) carry beside."""
    error: dict[str, Any] = {"code": code, "message": message}
    if errors:
        error["errors"] = [dict(each) for each in errors]
    error["status"] = status or STATUSES.get(code, "UNKNOWN")
    info = {"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": reason, "domain": domain}
    if metadata:
        info["metadata"] = dict(metadata)  # type: ignore[assignment]
    found = [*([info] if reason else []), *details]
    if found:
        error["details"] = found
    return JSONResponse({"error": error}, status_code=code)


def refuse(code: int, message: str, **more: Any) -> Refused:
    return Refused(google_error(code, message, **more))


def unauthenticated(reason: str, service: str) -> Refused:
    """No token, or one that does not live."""
    missing = reason == "CREDENTIALS_MISSING"
    fault = "is missing required authentication credential" if missing else "had invalid authentication credentials"
    response = google_error(
        401,
        f"Request {fault}. Expected OAuth 2 access token, login cookie or other valid authentication credential. "
        "See https://developers.google.com/identity/sign-in/web/devconsole-project.",
        reason=reason,
        metadata={"service": service},
    )
    response.headers["www-authenticate"] = 'Bearer realm="https://accounts.google.com/"' + (
        "" if missing else ', error="invalid_token"'
    )
    return Refused(response)


def scope_insufficient(service: str) -> Refused:
    refused = refuse(
        403,
        "Request had insufficient authentication scopes.",
        reason="ACCESS_TOKEN_SCOPE_INSUFFICIENT",
        metadata={"service": service},
    )
    refused.response.headers["www-authenticate"] = (
        'Bearer realm="https://accounts.google.com/", error="insufficient_scope"'
    )
    return refused


def server_error(status: int) -> Response:
    """500 and 503 in the envelope, 502 as the page of a proxy."""
    if status == 500:
        return google_error(500, "Internal error encountered.")
    if status == 503:
        return google_error(503, "The service is currently unavailable.")
    return Response(
        "<html><title>Error 502 (Server Error)!!1</title></html>", status_code=status, media_type="text/html"
    )


def oauth_error(error: str, description: str = "", status: int = 400) -> Refused:
    """The token endpoint's refusal (RFC 6749, section 5.2)."""
    body = {"error": error} | ({"error_description": description} if description else {})
    return Refused(JSONResponse(body, status_code=status))
