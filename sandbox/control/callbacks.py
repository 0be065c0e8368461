"""What Facebook asks an app about a person, and where: deauthorising and deleting."""

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from sandbox.control.guard import BadRequest, Table, read_body
from sandbox.control.names import Names
from sandbox.networks.facebook.callbacks import ask_for_deletion
from sandbox.networks.facebook.state import Callbacks

if TYPE_CHECKING:
    from sandbox.app import Sandbox


class CallbackControl:
    def __init__(self, sandbox: "Sandbox") -> None:
        self.sandbox = sandbox
        self.names = Names(sandbox)

    def table(self) -> Table:
        return [
            ("GET", "callbacks", self.show),
            ("POST", "callbacks", self.name),
            ("POST", "data-deletion", self.ask_for_deletion),
        ]

    async def show(self, request: Request) -> Response:
        return JSONResponse({"facebook": [vars(row) for row in self.sandbox.facebook.state.callbacks.all()]})

    async def name(self, request: Request) -> Response:
        """{"deauthorise_url": ..., "deletion_url": ...} of the first app, or of `app`."""
        body, state = await read_body(request), self.sandbox.facebook.state
        app_id = self._app(body)
        row = state.callbacks.find(app_id) or Callbacks(id=app_id)
        given = {name: str(body[name]) for name in ("deauthorise_url", "deletion_url") if name in body}
        state.callbacks.put(replace(row, **given))
        return await self.show(request)

    async def ask_for_deletion(self, request: Request) -> Response:
        """A person, or a stranger by id, asks at Facebook that the app deletes what it has of them."""
        body, state = await read_body(request), self.sandbox.facebook.state
        stranger = state.strangers.find(str(body.get("person", "")))
        person_id = stranger.id if stranger else self.names.person(body).id
        answer = await ask_for_deletion(state, self._app(body), person_id)
        if answer is None:
            raise BadRequest("The app named no deletion_url: POST /_control/callbacks first.")
        return JSONResponse({"user_id": person_id, **answer})

    def _app(self, body: dict[str, Any]) -> str:
        apps = self.sandbox.world.apps.facebook
        app_id = str(body.get("app") or next(iter(apps)))
        if app_id not in apps:
            raise BadRequest(f"No app {app_id!r}; there are {', '.join(apps)}.")
        return app_id
