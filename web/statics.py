"""Static files, answered whole."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from whitenoise.middleware import WhiteNoiseMiddleware


class StaticFiles(WhiteNoiseMiddleware):
    """Finds files as WhiteNoise does, and answers with their bytes.

    A file that is handed over to be streamed has a blocking iterator, which an ASGI server can only read to its end in
    another thread before it sends anything, with a warning each time. These files are small, and browsers keep them.
    """

    @staticmethod
    def serve(static_file: Any, request: HttpRequest) -> HttpResponse:  # type: ignore[override]  # as its middleware does
        found = static_file.get_response(request.method, request.META)
        content = b""
        if found.file is not None:
            with found.file:
                content = found.file.read()
        response = HttpResponse(content, status=int(found.status))
        del response["Content-Type"]
        for name, value in found.headers:
            response[name] = value
        return response
