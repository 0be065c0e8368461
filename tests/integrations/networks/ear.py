"""Where a network's calls to us arrive in a test: real HTTP, answered and kept until somebody looks."""

import contextlib
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

from integrations.engagement import Arrived, WebhookRefused

Answer = Callable[[Arrived], tuple[str, str] | None]


@dataclass
class Ear:
    """Listens at ``address``. ``answer`` is asked about each GET, as the intake asks the provider."""

    address: str = ""
    answer: Answer = lambda arrived: None
    heard: list[Arrived] = field(default_factory=list)

    def take(self) -> list[Arrived]:
        """Return what has come since the last time."""
        heard, self.heard = self.heard, []
        return heard


@contextlib.contextmanager
def listening() -> Iterator[Ear]:
    ear = Ear()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            try:
                found = ear.answer(self._arrived())
            except WebhookRefused:
                found = None
            content_type, body = found or ("text/plain", "")
            self._respond(200 if found else 403, content_type, body.encode())

        def do_POST(self) -> None:
            ear.heard.append(self._arrived())
            self._respond(200, "text/plain", b"")

        def _arrived(self) -> Arrived:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            return Arrived(headers=headers, query=dict(parse_qsl(urlsplit(self.path).query)), body=body)

        def _respond(self, status: int, content_type: str, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Type", content_type)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the base class's name
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        ear.address = f"http://127.0.0.1:{server.server_address[1]}/webhooks"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield ear
        finally:
            server.shutdown()
            thread.join()
