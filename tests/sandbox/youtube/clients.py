"""A person's consent at YouTube and the first calls, as any client makes them."""

import random
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

import requests

from tests import films
from tests.sandbox.conftest import REDIRECT, Process

APP = {"client_id": "260000000001-sandbox.apps.googleusercontent.com", "client_secret": "sandbox-google-secret"}

HARTLEY = "UChartleyandrye000000001"
CORRIE = "UCcorriecycles0000000002"
TIDEWATER = "UCtidewatermuseum0000004"
MAREK = "104600000000000000005"
NADIA = "104600000000000000001"
AUTH = "https://www.googleapis.com/auth/"
SCOPES = [
    f"{AUTH}{name}" for name in ("youtube.upload", "youtube.force-ssl", "youtube.readonly", "yt-analytics.readonly")
]
CHUNK = 262_144


@dataclass
class YouTube:
    """One channel's client."""

    sandbox: Process
    token: str

    @property
    def api(self) -> str:
        return f"{self.sandbox.base}/www.googleapis.com/youtube/v3"

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    def call(self, method: str, path: str, body: Any = None, **query: Any) -> requests.Response:
        return self.sandbox.session.request(
            method, f"{self.api}/{path}", params=query, json=body, headers=self.headers, timeout=10
        )

    def get(self, path: str, **query: Any) -> Any:
        answer = self.call("GET", path, **query)
        assert answer.ok, answer.text
        return answer.json()

    def begin(self, body: dict[str, Any] | None = None, *, size: int, **query: Any) -> requests.Response:
        """Ask for a session."""
        return self.sandbox.session.post(
            f"{self.sandbox.base}/www.googleapis.com/upload/youtube/v3/videos",
            params={"uploadType": "resumable", "part": "snippet,status", **query},
            json=metadata() if body is None else body,
            headers={**self.headers, "X-Upload-Content-Length": str(size), "X-Upload-Content-Type": "video/mp4"},
            timeout=10,
        )

    def put(self, session: str, data: bytes = b"", content_range: str = "") -> requests.Response:
        headers = {**self.headers, "Content-Type": "video/mp4"}
        if content_range:
            headers["Content-Range"] = content_range
        return self.sandbox.session.put(session, data=data, headers=headers, allow_redirects=False, timeout=10)

    def upload(self, name: str = "film", body: dict[str, Any] | None = None, **measures: Any) -> Any:
        """Upload a film in one go; its resource."""
        data = film(name, **measures)
        answer = self.put(self.begin(body, size=len(data)).headers["location"], data)
        assert answer.ok, answer.text
        return answer.json()

    def video(self, video_id: str, part: str = "status,snippet,processingDetails") -> Any:
        return self.get("videos", part=part, id=video_id)["items"][0]


def film(name: str = "film", *, seconds: float = 12, width: int = 1280, height: int = 720, size: int = 60_000) -> bytes:
    """Return a film of ``size`` bytes, always the same for a name and its measures."""
    head = len(films.film(seconds=seconds, width=width, height=height, payload=b"x")) - 1
    chance = random.Random(f"{name} {seconds} {width} {height}")
    payload = chance.randbytes(max(size - head, 1))
    return films.film(seconds=seconds, width=width, height=height, payload=payload)


def metadata(title: str = "Rye is back", **status: Any) -> dict[str, Any]:
    return {
        "snippet": {"title": title, "description": "From the oven.", "tags": ["rye"], "categoryId": "22"},
        "status": {"privacyStatus": "public", "selfDeclaredMadeForKids": False, **status},
    }


def connect(
    sandbox: Process, *, person: str = NADIA, channel: str = HARTLEY, scopes: list[str] | None = None
) -> YouTube:
    """Let a person choose a channel on the consent page."""
    scopes = SCOPES if scopes is None else scopes
    query = {
        "client_id": APP["client_id"],
        "redirect_uri": REDIRECT,
        "response_type": "code",
        "scope": " ".join(scopes),
        "access_type": "offline",
        "prompt": "consent",
    }
    form = [("person", person), ("decision", "accept"), ("identity", channel), *(("scope", each) for each in scopes)]
    answer = sandbox.session.post(
        f"{sandbox.base}/accounts.google.com/o/oauth2/v2/auth",
        params=query,
        data=form,
        allow_redirects=False,
        timeout=10,
    )
    code = parse_qs(urlsplit(answer.headers["location"]).query)["code"][0]
    exchange = {**APP, "grant_type": "authorization_code", "code": code, "redirect_uri": REDIRECT}
    tokens = sandbox.session.post(f"{sandbox.base}/oauth2.googleapis.com/token", data=exchange, timeout=10).json()
    return YouTube(sandbox, tokens["access_token"])


def processed(sandbox: Process) -> None:
    """Let the time pass that processing takes."""
    sandbox.control("POST", "clock", move=5)


def reason(answer: requests.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["errors"][0]["reason"]
