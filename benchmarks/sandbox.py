"""How many simple requests the sandbox answers in a second on one core, so that load tests load us and not it.

A client of its own, on keep-alive connections, asks the twins of X and Facebook by turns; only the sandbox's own
processor time counts, so the client's share of the machine and other programs' do not.
"""

import http.client
import json
import tempfile
import time
from collections.abc import Iterator
from itertools import cycle, islice
from pathlib import Path
from urllib.parse import urlsplit

import psutil

from benchmarks.harness import Figures, Run, at_least, main
from benchmarks.workbench.twins import Sandbox, twins

PAGE = "102600000000101"


def measure(run: Run) -> Figures:
    number = run.choose(small=2_000, full=20_000)
    with tempfile.TemporaryDirectory(prefix="portevoix-bench-") as name, twins(Path(name)) as sandbox:
        calls = list(_calls(sandbox))
        line = http.client.HTTPConnection(urlsplit(sandbox.address).netloc)
        process = psutil.Process(sandbox.process.pid)
        _ask(line, list(islice(cycle(calls), 500)))  # the first calls load what they need
        before, began = process.cpu_times(), time.monotonic()
        for _ in run.progress(range(10), "tenths"):
            _ask(line, list(islice(cycle(calls), number // 10)))
        after, took = process.cpu_times(), time.monotonic() - began
        spent = after.user + after.system - before.user - before.system
    return {
        "requests_per_second_per_core": number / spent,
        "requests_per_second_seen": number / took,
        "milliseconds_of_processor_each": 1000 * spent / number,
    }


def _calls(sandbox: Sandbox) -> Iterator[tuple[str, str, str, str]]:
    """Yield method, path, token and body of a mix: posts and reads."""
    x = sandbox.tell("tokens", network="x", accounts=["hartleyandrye"])["tokens"][0]["access_token"]
    page = sandbox.tell("tokens", network="facebook", accounts=[PAGE])["tokens"][0]["access_token"]
    graph = f"/graph.facebook.com/v26.0/{PAGE}"
    yield "POST", "/api.x.com/2/tweets", x, json.dumps({"text": "Rye is back"})
    yield "GET", "/api.x.com/2/users/me?user.fields=public_metrics", x, ""
    yield "POST", f"{graph}/feed", page, json.dumps({"message": "Rye is back"})
    yield "GET", f"{graph}?fields=id,name,picture", page, ""


def _ask(line: http.client.HTTPConnection, calls: list[tuple[str, str, str, str]]) -> None:
    for method, path, token, body in calls:
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        line.request(method, path, body=body or None, headers=headers)
        answer = line.getresponse()
        answer.read()
        assert answer.status in {200, 201}, f"{method} {path}: {answer.status}"


if __name__ == "__main__":
    main("sandbox", measure, goals={"requests_per_second_per_core": at_least(1000)})
