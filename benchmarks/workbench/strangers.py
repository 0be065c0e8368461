"""What strangers write, as Meta's signed webhooks, made without the sandbox: its speed is not measured with ours.

Import after `harness.product` has set Django up.
"""

import contextlib
import hashlib
import hmac
import json
import signal
import subprocess
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any

import requests

from benchmarks.workbench.engine import Bench
from launch import environment
from launch.child import before_exec
from launch.place import ROOT, free_port

_BIN = ROOT / ".venv/bin"
_numbers = count(1)
#: Meta goes on for hours; a web process that starts on a busy machine may take a minute.
_TAKEN_WITHIN_SECONDS = 240


@dataclass(frozen=True)
class Page:
    """A Facebook page that an organisation has connected."""

    organisation_id: int
    social_account_id: int
    network_id: str


def connect_pages(number: int) -> list[Page]:
    """Make so many organisations with one page each. No call is made on their behalf."""
    from accounts.models import User
    from accounts.services.organisations import create_organisation
    from integrations.models import SocialAccount
    from lib.tenancy.scope import scope

    owner, _created = User.objects.get_or_create(email="owner@bench.example", defaults={"name": "Owner"})
    pages = []
    for _ in range(number):
        network_id = str(70_000_000 + next(_numbers))
        organisation = create_organisation(f"Bench {network_id}", owner=owner, time_zone="UTC", language="en")
        with scope(organisation=organisation.pk):
            account = SocialAccount.objects.create(
                network="facebook", network_id=network_id, name="Bench", kind="page", capabilities=["publish", "engage"]
            )
        pages.append(Page(organisation.pk, account.pk, network_id))
    return pages


def comment(page: Page, number: int) -> dict[str, Any]:
    """One entry of a webhook: a stranger comments on one of the page's posts."""
    post = f"{page.network_id}_{1 + number % 20}"
    at = int(time.time())
    value = {
        "item": "comment",
        "verb": "add",
        "post_id": post,
        "comment_id": f"{post.split('_')[1]}_{page.network_id}{number}",
        "parent_id": post,
        "created_time": at,
        "message": f"Comment number {number}: is the stollen back on Friday, and until when are you open?",
        "from": {"id": f"9{number % 200:06}", "name": f"Stranger {number % 200}"},
    }
    return {"id": page.network_id, "time": at, "changes": [{"field": "feed", "value": value}]}


def body_of(entries: Sequence[dict[str, Any]]) -> bytes:
    return json.dumps({"object": "page", "entry": list(entries)}).encode()


def signature(body: bytes, secret: str) -> dict[str, str]:
    digest = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return {"X-Hub-Signature-256": f"sha256={digest}", "Content-Type": "application/json"}


@dataclass
class Web:
    """The web process, which can be ended and started again at its address."""

    ours: Bench
    port: int
    process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        command = [_BIN / "uvicorn", "config.asgi:application", "--host", "127.0.0.1", "--port", str(self.port)]
        command += ["--lifespan", "off", "--no-access-log", "--log-level", "warning"]
        with self.ours.log.open("ab") as log:
            self.process = subprocess.Popen(
                [str(word) for word in command],
                cwd=ROOT,
                env=environment.for_child(self.ours.settings),
                stdout=log,
                stderr=log,
                preexec_fn=before_exec(on_parents_death=signal.SIGKILL),
            )
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            with contextlib.suppress(requests.ConnectionError):
                requests.get(f"{self.address}/healthz", timeout=5)
                return
            time.sleep(0.05)
        raise TimeoutError(f"the web process did not start:\n{self.ours.log.read_text(errors='replace')[-2000:]}")

    def kill(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()

    def deliver(self, session: requests.Session, body: bytes) -> int:
        """Hand over a webhook as Meta does: again and again until it is taken. Return how often it was tried."""
        headers = signature(body, self.ours.settings["FACEBOOK_APP_SECRET"])
        deadline = time.monotonic() + _TAKEN_WITHIN_SECONDS
        for attempt in count(1):
            with contextlib.suppress(requests.RequestException):
                answer = session.post(f"{self.address}/webhooks/facebook", data=body, headers=headers, timeout=20)
                if answer.ok:
                    return attempt
            if time.monotonic() > deadline:
                break
            time.sleep(0.1)
        raise TimeoutError(f"a webhook was never taken:\n{self.ours.log.read_text(errors='replace')[-2000:]}")


@contextlib.contextmanager
def web(ours: Bench) -> Iterator[Web]:
    """Run the web process until the block ends."""
    running = Web(ours, free_port())
    running.start()
    try:
        yield running
    finally:
        running.kill()
