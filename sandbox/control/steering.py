"""The clock, settings, and a new beginning."""

from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from sandbox.control.guard import BadRequest, Table, read_body
from sandbox.world import Settings

if TYPE_CHECKING:
    from sandbox.app import Sandbox


class SteeringControl:
    def __init__(self, sandbox: "Sandbox") -> None:
        self.sandbox = sandbox

    def table(self) -> Table:
        return [
            ("GET", "health", self.health),
            ("GET", "clock", self.clock),
            ("POST", "clock", self.move_clock),
            ("GET", "settings", self.settings),
            ("POST", "settings", self.change_settings),
            ("POST", "reset", self.reset),
        ]

    async def health(self, request: Request) -> Response:
        return JSONResponse({"ok": True, "networks": [twin.key for twin in self.sandbox.twins]})

    async def clock(self, request: Request) -> Response:
        clock = self.sandbox.world.clock
        return JSONResponse({"now": clock.now(), "frozen": clock.frozen})

    async def move_clock(self, request: Request) -> Response:
        """{"move":

        seconds} and/or {"set": unix seconds} and/or {"frozen": true or false}; {"real": true} undoes all.
        """
        body, clock = await read_body(request), self.sandbox.world.clock
        if body.get("real"):
            clock.reset()
        if "set" in body:
            clock.set(float(body["set"]))
        if "move" in body:
            clock.move(float(body["move"]))
        if "frozen" in body:
            (clock.freeze if body["frozen"] else clock.run)()
        return JSONResponse({"now": clock.now(), "frozen": clock.frozen})

    async def settings(self, request: Request) -> Response:
        return JSONResponse({**_shown(self.sandbox.world.settings), "spent": round(self.sandbox.x.state.spent, 6)})

    async def change_settings(self, request: Request) -> Response:
        body, known = await read_body(request), _shown(self.sandbox.world.settings)
        if unknown := body.keys() - known.keys():
            raise BadRequest(f"Unknown settings {', '.join(sorted(unknown))}; there are {', '.join(known)}.")
        self.sandbox.world.change_settings(replace(self.sandbox.world.settings, **body))
        return await self.settings(request)

    async def reset(self, request: Request) -> Response:
        self.sandbox.reset()
        return JSONResponse({"ok": True})


def _shown(settings: Settings) -> dict[str, Any]:
    return {name: value for name, value in asdict(settings).items() if name != "id"}
