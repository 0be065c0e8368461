"""How much memory grows while a great film goes up to each network that takes films, and while one fetches it from us.

A process of its own sends one film from disk through each provider to the sandbox, as a worker does, and looks at its
own memory every few milliseconds, from before its first call on. Where a network takes less than was asked for, the
film is as great as it takes (`…_film_mb`). `served` is the other way (Instagram by its usual way, Google Business): our
web process gives the film to whoever has its signed address, to three at once.
"""

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import requests

from benchmarks.harness import Figures, Run, at_most, main
from benchmarks.workbench.engine import Bench, bench
from benchmarks.workbench.films import KINDS, Kind, account_of, film_of, size_for, write_film
from benchmarks.workbench.strangers import Web, web
from integrations.contract import Account, Composition, Progress, Provider
from launch.place import ROOT

_AT_ONCE = 3


def measure(run: Run) -> Figures:
    size_bytes = run.choose(small=100_000_000, full=1_000_000_000)
    figures: dict[str, float] = {}
    with bench() as ours:
        ours.sandbox.tell("settings", facebook_film_seconds=0, instagram_film_seconds=0)
        for name in run.progress(KINDS, "films"):
            figures |= {f"{name}_{key}": value for key, value in _sent(ours, name, size_bytes).items()}
        with web(ours) as site:
            figures |= {f"served_{key}": value for key, value in _served(ours, site, size_bytes).items()}
    return {"growth_mb": max(figures[f"{name}_growth_mb"] for name in (*KINDS, "served")), **figures}


def _sent(ours: Bench, name: str, size_bytes: int) -> dict[str, float]:
    """Let a worker send a film, and return what it saw."""
    kind = KINDS[name]
    account = kind.account or ours.sandbox.tell("accounts", network=kind.network, count=1)["ids"][0]
    token = ours.sandbox.tell("tokens", network=kind.network, accounts=[account])["tokens"][0]["access_token"]
    words = {"kind": name, "address": ours.sandbox.address, "account": account, "token": token}
    words |= {"folder": str(ours.log.parent), "size_bytes": str(size_bytes)}
    command = [sys.executable, "-m", "benchmarks.upload_memory", "--worker", json.dumps(words)]
    done = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True)
    found: dict[str, float] = json.loads(done.stdout)
    return found


def work(words: dict[str, str]) -> dict[str, float]:
    """Send a film and return by how much memory grew meanwhile."""
    kind: Kind = KINDS[words["kind"]]
    provider, account = kind.make(words["address"]), account_of(words["account"], words["token"])
    size_bytes = size_for(provider, int(words["size_bytes"]))
    film = film_of(Path(words["folder"]) / words["kind"], size_bytes, kind)
    with _watching(_resident_bytes) as seen:
        began = time.monotonic()
        _send(provider, account, film)
        took = time.monotonic() - began
    return {"growth_mb": seen.growth_mb, "film_mb": size_bytes / 1e6, "mb_per_second": size_bytes / 1e6 / took}


def _send(provider: Provider, account: Account, wanted: Composition) -> None:
    now = datetime.now(UTC)
    progress: Progress = provider.prepare(account, wanted, {}, save=lambda _: None, now=now)
    while not (readiness := provider.check(account, wanted, progress, now=now)).ready:
        assert readiness.check_after is not None, readiness
        time.sleep(min(readiness.check_after.total_seconds(), 0.2))
    provider.commit(account, wanted, progress, now=now)


def _served(ours: Bench, site: Web, size_bytes: int) -> dict[str, float]:
    """Fetch a film from the web process by its signed address, several times at once, as networks do."""
    address = site.address + _address_of_film(ours, size_bytes)
    process = site.process
    assert process is not None
    _fetch(address, most_bytes=1_000_000)  # what is loaded once is not the film's
    with _watching(lambda: _resident_bytes(process.pid)) as seen, ThreadPoolExecutor(_AT_ONCE) as pool:
        began = time.monotonic()
        got = list(pool.map(_fetch, [address] * _AT_ONCE))
        took = time.monotonic() - began
    assert got == [size_bytes] * _AT_ONCE, got
    return {"growth_mb": seen.growth_mb, "film_mb": size_bytes / 1e6, "mb_per_second": sum(got) / 1e6 / took}


def _address_of_film(ours: Bench, size_bytes: int) -> str:
    from urllib.parse import urlsplit

    from accounts.models import User
    from accounts.services.organisations import create_organisation
    from config.env import env
    from gallery.addresses import our_address_of
    from gallery.models import Asset
    from gallery.storage import new_key
    from lib.tenancy.scope import scope

    owner, _created = User.objects.get_or_create(email="owner@bench.example", defaults={"name": "Owner"})
    organisation = create_organisation("Bench films", owner=owner, time_zone="UTC", language="en")
    key = new_key(organisation.pk, "assets", "mp4")
    path = env.media_root / key
    path.parent.mkdir(parents=True, exist_ok=True)
    write_film(path, size_bytes)
    with scope(organisation=organisation.pk):
        film = Asset.objects.create(
            storage_key=key, name="film.mp4", content_type="video/mp4", size_bytes=size_bytes, width=1080, height=1920
        )
    return urlsplit(our_address_of(organisation_id=organisation.pk, asset_id=film.pk)).path


def _fetch(address: str, *, most_bytes: int | None = None) -> int:
    """Read an answer piece by piece and return how many bytes came."""
    headers = {"Range": f"bytes=0-{most_bytes - 1}"} if most_bytes else {}
    with requests.get(address, headers=headers, stream=True, timeout=120) as answer:
        answer.raise_for_status()
        return sum(len(piece) for piece in answer.iter_content(1024**2))


@dataclass
class _Seen:
    before: int
    highest: int = 0
    over: threading.Event = field(default_factory=threading.Event)

    @property
    def growth_mb(self) -> float:
        return max(0, self.highest - self.before) / 1e6


@contextmanager
def _watching(resident_bytes: Callable[[], int]) -> Iterator[_Seen]:
    """Look at a process's resident memory again and again until the block ends."""
    seen = _Seen(before=resident_bytes())

    def watch() -> None:
        while not seen.over.wait(0.002):
            seen.highest = max(seen.highest, resident_bytes())

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield seen
    finally:
        seen.over.set()
        watcher.join()


def _resident_bytes(pid: int | None = None) -> int:
    pages = int(Path(f"/proc/{pid or 'self'}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--worker"]:
        print(json.dumps(work(json.loads(sys.argv[2]))))
    else:
        main("upload_memory", measure, goals={"growth_mb": at_most(64)})
