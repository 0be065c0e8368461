"""Strangers who write by themselves: on and off, how often, and one step at a time."""

from dataclasses import asdict, replace
from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from sandbox.control.guard import BadRequest, Table, read_body

if TYPE_CHECKING:
    from sandbox.app import Sandbox

STEPS = 10_000
PER_MINUTE = 3000


def checked_rate(per_minute: str | float) -> float:
    """Read how many things are to happen in a minute. Raises BadRequest or ValueError."""
    found = float(per_minute)
    if not 0 < found <= PER_MINUTE:
        raise BadRequest(f"per_minute must be more than 0 and at most {PER_MINUTE}.")
    return found


class LifeControl:
    def __init__(self, sandbox: "Sandbox") -> None:
        self.sandbox = sandbox

    def table(self) -> Table:
        return [("GET", "life", self.show), ("POST", "life", self.change), ("POST", "life/step", self.step)]

    async def show(self, request: Request) -> Response:
        life = self.sandbox.life
        settings = {name: value for name, value in asdict(life.settings).items() if name != "id"}
        return JSONResponse({**settings, "done": life.done})

    async def change(self, request: Request) -> Response:
        body, life = await read_body(request), self.sandbox.life
        known = {name for name in vars(life.settings) if name != "id"}
        if unknown := body.keys() - known:
            raise BadRequest(f"Unknown settings {', '.join(sorted(unknown))}; there are {', '.join(sorted(known))}.")
        per_minute = checked_rate(body.get("per_minute", life.settings.per_minute))
        if wrong := [name for name in ("networks", "accounts") if not isinstance(body.get(name, []), list)]:
            raise BadRequest(f"{' and '.join(wrong)} must be a list.")
        if isinstance(body.get("on", True), bool):
            life.change(replace(life.settings, **{**body, "per_minute": per_minute}))
            return await self.show(request)
        raise BadRequest("on must be true or false.")

    async def step(self, request: Request) -> Response:
        """Let things happen now, whether it is on or off: a moved clock gives them their time."""
        count = int((await read_body(request)).get("count", 1))
        if not 1 <= count <= STEPS:
            raise BadRequest(f"count must be 1 to {STEPS}.")
        deeds = [self.sandbox.life.step() for _ in range(count)]
        return JSONResponse({"deeds": [deed.as_json() for deed in deeds if deed]})
