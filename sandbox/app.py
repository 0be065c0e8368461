"""The sandbox as one ASGI application:

twins under their real hosts' names, everything else a person's page or control.
"""

import asyncio
import contextlib
import logging
import re
from collections.abc import AsyncIterator, Callable
from pathlib import Path

from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sandbox.calls import BadBody, BodyTooLarge, Call, ClientLeft, read_call
from sandbox.faults import Fault, Kind
from sandbox.networks._google.host import GoogleHost
from sandbox.networks.base import Host, Operation, Steering, Twin
from sandbox.networks.facebook.twin import FacebookTwin
from sandbox.networks.google_business.twin import BusinessTwin
from sandbox.networks.instagram.twin import InstagramTwin
from sandbox.networks.linkedin.twin import LinkedInTwin
from sandbox.networks.x import text
from sandbox.networks.x.twin import XTwin
from sandbox.networks.youtube.twin import YouTubeTwin
from sandbox.pages.site import build_site
from sandbox.strangers.life import Life, LifeSettings
from sandbox.world import World

logger = logging.getLogger(__name__)

BEAT_SECONDS = 0.25
ENDLESS = re.compile(
    r"(?:rupload\.facebook\.com/(?:video|ig-api)-upload/|graph(?:-video)?\.facebook\.com/(?:v[\d.]+/)?upload:)"
)
# These replace the answer; the work is not done, except where the fault says so.
REFUSALS: tuple[Kind, ...] = ("rate_limited", "forbidden", "duplicate", "status")


class Sandbox:
    """Serves one world. `pages` answers what is under no network's host."""

    def __init__(self, folder: Path | None = None) -> None:
        self.world = World(folder=folder)
        self.facebook = FacebookTwin(self.world)
        self.x = XTwin(self.world)
        self.google = GoogleHost(self.world)
        self.google_business = BusinessTwin(self.world, self.google)
        self.instagram = InstagramTwin(self.world, self.facebook)
        self.linkedin = LinkedInTwin(self.world)
        self.youtube = YouTubeTwin(self.google)
        self.twins: tuple[Twin, ...] = (
            self.facebook,
            self.x,
            self.instagram,
            self.linkedin,
            self.youtube,
            self.google_business,
        )
        # A network that is here answers /_control by itself.
        self.steering: dict[str, Steering] = {
            "instagram": self.instagram.steering,
            "linkedin": self.linkedin.steering,
            "youtube": self.youtube.steering,
            "google_business": self.google_business.steering,
        }
        self.life = Life(self.twins, self.world.table("life", LifeSettings))
        self.world.restore()
        self.raise_curtain()
        self.life.restore()
        self._served: dict[str, list[Host]] = {}
        for each in self.hosts:
            for name in each.hosts:
                self._served.setdefault(name, []).append(each)
        self.pages: ASGIApp = build_site(self)

    @property
    def hosts(self) -> tuple[Host, ...]:
        """All that answer calls, the twins and what several of them share; Instagram before Facebook on Meta's host."""
        return (self.google, self.instagram, *(each for each in self.twins if each is not self.instagram))

    def raise_curtain(self) -> None:
        """Bring the cast onto empty stages; on others it is already there."""
        for host in self.hosts:
            host.raise_curtain()

    def warm_up(self) -> None:
        """Load what the first calls need: all calls share one loop, and would wait for it with them."""
        text.warm_up()

    def reset(self) -> None:
        self.world.clear()
        for twin in self.twins:
            twin.forget()
        self.life.clear()
        self.raise_curtain()

    @contextlib.asynccontextmanager
    async def open(self, _: object = None) -> AsyncIterator[None]:
        """What runs beside the calls, from the server's start to its end."""
        self.world.courier.start()
        beside = [asyncio.create_task(self.life.run()), *(asyncio.create_task(_beat(twin)) for twin in self.twins)]
        for task in beside:
            task.add_done_callback(_complain)
        try:
            yield
        finally:
            for task in beside:
                task.cancel()
            await asyncio.gather(*beside, return_exceptions=True)
            await self.world.courier.stop()

    def find_twin(self, key: str) -> Twin | None:
        return next((twin for twin in self.twins if twin.key == key), None)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send a call to its twin, any other to the pages."""
        if scope["type"] == "http":
            host, _, path = scope["path"][1:].partition("/")
            if served := self._served.get(host):
                await self._serve(served, scope, receive, send, host=host, path=path)
                return
        await self.pages(scope, receive, send)

    async def _serve(
        self, served: list[Host], scope: Scope, receive: Receive, send: Send, *, host: str, path: str
    ) -> None:
        # Bytes without end go to a file as they come, and what came before somebody hung up is kept, as at Meta.
        endless = scope["method"] == "POST" and ENDLESS.match(f"{host}/{path}")
        spool = self.world.media.fresh() if endless else None
        try:
            call = await read_call(scope, receive, host=host, path=path, spool=spool)
        except ClientLeft:
            return
        except BodyTooLarge:
            await Response(status_code=413)(scope, receive, send)
            return
        except BadBody:
            await served[-1].bad_body()(scope, receive, send)
            return
        found = ((each, operation) for each in served if (operation := each.route(call)))
        twin, operation = next(found, (served[-1], None))
        name = operation.name if operation else f"{twin.key}.unknown"
        response = await self._answer(twin, call, operation) if operation else twin.not_found(call)
        # Recorded before it is sent: whoever has the answer in hand finds the call in the log.
        self.world.calls.add(call, network=twin.key, operation=name, status=response.status_code if response else 0)
        if spool:
            spool.unlink(missing_ok=True)
        if call.left:
            return
        if response is None:
            await _cut(scope, receive)
        else:
            await response(scope, receive, send)

    async def _answer(self, twin: Host, call: Call, operation: Operation) -> Response | None:
        """Carry a call out under the faults that strike it; None means that the connection is to be cut."""
        faults = call.faults = self.world.faults.take(operation.name, call.account)
        if not faults:
            return await twin.carry_out(call, operation)
        if delay := faults.get("delay"):
            await asyncio.sleep(delay.seconds)  # real time: the twins' clock may stand still
        if "lost_request" in faults:
            return None
        if "revoked_token" in faults or "expired_token" in faults:
            twin.end_token(call, revoked="revoked_token" in faults)
        refusal = next((faults[kind] for kind in REFUSALS if kind in faults), None)
        if refusal and not refusal.carried_out:
            return twin.fault_answer(call, refusal)
        response = await twin.carry_out(call, operation)
        return _spoil(response, refusal, faults, lambda fault: twin.fault_answer(call, fault))


def _complain(task: asyncio.Task[None]) -> None:
    """What runs beside the calls ends with the server only; anything else is a fault of ours and must be seen."""
    if not task.cancelled() and (error := task.exception()):
        logger.error("the sandbox's %s ended", task.get_coro(), exc_info=error)


async def _beat(twin: Twin) -> None:
    """What a network does by itself, for as long as the server runs."""
    while True:
        await asyncio.sleep(BEAT_SECONDS)
        await twin.tick()


def _spoil(
    response: Response, refusal: Fault | None, faults: dict[Kind, Fault], answer: Callable[[Fault], Response]
) -> Response | None:
    """What becomes of a good answer on its way back."""
    if "lost_answer" in faults:
        return None
    if refusal:
        return answer(refusal)
    if "malformed_answer" in faults:
        half = bytes(response.body)[: len(response.body) // 2]
        return Response(half, status_code=response.status_code, media_type="application/json")
    return response


async def _cut(scope: Scope, receive: Receive) -> None:
    """Drop the connection without a byte, as a network that broke down does."""
    abort = scope.get("extensions", {}).get("sandbox.cut", {}).get("abort")
    if abort is None:
        raise RuntimeError("This server cannot cut connections; start the sandbox with python -m sandbox.")
    abort()
    message: Message = {}
    while message.get("type") != "http.disconnect":
        message = await asyncio.wait_for(receive(), timeout=5)
