"""What strangers are asked to do, one by one or in a burst."""

import asyncio
import itertools
import time
from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from sandbox.control.guard import BadRequest, Table, read_body
from sandbox.control.names import Names
from sandbox.strangers import deeds
from sandbox.strangers.deeds import KINDS, Deed, Strangers

if TYPE_CHECKING:
    from sandbox.app import Sandbox

BURST = 100_000
CHUNK = 50  # after so many the server turns to others


class StrangerControl:
    def __init__(self, sandbox: "Sandbox") -> None:
        self.sandbox = sandbox
        self.names = Names(sandbox)

    def table(self) -> Table:
        return [
            ("GET", "strangers", self.everybody),
            ("POST", "strangers", self.invite),
            ("POST", "strangers/edit", self.edit),
            ("POST", "strangers/delete", self.delete),
            ("POST", "strangers/hide", self.hide),
            ("POST", "strangers/burst", self.burst),
            ("POST", "strangers/{kind}", self.do),
        ]

    async def everybody(self, request: Request) -> Response:
        return JSONResponse({twin.key: twin.strangers.everybody() for twin in self.sandbox.twins})

    async def invite(self, request: Request) -> Response:
        body = await read_body(request)
        language = str(body.get("language", "en"))
        if language not in {"en", "fr"}:
            raise BadRequest("language must be en or fr.")
        stranger = self.names.twin(body).strangers.invite(str(body.get("name", "")), language)
        return JSONResponse(stranger, status_code=201)

    async def do(self, request: Request) -> Response:
        """Let a stranger comment, reply, mention, visit, message, review, like or unlike."""
        body = await read_body(request)
        deed = self.names.twin(body).strangers.do(_request(request.path_params["kind"], body))
        return _answer(deed)

    async def edit(self, request: Request) -> Response:
        body = await read_body(request)
        return _answer(self.names.twin(body).strangers.edit(_id(body), str(body.get("text", ""))))

    async def delete(self, request: Request) -> Response:
        body = await read_body(request)
        return _answer(self.names.twin(body).strangers.delete(_id(body)))

    async def hide(self, request: Request) -> Response:
        """What the account's people do by hand; {"hidden": false} shows again."""
        body = await read_body(request)
        hidden = body.get("hidden", True) is not False
        return _answer(self.names.twin(body).strangers.hide(_id(body), hidden=hidden))

    async def burst(self, request: Request) -> Response:
        """Many deeds of one kind, by `authors` different people in turn, `per_second` of them or as fast as it goes."""
        body = await read_body(request)
        count, kind = int(body.get("count", 100)), str(body.get("kind", "comment"))
        if not 1 <= count <= BURST:
            raise BadRequest(f"count must be 1 to {BURST}.")
        strangers = self.names.twin(body).strangers
        who = self._authors(strangers, body)
        pace = float(body.get("per_second") or 0)
        asked = _request(kind, body)
        started, ids, first = time.monotonic(), [], self.sandbox.world.clock.now()
        for number, author in zip(range(count), itertools.cycle(who), strict=False):
            text = f"{asked.text} {number + 1}" if asked.text else ""
            deed = strangers.do(deeds.Request(**{**vars(asked), "who": author, "text": text}))
            ids.append(deed.id)
            if pace:
                await asyncio.sleep(max(0.0, started + (number + 1) / pace - time.monotonic()))
            elif number % CHUNK == CHUNK - 1:
                await asyncio.sleep(0)
        seconds = round(time.monotonic() - started, 3)
        return JSONResponse({"ids": ids, "from": first, "to": self.sandbox.world.clock.now(), "seconds": seconds})

    def _authors(self, strangers: Strangers, body: dict[str, Any]) -> list[str]:
        """As many as asked for; more than there are join first. Without a number, whoever is chosen each time."""
        wanted = int(body.get("authors") or 0)
        if not wanted:
            return [str(body.get("as", ""))]
        language = str(body.get("language", "en"))
        there = [str(one["id"]) for one in strangers.everybody()][:wanted]
        there += [str(strangers.invite("", language)["id"]) for _ in range(wanted - len(there))]
        return there


def _request(kind: str, body: dict[str, Any]) -> deeds.Request:
    if kind not in KINDS:
        raise BadRequest(f"Strangers can {', '.join(KINDS)}, edit, delete; not {kind}.")
    return deeds.Request(
        kind=kind,
        account=str(body.get("account", "")),
        on=str(body.get("on", "")),
        who=str(body.get("as", "")),
        text=str(body.get("text", "")),
        recommends=body.get("recommends", True) is not False,
        stars=_stars(body),
        wordless=body.get("wordless") is True,
    )


def _stars(body: dict[str, Any]) -> int:
    stars = int(body.get("stars") or 0)
    if not 0 <= stars <= 5:
        raise BadRequest("stars must be 1 to 5.")
    return stars


def _id(body: dict[str, Any]) -> str:
    if not body.get("id"):
        raise BadRequest("id is missing: the one that was answered when it was written.")
    return str(body["id"])


def _answer(deed: Deed) -> Response:
    return JSONResponse(deed.as_json(), status_code=201)
