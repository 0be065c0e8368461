"""How much a worker's memory grows while a great film goes up to X and to Facebook.

A process of its own sends one film from disk through each provider to the sandbox, as a worker does, and looks at its
own memory every few milliseconds, from before its first call on.
"""

import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import BinaryIO

from benchmarks.harness import Figures, Run, at_most, main
from benchmarks.workbench.twins import twins
from integrations.contract import Account, AppKeys, Composition, Credentials, Form, Media, MediaKind, Progress, Provider
from integrations.networks.facebook.provider import FacebookProvider
from integrations.networks.x.provider import XProvider
from launch.place import ROOT
from lib.http import Client

PAGE = "102600000000101"
MUSEUM = "1420000000000000103"  # Premium
KINDS = ("x", "facebook", "facebook_reel")


def measure(run: Run) -> Figures:
    size_bytes = run.choose(small=100_000_000, full=1_000_000_000)
    figures: dict[str, float] = {}
    with tempfile.TemporaryDirectory(prefix="portevoix-bench-") as name, twins(Path(name)) as sandbox:
        sandbox.tell("settings", facebook_film_seconds=0)
        token = sandbox.tell("tokens", network="x", accounts=[MUSEUM])["tokens"][0]["access_token"]
        page_token = sandbox.tell("tokens", network="facebook", accounts=[PAGE])["tokens"][0]["access_token"]
        for kind in run.progress(KINDS, "films"):
            words = {
                "kind": kind,
                "address": sandbox.address,
                "token": token if kind == "x" else page_token,
                "folder": name,
                "size_bytes": size_bytes,
            }
            command = [sys.executable, "-m", "benchmarks.upload_memory", "--worker", json.dumps(words)]
            done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
            figures |= {f"{kind}_{key}": value for key, value in json.loads(done.stdout).items()}
    return {"growth_mb": max(figures[f"{kind}_growth_mb"] for kind in KINDS), "film_mb": size_bytes / 1e6, **figures}


def work(words: dict[str, str]) -> dict[str, float]:
    """Send a film and return by how much memory grew meanwhile."""
    kind, size_bytes = words["kind"], int(words["size_bytes"])
    provider, account = _provider(words), _account(words)
    form = Form.REEL if kind == "facebook_reel" else Form.POST
    film = _composition(Path(words["folder"]) / kind, size_bytes, form)
    with _watching() as seen:
        began = time.monotonic()
        _send(provider, account, film)
        took = time.monotonic() - began
    growth = max(0, seen.highest - seen.before)
    return {"growth_mb": growth / 1e6, "mb_per_second": size_bytes / 1e6 / took}


def _send(provider: Provider, account: Account, wanted: Composition) -> None:
    now = datetime.now(UTC)
    progress: Progress = provider.prepare(account, wanted, {}, save=lambda _: None, now=now)
    while not (readiness := provider.check(account, wanted, progress, now=now)).ready:
        assert readiness.check_after is not None, readiness
        time.sleep(min(readiness.check_after.total_seconds(), 0.2))
    provider.commit(account, wanted, progress, now=now)


def _provider(words: dict[str, str]) -> Provider:
    address = words["address"]
    if words["kind"] == "x":
        return XProvider(
            keys=AppKeys(client_id="sandbox-x-client", client_secret="sandbox-x-secret"),
            api_url=f"{address}/api.x.com",
            authorise_url=f"{address}/x.com",
            http=Client([address]),
        )
    return FacebookProvider(
        keys=AppKeys(client_id="260000000000001", client_secret="sandbox-facebook-secret"),
        graph_url=f"{address}/graph.facebook.com",
        dialog_url=f"{address}/www.facebook.com",
        version="v26.0",
        http=Client([address]),
    )


def _account(words: dict[str, str]) -> Account:
    network_id = MUSEUM if words["kind"] == "x" else PAGE
    return Account(network_id=network_id, credentials=Credentials(access_token=words["token"]))


def _composition(path: Path, size_bytes: int, form: Form) -> Composition:
    """Return a film whose bytes lie on disk: the head of a real one, then a hole of the wanted length."""
    with path.open("wb") as file:
        file.write(b"\0\0\0\x10ftypisom\0\0\0\0")
        file.truncate(size_bytes)

    def open_at(offset: int = 0) -> BinaryIO:
        opened = path.open("rb")
        opened.seek(offset)
        return opened

    film = Media(
        key=path.name,
        kind=MediaKind.VIDEO,
        content_type="video/mp4",
        size_bytes=size_bytes,
        width=1080,
        height=1920,
        open=open_at,
        duration=timedelta(seconds=60),
    )
    return Composition(text=f"A film of {size_bytes} bytes", media=(film,), form=form)


@dataclass
class _Seen:
    before: int
    highest: int = 0
    over: threading.Event = field(default_factory=threading.Event)


@contextmanager
def _watching() -> Iterator[_Seen]:
    """Look at this process's resident memory again and again until the block ends."""
    seen = _Seen(before=_resident_bytes())

    def watch() -> None:
        while not seen.over.wait(0.002):
            seen.highest = max(seen.highest, _resident_bytes())

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield seen
    finally:
        seen.over.set()
        watcher.join()


def _resident_bytes() -> int:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--worker"]:
        print(json.dumps(work(json.loads(sys.argv[2]))))
    else:
        main("upload_memory", measure, goals={"growth_mb": at_most(64)})
