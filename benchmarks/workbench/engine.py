"""The publishing engine at work: own servers, a sandbox, real workers, and posts planted by the hundred.

Import after `harness.product` has set Django up.
"""

import contextlib
import os
import re
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import psutil

from benchmarks.harness import product
from benchmarks.workbench.twins import Sandbox, twins
from launch import environment
from launch.child import before_exec
from launch.place import ROOT
from launch.servers import Throwaway, throwaway

_BIN = ROOT / ".venv/bin"
_OWN_TOKENS = {"facebook", "instagram"}  # networks that give each page a token of its own
_numbers = count(1)


@dataclass
class Presence:
    """A user at X, or a page at Facebook, that an organisation has connected."""

    organisation_id: int
    social_account_id: int
    token: str
    network: str = "x"


@dataclass
class Bench:
    """Everything that runs."""

    servers: Throwaway
    sandbox: Sandbox
    settings: Mapping[str, str]
    log: Path
    presences: list[Presence] = field(default_factory=list)

    def connect(self, organisations: int, *, network: str = "x") -> list[Presence]:
        """Connect one account (a user at X, a page at Facebook …) for each of so many new organisations."""
        from accounts.models import User
        from accounts.services.organisations import create_organisation
        from integrations import vault
        from integrations.models import Grant, SocialAccount
        from integrations.services.lanes import ensure_lanes
        from integrations.services.refreshing import refresh_due_at
        from lib.tenancy.scope import scope
        from scheduler.models import Queue

        owner, _created = User.objects.get_or_create(email="owner@bench.example", defaults={"name": "Owner"})
        ids = self.sandbox.tell("accounts", network=network, count=organisations)["ids"]
        tokens = self.sandbox.tell("tokens", network=network, accounts=ids)["tokens"]
        described = self._described(network, tokens)
        found = []
        for its_id, token in zip(ids, tokens, strict=True):
            there = described.get(its_id)
            network_id = there.network_id if there else its_id
            organisation = create_organisation(f"Bench {network_id}", owner=owner, time_zone="UTC", language="en")
            with scope(organisation=organisation.pk):
                credentials = _credentials(token)
                sealed = {
                    purpose: vault.seal(credentials, organisation_id=organisation.pk, purpose=purpose)
                    for purpose in (vault.person(network, network_id), vault.presence(network, network_id))
                }
                grant = Grant.objects.create(
                    network=network,
                    outside_id=network_id,
                    name="Bench",
                    sealed=sealed[vault.person(network, network_id)],
                    expires_at=credentials.expires_at,
                    available_at=refresh_due_at(credentials, network=network, now=soon()),
                )
                account = SocialAccount.objects.create(
                    network=network,
                    network_id=network_id,
                    name="Bench",
                    handle=f"b{network_id}",
                    grant=grant,
                    # A page has a token of its own, a user lives by the grant's.
                    sealed=sealed[vault.presence(network, network_id)] if network in _OWN_TOKENS else None,
                    details=dict(there.details) if there else {},
                )
                ensure_lanes(account, Queue)
                type(organisation).objects.filter(pk=organisation.pk).update(when_late="send")
            found.append(Presence(organisation.pk, account.pk, token["access_token"], network))
        self.presences += found
        return found

    def _described(self, network: str, tokens: Sequence[Mapping[str, Any]]) -> Mapping[str, Any]:
        """Return, by the twin's id, an account as the provider calls it, with the facts that its calls need."""
        from integrations.registry import provider

        if network in {"facebook", "x"}:
            return {}
        own = {**tokens[-1], "access_token": tokens[-1].get("user_access_token") or tokens[-1]["access_token"]}
        listed = provider(network).list_presences(_credentials(own), now=soon())
        return {re.split("[:/]", presence.network_id)[-1]: presence for presence in listed}

    def plant(self, presences: Sequence[Presence], *, each: int, publish_at: datetime) -> int:
        """Schedule so many texts per account at one hour, and return how many there are."""
        for presence in presences:
            plant(presence, [publish_at] * each)
        return len(presences) * each

    @contextlib.contextmanager
    def running(self, *names: str) -> Iterator[list[subprocess.Popen[bytes]]]:
        """Run workers (publish, media, house) and beat until the block ends."""
        processes = [self.start(name) for name in names]
        try:
            yield processes
        finally:
            for process in processes:
                end(process)

    def start(self, name: str) -> subprocess.Popen[bytes]:
        command: list[str | Path] = [_BIN / "celery", "--quiet", "--app", "config.celery"]
        if name == "beat":
            command += ["beat", "--loglevel", "WARNING", "--schedule", str(self.log.parent / "beat")]
        else:
            command += ["worker", "--queues", name, "--hostname", f"{name}-{next(_numbers)}@%h", "--concurrency", "2"]
            command += ["--loglevel", "WARNING", "--without-gossip", "--without-mingle"]
        with self.log.open("ab") as log:
            return subprocess.Popen(
                command,
                cwd=ROOT,
                env=environment.for_child(self.settings),
                stdout=log,
                stderr=log,
                preexec_fn=before_exec(on_parents_death=signal.SIGKILL),
            )

    def wait_for_workers(self, number: int = 1) -> None:
        """Wait until so many workers answer."""
        from config.celery import app

        deadline = time.monotonic() + 60
        while len(app.control.ping(timeout=0.5) or ()) < number:
            if time.monotonic() > deadline:
                raise TimeoutError(f"workers did not start:\n{self.log.read_text(errors='replace')[-2000:]}")

    def ring(self) -> None:
        """Ring the publish bell once for each of the two processes of its worker."""
        from config.celery import app

        for _ in range(2):
            app.send_task("scheduler.tasks.publish", queue="publish", ignore_result=True)

    def wait_until_idle(self, *, within_seconds: float) -> None:
        """Wait until nothing is due and nothing is in a worker's hands."""
        deadline = time.monotonic() + within_seconds
        while not self.is_idle():
            if time.monotonic() > deadline:
                raise TimeoutError(f"work is left:\n{self.log.read_text(errors='replace')[-3000:]}")
            time.sleep(0.02)

    def is_idle(self) -> bool:
        from django.db import connection
        from django.utils import timezone

        with connection.cursor() as cursor:
            cursor.execute("SELECT coalesce(sum(due_lanes), 0) FROM passage.publication_lag(%s)", [timezone.now()])
            if cursor.fetchone()[0]:
                return False
            cursor.execute("SELECT leased FROM passage.publication_counts(%s)", [timezone.now()])
            return not cursor.fetchone()[0]

    def cpu_seconds(self) -> float:
        """Return the processor time of all that is ours: workers, PostgreSQL, Redis; not the sandbox, not this one."""
        total = 0.0
        for process in psutil.Process(os.getpid()).children(recursive=True):
            with contextlib.suppress(psutil.NoSuchProcess):
                if process.pid != self.sandbox.process.pid:
                    times = process.cpu_times()
                    total += times.user + times.system
        return total


def _credentials(token: Mapping[str, Any]) -> Any:
    from integrations.contract import Credentials

    return Credentials(
        access_token=token["access_token"],
        refresh_token=token.get("refresh_token", ""),
        expires_at=soon(token["expires_in"]) if token.get("expires_in") else None,
    )


def plant(presence: Presence, hours: Sequence[datetime]) -> list[int]:
    """Schedule one text per hour on an account, straight into its lane, and return the publications' ids."""
    from integrations.models import Lane
    from integrations.services.lanes import lower_lanes
    from lib.tenancy.scope import scope
    from scheduler.models import Post, Publication, Queue
    from scheduler.states import State

    with scope(organisation=presence.organisation_id):
        lane = Lane.objects.get(social_account_id=presence.social_account_id, queue=Queue.PUBLISH)
        posts = Post.objects.bulk_create(
            Post(organisation_id=presence.organisation_id, text=f"Bench post number {next(_numbers)}.") for _ in hours
        )
        publications = Publication.objects.bulk_create(
            Publication(
                organisation_id=presence.organisation_id,
                post=post,
                social_account_id=presence.social_account_id,
                state=State.SCHEDULED,
                publish_at=hour,
                available_at=hour,
                queue=Queue.PUBLISH,
                lane=lane,
                is_prepared=True,
            )
            for post, hour in zip(posts, hours, strict=True)
        )
        lower_lanes({lane.pk: min(hours)})
    return [each.pk for each in publications]


def end(process: subprocess.Popen[bytes]) -> None:
    """Stop a worker, and whatever it still runs."""
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(timeout=10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def soon(seconds: float = 0) -> datetime:
    """Return an hour so many seconds from now."""
    from django.utils import timezone

    return timezone.now() + timedelta(seconds=seconds)


@contextlib.contextmanager
def bench(*, durable: bool = False) -> Iterator[Bench]:
    """Start servers and a sandbox, set Django up, and end everything afterwards."""
    with throwaway(durable=durable) as servers, tempfile.TemporaryDirectory(prefix="portevoix-bench-") as name:
        folder = Path(name)
        with twins(folder) as sandbox:
            settings = {
                **environment.placeholders(),
                **servers.addresses.environment(),
                **environment.sandbox(sandbox.address),
                "VAR_DIR": name,
            }
            product(servers.addresses, settings=settings)
            yield Bench(servers, sandbox, settings, folder / "workers.log")
