"""An app's side of webhooks: a real server that remembers what came, and can be told to refuse."""

import base64
import hashlib
import hmac
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

FACEBOOK_SECRET = b"sandbox-facebook-secret"
X_SECRET = b"sandbox-x-consumer-secret"
LINKEDIN_SECRET = b"sandbox-linkedin-secret"
VERIFY_TOKEN = "verify-me"


@dataclass
class Arrived:
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def signed_by_facebook(self) -> bool:
        expected = "sha256=" + hmac.new(FACEBOOK_SECRET, self.body, hashlib.sha256).hexdigest()
        return self.headers.get("x-hub-signature-256") == expected

    @property
    def signed_by_x(self) -> bool:
        digest = hmac.new(X_SECRET, self.body, hashlib.sha256).digest()
        return self.headers.get("x-twitter-webhooks-signature") == "sha256=" + base64.b64encode(digest).decode()

    @property
    def signed_by_linkedin(self) -> bool:
        expected = hmac.new(LINKEDIN_SECRET, b"hmacsha256=" + self.body, hashlib.sha256).hexdigest()
        return self.headers.get("x-li-signature") == expected


@dataclass
class Receiver:
    """Where it listens, what came, and what it answers."""

    port: int = 0
    arrived: list[Arrived] = field(default_factory=list)
    status: int = 200
    trusted: bool = True  # answers challenges rightly
    connections: set[Any] = field(default_factory=set)
    challenges: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook"

    def wait(self, count: int, seconds: float = 10) -> list[Arrived]:
        return self.until(lambda: len(self.arrived) >= count, seconds)

    def until(self, true: Callable[[], bool], seconds: float = 10) -> list[Arrived]:
        deadline = time.monotonic() + seconds
        while not true():
            if time.monotonic() > deadline:
                raise TimeoutError(f"{len(self.arrived)} came: {[one.body for one in self.arrived][-3:]}")
            time.sleep(0.01)
        return list(self.arrived)

    @property
    def changes(self) -> list[dict[str, Any]]:
        """The values of Facebook's changes, in the order they came."""
        return [
            change["value"]
            for one in self.arrived
            for entry in one.json["entry"]
            for change in entry.get("changes", [])
        ]

    @property
    def messages(self) -> list[dict[str, Any]]:
        return [event for one in self.arrived for entry in one.json["entry"] for event in entry.get("messaging", [])]

    @property
    def events(self) -> list[dict[str, Any]]:
        """The data of X's events, in the order they came."""
        return [one.json["data"] for one in self.arrived]

    @property
    def notifications(self) -> list[dict[str, Any]]:
        """LinkedIn's notifications, in the order they came."""
        return [each for one in self.arrived for each in one.json["notifications"]]


@contextmanager
def receive() -> Iterator[Receiver]:
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            receiver.challenges += 1
            query = {name: values[0] for name, values in parse_qs(urlsplit(self.path).query).items()}
            if "crc_token" in query:
                secret = X_SECRET if receiver.trusted else b"another"
                digest = hmac.new(secret, query["crc_token"].encode(), hashlib.sha256).digest()
                body = json.dumps({"response_token": "sha256=" + base64.b64encode(digest).decode()}).encode()
            elif "challengeCode" in query:
                secret = LINKEDIN_SECRET if receiver.trusted else b"another"
                proof = hmac.new(secret, query["challengeCode"].encode(), hashlib.sha256).hexdigest()
                body = json.dumps({"challengeCode": query["challengeCode"], "challengeResponse": proof}).encode()
            else:
                known = query.get("hub.verify_token") == VERIFY_TOKEN and receiver.trusted
                body = query.get("hub.challenge", "").encode() if known else b"no"
            self._answer(receiver.status, body)

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            receiver.connections.add(self.client_address)
            headers = {name.lower(): value for name, value in self.headers.items()}
            receiver.arrived.append(Arrived(self.path, headers, body))
            self._answer(receiver.status, b"")

        def _answer(self, status: int, body: bytes) -> None:
            self.send_response(status)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    receiver.port = server.server_port
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield receiver
    server.shutdown()
    server.server_close()
