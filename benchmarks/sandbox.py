"""How many simple requests each twin answers in a second on one core, so that load tests load us and not them.

A client of its own, on a keep-alive connection, asks each twin to read and to write by turns, for twenty accounts; only
the sandbox's own processor time counts, so the client's share of the machine and other programs' do not. The figure is
the slowest's.
"""

import http.client
import json
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import cycle, islice
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import psutil

from benchmarks.harness import Figures, Run, at_least, main
from benchmarks.workbench.twins import Sandbox, twins

_WARM = 200  # the first calls load what they need
_ACCOUNTS = 20  # by turns, as under load


@dataclass(frozen=True)
class Call:
    """One request; a body is sent as JSON."""

    method: str
    path: str
    body: Mapping[str, Any] | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


def measure(run: Run) -> Figures:
    number = run.choose(small=1_000, full=10_000)
    figures: dict[str, float] = {}
    with tempfile.TemporaryDirectory(prefix="portevoix-bench-") as name, twins(Path(name)) as sandbox:
        line = http.client.HTTPConnection(urlsplit(sandbox.address).netloc)
        for network in run.progress(_CALLS, "twins"):
            ids = sandbox.tell("accounts", network=network, count=_ACCOUNTS)["ids"]
            granted = sandbox.tell("tokens", network=network, accounts=ids)["tokens"]
            calls = [(call, each["access_token"]) for each in granted for call in _CALLS[network](each)]
            figures[network] = _per_second(sandbox, line, calls, number)
    return {
        "requests_per_second_per_core": min(figures.values()),
        **{f"{network}_per_second_per_core": figure for network, figure in figures.items()},
    }


def _per_second(
    sandbox: Sandbox, line: http.client.HTTPConnection, calls: Sequence[tuple[Call, str]], number: int
) -> float:
    process = psutil.Process(sandbox.process.pid)
    _ask(line, list(islice(cycle(calls), _WARM)))
    before = process.cpu_times()
    _ask(line, list(islice(cycle(calls), number)))
    after = process.cpu_times()
    return number / (after.user + after.system - before.user - before.system)


def _ask(line: http.client.HTTPConnection, calls: Sequence[tuple[Call, str]]) -> None:
    for call, token in calls:
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json", **call.headers}
        body = None if call.body is None else json.dumps(call.body)
        line.request(call.method, call.path, body=body, headers=headers)
        answer = line.getresponse()
        words = answer.read()
        assert answer.status in {200, 201}, f"{call.method} {call.path}: {answer.status} {words[:300]!r}"


# -- a read and a write of each ----------------------------------------------------------------------------------------


def _x(granted: Mapping[str, Any]) -> list[Call]:
    return [
        Call("POST", "/api.x.com/2/tweets", {"text": "Rye is back"}),
        Call("GET", "/api.x.com/2/users/me?user.fields=public_metrics"),
    ]


def _facebook(granted: Mapping[str, Any]) -> list[Call]:
    page = f"/graph.facebook.com/v26.0/{granted['account']}"
    return [Call("POST", f"{page}/feed", {"message": "Rye is back"}), Call("GET", f"{page}?fields=id,name,picture")]


def _instagram(granted: Mapping[str, Any]) -> list[Call]:
    """Of its writes, one that makes the twin fetch nothing: a container whose bytes would follow."""
    account = f"/graph.facebook.com/v26.0/{granted['account']}"
    container = {"media_type": "REELS", "upload_type": "resumable", "caption": "Rye is back"}
    return [Call("POST", f"{account}/media", container), Call("GET", f"{account}?fields=id,username,name")]


def _youtube(granted: Mapping[str, Any]) -> list[Call]:
    """Of its writes, the beginning of an upload."""
    api = "/www.googleapis.com"
    begin = urlencode({"uploadType": "resumable", "part": "snippet,status"})
    film = {"snippet": {"title": "Rye is back"}, "status": {"selfDeclaredMadeForKids": False}}
    announced = {"X-Upload-Content-Length": "1000", "X-Upload-Content-Type": "video/mp4"}
    return [
        Call("POST", f"{api}/upload/youtube/v3/videos?{begin}", film, announced),
        Call("GET", f"{api}/youtube/v3/channels?part=id,snippet,statistics&mine=true"),
    ]


def _linkedin(granted: Mapping[str, Any]) -> list[Call]:
    urn = str(granted["account"])
    spoken = {"LinkedIn-Version": "202609", "X-Restli-Protocol-Version": "2.0.0"}
    post = {
        "author": urn,
        "commentary": "Rye is back",
        "visibility": "PUBLIC",
        "distribution": {"feedDistribution": "MAIN_FEED", "targetEntities": [], "thirdPartyDistributionChannels": []},
        "lifecycleState": "PUBLISHED",
        "isReshareDisabledByAuthor": False,
    }
    return [
        Call("POST", "/api.linkedin.com/rest/posts", post, spoken),
        Call("GET", f"/api.linkedin.com/rest/organizations/{urn.rpartition(':')[2]}", headers=spoken),
    ]


def _google_business(granted: Mapping[str, Any]) -> list[Call]:
    location = f"/mybusinessbusinessinformation.googleapis.com/v1/locations/{granted['account']}"
    post = {"languageCode": "en-GB", "summary": "Rye is back", "topicType": "STANDARD"}
    return [
        Call("POST", f"/mybusiness.googleapis.com/v4/{granted['name']}/localPosts", post),
        Call("GET", f"{location}?readMask=name,title,metadata"),
    ]


_CALLS: Mapping[str, Callable[[Mapping[str, Any]], list[Call]]] = {
    "x": _x,
    "facebook": _facebook,
    "instagram": _instagram,
    "linkedin": _linkedin,
    "google_business": _google_business,
    "youtube": _youtube,
}


if __name__ == "__main__":
    main("sandbox", measure, goals={"requests_per_second_per_core": at_least(1000)})
