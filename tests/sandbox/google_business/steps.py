"""First steps at Business Profile: who asks, where, and a picture that can be fetched."""

import contextlib
import random
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from typing import Any

import requests
from PIL import Image

from tests.sandbox.conftest import Process
from tests.sandbox.google import tokens

SEMAPHORE = "1060000000000000002"
HARTLEY_GROUP = "1060000000000000004"
HARTLEY = "2060000000000000101"
BATH = "2060000000000000102"
LAMBERT = "2060000000000000103"
MUSEUM = "2060000000000000104"
CORRIE = "2060000000000000105"
PROFILE = f"accounts/{HARTLEY_GROUP}/locations/{HARTLEY}"


@dataclass
class Business:
    """Somebody with a token at all of its hosts."""

    sandbox: Process
    token: str

    def call(self, method: str, host: str, path: str, **more: Any) -> requests.Response:
        headers = {"Authorization": f"Bearer {self.token}"}
        return self.sandbox.session.request(
            method, f"{self.sandbox.base}/{host}.googleapis.com/{path}", headers=headers, timeout=10, **more
        )

    def v4(self, method: str, path: str, **more: Any) -> requests.Response:
        return self.call(method, "mybusiness", f"v4/{path}", **more)

    def post(self, body: dict[str, Any] | None = None, *, profile: str = PROFILE) -> requests.Response:
        sent = body or {"languageCode": "en", "topicType": "STANDARD", "summary": "New terrace is open"}
        return self.v4("POST", f"{profile}/localPosts", json=sent)

    def reviews(self, profile: str = PROFILE, **query: str) -> dict[str, Any]:
        found: dict[str, Any] = self.v4("GET", f"{profile}/reviews", params=query).json()
        return found


def business(sandbox: Process, **options: Any) -> Business:
    return Business(sandbox, tokens(sandbox, **options)["access_token"])


def noise(width: int, height: int) -> bytes:
    """A PNG that does not compress, so that it is as large as a photo."""
    chance = random.Random(1)
    stream = BytesIO()
    Image.frombytes("RGB", (width, height), chance.randbytes(width * height * 3)).save(stream, "PNG")
    return stream.getvalue()


@contextlib.contextmanager
def serving(files: dict[str, bytes]) -> Iterator[str]:
    """Serve files at an address of this machine."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            data = files.get(self.path.lstrip("/"))
            self.send_response(200 if data is not None else 404)
            self.send_header("Content-Length", str(len(data or b"")))
            self.end_headers()
            self.wfile.write(data or b"")

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the base class's name
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()
