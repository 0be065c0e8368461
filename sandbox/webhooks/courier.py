"""Carries events from the twins to the apps.

An event is a row from the moment it happens until an app took it or the network gave it up, so a killed sandbox sends
it after its next start. Copies of an event travel each for itself.
"""

import asyncio
import contextlib
import random
import time
from collections import deque
from dataclasses import dataclass, field
from typing import Protocol

from sandbox.clock import Clock
from sandbox.store import Table
from sandbox.webhooks.client import Client, Unreachable
from sandbox.webhooks.record import Deliveries, Delivery
from sandbox.webhooks.switches import Switches

LOOK_SECONDS = 0.2  # how often waiting retries are compared with the twins' clock


@dataclass(frozen=True, kw_only=True)
class Parcel:
    """One event for one app. `entry` is JSON as the network writes it, to be wrapped with others or alone."""

    id: str
    network: str
    app_id: str
    url: str
    account: str
    kind: str
    object_id: str
    entry: str
    at: float


@dataclass(slots=True)
class Shipment:
    """One copy of a parcel under way."""

    parcel: Parcel
    attempt: int = 1
    next_at: float = 0.0  # the twins' clock, for a retry


class Sender(Protocol):
    """A network's side: how its webhooks look, and how patient it is."""

    batches: bool

    def wrap(self, entries: list[str]) -> bytes:
        """The body of a request that carries these entries."""

    def headers(self, app_id: str, body: bytes) -> dict[str, str]:
        """The signature among them."""

    def wait(self, parcel: Parcel, attempt: int) -> float | None:
        """Seconds until the next attempt after this many, None to give up."""

    def heard(self, parcel: Parcel, *, ok: bool) -> None:
        """Learn whether the app took it."""


@dataclass
class Courier:
    """The queue and the workers that empty it. Everything happens on the server's own loop."""

    clock: Clock
    parcels: Table[Parcel]
    stored_switches: Table[Switches]
    switches: Switches = field(default_factory=Switches)
    deliveries: Deliveries = field(default_factory=Deliveries)
    senders: dict[str, Sender] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._ready: deque[Shipment] = deque()
        self._resting: list[Shipment] = []
        self._held = 0  # copies that wait for their moment of the shuffle window
        self._in_flight = 0
        self._round = 0  # a reset begins another; what was under way before no longer counts
        self._serial = 0
        self._chance = random.Random(0)  # noqa: S311 a repeatable disorder is the point
        self._idle: list[asyncio.Future[None]] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._clients: list[Client] = []  # of workers that ended, with their connections
        self._ticker: asyncio.Task[None] | None = None
        self._running = False

    # Life

    def start(self) -> None:
        """Begin to deliver, with what an earlier process left first. Needs the running loop."""
        self._running = True
        self._ticker = asyncio.create_task(self._tick())
        for parcel in self.parcels.all():
            self._ready.append(Shipment(parcel))
        self._wake()

    async def stop(self) -> None:
        self._running = False
        tasks = [*self._tasks, *([self._ticker] if self._ticker else [])]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for client in self._clients:
            client.close()

    def restore(self) -> None:
        """Take up what the journal brought back."""
        self.switches = self.stored_switches.find("switches") or Switches()
        self._chance = random.Random(self.switches.seed)  # noqa: S311

    def clear(self) -> None:
        """Forget all that is under way, and the switches."""
        self._round += 1
        self._ready.clear()
        self._resting.clear()
        self._held = 0
        self.deliveries.clear()
        self.switches = Switches()
        self._chance = random.Random(0)  # noqa: S311

    def change(self, switches: Switches) -> None:
        if switches.seed != self.switches.seed:
            self._chance = random.Random(switches.seed)  # noqa: S311
        self.switches = self.stored_switches.put(switches)
        self._wake()

    # In

    def post(
        self, network: str, *, app_id: str, url: str, account: str, kind: str, object_id: str, entry: str
    ) -> Parcel | None:
        """Take an event on its way; None when it was dropped on request."""
        self._serial += 1
        parcel = Parcel(
            id=f"{time.time_ns()}-{self._serial}",
            network=network,
            app_id=app_id,
            url=url,
            account=account,
            kind=kind,
            object_id=object_id,
            entry=entry,
            at=self.clock.now(),
        )
        self.deliveries.totals["events"] += 1
        if self.switches.drop and self._chance.random() < self.switches.drop:
            self._note([Shipment(parcel)], "dropped", left_at=time.time())
            return None
        self.parcels.put(parcel)
        for _ in range(self.switches.copies):
            self._send_off(Shipment(parcel))
        return parcel

    def _send_off(self, shipment: Shipment) -> None:
        seconds = self.switches.delay_seconds
        if self.switches.shuffle_seconds:
            seconds += self._chance.random() * self.switches.shuffle_seconds
        if not seconds:
            self._ready.append(shipment)
            self._wake()
            return
        self._held += 1
        asyncio.get_running_loop().call_later(seconds, self._release, shipment, self._round)

    def _release(self, shipment: Shipment, begun_in: int) -> None:
        if begun_in == self._round:
            self._held -= 1
            self._ready.append(shipment)
            self._wake()

    # Out

    def _wake(self) -> None:
        """As many workers as there is work for, within the limit."""
        if not self._running or self.switches.paused:
            return
        wanted = min(self.switches.connections, len(self._ready))
        while len(self._tasks) < wanted:
            task = asyncio.create_task(self._work())
            self._tasks.add(task)
            task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        """Something may have come since the worker looked for the last time."""
        self._tasks.discard(task)
        if not task.cancelled():
            self._wake()

    async def _work(self) -> None:
        client = self._clients.pop() if self._clients else Client()
        try:
            while self._ready and not self.switches.paused and len(self._tasks) <= self.switches.connections:
                await self._deliver(client, self._take())
        finally:
            self._clients.append(client)
            self._tell_idle()

    def _take(self) -> list[Shipment]:
        """The next copy, with others for the same address where the network batches."""
        first = self._ready.popleft()
        taken = [first]
        limit = self.switches.batch if self.senders[first.parcel.network].batches else 1
        while len(taken) < limit and self._ready and self._ready[0].parcel.url == first.parcel.url:
            taken.append(self._ready.popleft())
        return taken

    async def _deliver(self, client: Client, batch: list[Shipment]) -> None:
        parcel, begun_in = batch[0].parcel, self._round
        sender = self.senders[parcel.network]
        body = sender.wrap([shipment.parcel.entry for shipment in batch])
        left_at, started = time.time(), time.perf_counter()
        self._in_flight += len(batch)
        try:
            answer = await client.send("POST", parcel.url, sender.headers(parcel.app_id, body), body)
            status = answer.status
        except (Unreachable, TimeoutError):
            status = 0
        finally:
            self._in_flight -= len(batch)
        if begun_in != self._round:
            return
        milliseconds = round((time.perf_counter() - started) * 1000, 3)
        attempt = max(shipment.attempt for shipment in batch)
        outcome = self._settle(sender, batch, ok=200 <= status < 300)
        self._note(
            batch, outcome, status=status, left_at=left_at, milliseconds=milliseconds, attempt=attempt, size=len(body)
        )

    def _settle(self, sender: Sender, batch: list[Shipment], *, ok: bool) -> str:
        outcome = "delivered"
        for shipment in batch:
            parcel = shipment.parcel
            sender.heard(parcel, ok=ok)
            wait = None if ok or not self.switches.retries else sender.wait(parcel, shipment.attempt)
            if wait is None:
                self.parcels.remove(parcel.id)
                outcome = "delivered" if ok else "given_up"
                continue
            outcome = "retried"
            shipment.attempt += 1
            shipment.next_at = self.clock.now() + wait / self.switches.retry_speed
            (self._resting if wait else self._ready).append(shipment)
        return outcome

    def _note(
        self,
        batch: list[Shipment],
        outcome: str,
        *,
        left_at: float,
        status: int = 0,
        milliseconds: float = 0.0,
        attempt: int = 0,
        size: int = 0,
    ) -> None:
        parcel = batch[0].parcel
        self.deliveries.add(
            Delivery(
                number=self.deliveries.next_number(),
                at=left_at,
                network=parcel.network,
                app=parcel.app_id,
                account=parcel.account,
                url=parcel.url,
                kinds=tuple(shipment.parcel.kind for shipment in batch),
                objects=tuple(shipment.parcel.object_id for shipment in batch),
                attempt=attempt,
                status=status,
                milliseconds=milliseconds,
                bytes=size,
                outcome=outcome,
            )
        )

    # Retries

    async def _tick(self) -> None:
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            if self._resting:
                self.release_due()

    def release_due(self, *, everything: bool = False) -> None:
        """Put the retries that are due back into the queue, or all of them."""
        now = self.clock.now()
        resting, self._resting = self._resting, []
        for shipment in resting:
            (self._ready if everything or shipment.next_at <= now else self._resting).append(shipment)
        self._wake()

    # To be asked

    @property
    def counts(self) -> dict[str, int]:
        return {
            "waiting": len(self._ready) + self._held,
            "in_flight": self._in_flight,
            "resting": len(self._resting),
            **self.deliveries.totals,
        }

    async def drain(self, seconds: float) -> bool:
        """Wait until nothing waits or is under way; retries may rest. Whether that came about in time."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while self._ready or self._held or self._in_flight:
                    future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
                    self._idle.append(future)
                    await future
        return not (self._ready or self._held or self._in_flight)

    def _tell_idle(self) -> None:
        waiting, self._idle = self._idle, []
        for future in waiting:
            if not future.done():
                future.set_result(None)
