"""A web server for files that networks fetch by themselves."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Shelf:
    """Files at addresses below ``origin``; ``asked`` names those that were fetched, in order."""

    origin: str = ""
    files: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def put(self, name: str, content: bytes, content_type: str = "application/octet-stream") -> str:
        """Lay a file down; return its address."""
        self.files[name] = (content_type, content)
        return f"{self.origin}/{name}"


@contextmanager
def hosting() -> Iterator[Shelf]:
    shelf = Shelf()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            name = self.path.lstrip("/")
            shelf.asked.append(name)
            if name.startswith("away/"):
                self.send_response(302)
                self.send_header("Location", f"/{name.removeprefix('away/')}")
                self.end_headers()
                return
            content_type, content = shelf.files.get(name, ("text/plain", b""))
            self.send_response(200 if name in shelf.files else 404)
            self.send_header("Content-Type", content_type)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *args: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        shelf.origin = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield shelf
        finally:
            server.shutdown()
            thread.join()
