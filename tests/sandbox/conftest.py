"""A real sandbox on a free port, and the two clients' first steps."""

import base64
import hashlib
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from tests.integrations.networks.sandbox import Sandbox
from tests.sandbox.receiver import VERIFY_TOKEN, Receiver, receive

ROOT = Path(__file__).resolve().parents[2]
REDIRECT = "http://127.0.0.1:9/connect/return"
FACEBOOK_APP = ("260000000000001", "sandbox-facebook-secret")
X_APP = ("sandbox-x-client", "sandbox-x-secret")
X_CONSUMER = ("sandbox-x-consumer-key", "sandbox-x-consumer-secret")
HARTLEY_PAGE = "102600000000101"
LAMBERT_PAGE = "102600000000102"
MUSEUM_PAGE = "102600000000103"
HARTLEY_USER = "1420000000000000101"
PUBLISHING = "pages_show_list,pages_manage_posts,pages_read_engagement,pages_manage_metadata"
X_SCOPES = "tweet.read tweet.write users.read media.write offline.access"


@dataclass
class Process:
    """A running sandbox and short ways to speak to it."""

    port: int
    state: Path | None = None
    process: "subprocess.Popen[bytes] | None" = None
    session: requests.Session = field(default_factory=requests.Session)

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def graph(self) -> str:
        return f"{self.base}/graph.facebook.com/v26.0"

    @property
    def x(self) -> str:
        return f"{self.base}/api.x.com"

    def start(self) -> None:
        command = [sys.executable, "-m", "sandbox", "--port", str(self.port)]
        if self.state:
            command += ["--state", str(self.state)]
        self.process = subprocess.Popen(command, cwd=ROOT)
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            try:
                if requests.get(f"{self.base}/_control/health", timeout=1).ok:
                    return
            except requests.ConnectionError:
                time.sleep(0.05)
        raise TimeoutError("the sandbox does not answer")

    def stop(self, *, kill: bool = False) -> None:
        if self.process:
            (self.process.kill if kill else self.process.terminate)()
            self.process.wait(timeout=10)
        self.session.close()

    def control(self, method: str, path: str, **body: Any) -> Any:
        answer = self.session.request(method, f"{self.base}/_control/{path}", json=body or None, timeout=10)
        assert answer.ok, answer.text
        return answer.json()

    def fault(self, operation: str, kind: str, **more: Any) -> Any:
        return self.control("POST", "faults", operation=operation, fault=kind, **more)

    def stranger(self, kind: str, **body: Any) -> Any:
        """Let a stranger do something."""
        return self.control("POST", f"strangers/{kind}", **body)

    def published(self, **query: str) -> Any:
        return self.session.get(f"{self.base}/_control/published", params=query, timeout=10).json()


@pytest.fixture(scope="session")
def running(sandbox_process: Sandbox) -> Iterator[Process]:
    process = Process(port=int(sandbox_process.origin.rpartition(":")[2]))
    yield process
    process.stop()


@pytest.fixture
def sandbox(running: Process) -> Process:
    """The running sandbox as on its first start."""
    running.control("POST", "reset")
    return running


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


# Facebook


def click_through_facebook(
    sandbox: Process, person: str = "10150000000000001", pages: list[str] | None = None, scopes: str = PUBLISHING
) -> dict[str, str]:
    """Post the consent form as a browser does; the parameters that the app gets back."""
    query = {"client_id": FACEBOOK_APP[0], "redirect_uri": REDIRECT, "scope": scopes, "state": "s1"}
    form = [("person", person), ("decision", "accept")]
    form += [("page", page) for page in (pages if pages is not None else [HARTLEY_PAGE, LAMBERT_PAGE])]
    form += [("scope", scope) for scope in scopes.split(",")]
    answer = sandbox.session.post(
        f"{sandbox.base}/www.facebook.com/v26.0/dialog/oauth",
        params=query,
        data=form,
        allow_redirects=False,
        timeout=10,
    )
    return returned(answer)


def returned(answer: requests.Response) -> dict[str, str]:
    assert answer.status_code == 302, answer.text
    assert answer.headers["location"].startswith(REDIRECT)
    query = urlsplit(answer.headers["location"]).query
    return {name: values[0] for name, values in parse_qs(query).items()}


def facebook_user_token(sandbox: Process, **options: Any) -> str:
    """A long-lived user token, through every step."""
    code = click_through_facebook(sandbox, **options)["code"]
    app = {"client_id": FACEBOOK_APP[0], "client_secret": FACEBOOK_APP[1]}
    exchange = {**app, "redirect_uri": REDIRECT, "code": code}
    short = sandbox.session.get(f"{sandbox.graph}/oauth/access_token", params=exchange, timeout=10).json()
    prolong = {**app, "grant_type": "fb_exchange_token", "fb_exchange_token": short["access_token"]}
    long = sandbox.session.get(f"{sandbox.graph}/oauth/access_token", params=prolong, timeout=10).json()
    token: str = long["access_token"]
    return token


def page_token(sandbox: Process, user_token: str, page: str = HARTLEY_PAGE) -> str:
    listed = sandbox.session.get(
        f"{sandbox.graph}/me/accounts", params={"fields": "id,access_token", "access_token": user_token}, timeout=10
    ).json()
    return next(str(row["access_token"]) for row in listed["data"] if row["id"] == page)


@pytest.fixture
def hartley(sandbox: Process) -> str:
    """The page token of Hartley & Rye."""
    return page_token(sandbox, facebook_user_token(sandbox))


# X


def click_through_x(sandbox: Process, account: str = HARTLEY_USER, scopes: str = X_SCOPES) -> tuple[str, str]:
    """A code and its verifier."""
    verifier = secrets.token_urlsafe(48)
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    query = {
        "response_type": "code",
        "client_id": X_APP[0],
        "redirect_uri": REDIRECT,
        "scope": scopes,
        "state": "s2",
        "code_challenge": challenge,
        "code_challenge_method": "S256",
    }
    answer = sandbox.session.post(
        f"{sandbox.base}/x.com/i/oauth2/authorize",
        params=query,
        data={"account": account, "decision": "accept"},
        allow_redirects=False,
        timeout=10,
    )
    assert returned(answer)["state"] == "s2"
    return returned(answer)["code"], verifier


def exchange_x(sandbox: Process, code: str, verifier: str, **more: str) -> requests.Response:
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": REDIRECT,
        "code_verifier": verifier,
        **more,
    }
    return sandbox.session.post(f"{sandbox.x}/2/oauth2/token", data=form, auth=X_APP, timeout=10)


def refresh_x(sandbox: Process, refresh_token: str) -> requests.Response:
    form = {"grant_type": "refresh_token", "refresh_token": refresh_token}
    return sandbox.session.post(f"{sandbox.x}/2/oauth2/token", data=form, auth=X_APP, timeout=10)


@pytest.fixture
def x_tokens(sandbox: Process) -> dict[str, Any]:
    """Tokens of @hartleyandrye."""
    tokens: dict[str, Any] = exchange_x(sandbox, *click_through_x(sandbox)).json()
    return tokens


@pytest.fixture
def x_headers(x_tokens: dict[str, Any]) -> dict[str, str]:
    return {"Authorization": f"Bearer {x_tokens['access_token']}"}


# Pictures

JPEG = bytes.fromhex("ffd8ffe000104a46494600010100000100010000ffc0000b080020004001011100ffd9")
PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
)
MP4 = b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom" + b"\x00" * 4096


# Webhooks

ENGAGING = f"{PUBLISHING},pages_read_user_content,pages_manage_engagement,pages_messaging"
X_ENGAGING = f"{X_SCOPES} tweet.moderate.write like.read like.write"


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receive() as receiver:
        yield receiver


def subscribe_facebook(sandbox: Process, receiver: Receiver, token: str, page: str = HARTLEY_PAGE) -> None:
    """Both halves: the app's address, and the page."""
    fields = "feed,mention,ratings,messages,message_echoes,message_edits,message_reads"
    app = {"access_token": "|".join(FACEBOOK_APP), "object": "page", "fields": fields}
    app |= {"callback_url": receiver.url, "verify_token": VERIFY_TOKEN}
    answer = requests.post(f"{sandbox.graph}/{FACEBOOK_APP[0]}/subscriptions", data=app, timeout=10)
    assert answer.json() == {"success": True}, answer.text
    half = {"access_token": token, "subscribed_fields": fields}
    answer = requests.post(f"{sandbox.graph}/{page}/subscribed_apps", data=half, timeout=10)
    assert answer.json() == {"success": True}, answer.text


@pytest.fixture
def engaged(sandbox: Process) -> str:
    """The page token of Hartley & Rye, with all that an inbox needs."""
    return page_token(sandbox, facebook_user_token(sandbox, scopes=ENGAGING))


@pytest.fixture
def listening(sandbox: Process, receiver: Receiver, engaged: str) -> Receiver:
    """Where the webhooks of Hartley & Rye arrive."""
    sandbox.control("POST", "webhooks", connections=1)  # several do not keep the order
    subscribe_facebook(sandbox, receiver, engaged)
    return receiver


def publish_on_facebook(sandbox: Process, token: str, message: str = "Rye is back", page: str = HARTLEY_PAGE) -> str:
    answer = requests.post(f"{sandbox.graph}/{page}/feed", data={"message": message, "access_token": token}, timeout=10)
    post_id: str = answer.json()["id"]
    return post_id


@pytest.fixture
def x_engaged(sandbox: Process) -> dict[str, str]:
    """Headers of @hartleyandrye, with all that an inbox needs."""
    tokens = exchange_x(sandbox, *click_through_x(sandbox, scopes=X_ENGAGING)).json()
    return {"Authorization": f"Bearer {tokens['access_token']}"}


def x_app_headers(sandbox: Process) -> dict[str, str]:
    answer = requests.post(
        f"{sandbox.x}/oauth2/token", data={"grant_type": "client_credentials"}, auth=X_CONSUMER, timeout=10
    )
    return {"Authorization": f"Bearer {answer.json()['access_token']}"}


def subscribe_x(sandbox: Process, receiver: Receiver, user: dict[str, str], *events: str) -> str:
    """A webhook, and subscriptions to events about @hartleyandrye; the webhook's id."""
    sandbox.control("POST", "webhooks", connections=1)  # several do not keep the order
    app = x_app_headers(sandbox)
    webhook = requests.post(f"{sandbox.x}/2/webhooks", json={"url": receiver.url}, headers=app, timeout=10).json()
    for event in events:
        body = {"event_type": event, "filter": {"user_id": HARTLEY_USER}, "webhook_id": webhook["data"]["id"]}
        answer = requests.post(f"{sandbox.x}/2/activity/subscriptions", json=body, headers=user, timeout=10)
        assert answer.ok, answer.text
    webhook_id: str = webhook["data"]["id"]
    return webhook_id


def publish_on_x(sandbox: Process, headers: dict[str, str], text: str = "Rye is back", **more: Any) -> str:
    answer = requests.post(f"{sandbox.x}/2/tweets", json={"text": text, **more}, headers=headers, timeout=10)
    assert answer.status_code == 201, answer.text
    post_id: str = answer.json()["data"]["id"]
    return post_id
