"""Who is answered, and how a request that cannot be understood is refused.

Only this machine is answered, and no page of another site: a browser names its origin, and then it must be ours.
"""

from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.networks.facebook.oauth import ConsentError as FacebookConsentError
from sandbox.networks.x.oauth import ConsentError as XConsentError
from sandbox.strangers.deeds import Impossible

LOCAL = {"127.0.0.1", "::1", "localhost", "testclient"}
Handler = Callable[[Request], Awaitable[Response]]
Table = list[tuple[str, str, Handler]]  # method, path below /_control, handler


class BadRequest(Exception):
    """The request cannot be understood; the text says what was found and what is allowed."""


def routes_of(table: Table) -> list[Route]:
    return [Route(f"/_control/{path}", _guarded(handler), methods=[method]) for method, path, handler in table]


def is_local(request: Request) -> bool:
    """Whether a request comes from this machine, and not through a page of another site."""
    if request.client is None or request.client.host not in LOCAL:
        return False
    host = request.headers.get("host", "")
    if urlsplit(f"//{host}").hostname not in LOCAL:
        return False  # another site's name, pointed at this machine
    origin = request.headers.get("origin")
    return origin is None or urlsplit(origin).netloc == host


def _guarded(handler: Handler) -> Handler:
    async def guarded(request: Request) -> Response:
        if not is_local(request):
            return JSONResponse({"error": "Only this machine may control the sandbox."}, status_code=403)
        try:
            return await handler(request)
        except (BadRequest, Impossible, ValueError, TypeError, XConsentError, FacebookConsentError) as error:
            return JSONResponse({"error": str(error)}, status_code=400)

    return guarded


async def read_body(request: Request) -> dict[str, Any]:
    raw = await request.body()
    body = await request.json() if raw else {}
    if not isinstance(body, dict):
        raise BadRequest("The body must be a JSON object.")
    return body
