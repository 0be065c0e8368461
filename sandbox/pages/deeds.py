"""What a person does as a stranger, by clicking: write under a post or beside it, and change what was written."""

from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from sandbox.control.guard import is_local
from sandbox.networks.base import Twin, Wall, WallNote
from sandbox.pages.rendering import render
from sandbox.strangers import deeds
from sandbox.strangers.deeds import ITSELF, KINDS, Deed, Impossible

if TYPE_CHECKING:
    from sandbox.app import Sandbox

SEARCHED = 200  # posts and letters among which a note is looked for


class DeedPages:
    """The handlers, bound to one sandbox."""

    def __init__(self, sandbox: "Sandbox") -> None:
        self.sandbox = sandbox

    def routes(self) -> list[Route]:
        return [
            Route("/walls/{network}/{account}/write", self.write, methods=["GET", "POST"]),
            Route("/walls/{network}/{account}/change", self.change, methods=["GET", "POST"]),
        ]

    async def write(self, request: Request) -> Response:
        found = self._find(request)
        if found is None:
            return render(request, "not_found.html", status=404, here="")
        twin, wall = found
        form = await self._form(request)
        kind, on, problem = form.get("kind", "comment"), form.get("on", ""), ""
        if kind not in twin.strangers.kinds or kind in {"like", "unlike", "read"}:
            return render(request, "not_found.html", status=404, here="")
        if request.method == "POST":
            if not is_local(request):
                return _refused()
            try:
                return _back(twin, wall, twin.strangers.do(self._request(wall, form)))
            except Impossible as error:
                problem = str(error)
        return render(
            request,
            "write.html",
            status=422 if problem else 200,
            twin=twin,
            wall=wall,
            kind=kind,
            on=on,
            note=self._note(twin, wall, on) if on else None,
            people=sorted(twin.strangers.everybody(), key=lambda one: str(one["name"])),
            by_hand=ITSELF if kind in {"comment", "reply"} or (kind == "message" and on) else "",
            form=form,
            problem=problem,
            here="wall",
        )

    def _request(self, wall: Wall, form: dict[str, str]) -> deeds.Request:
        kind = next(each for each in KINDS if each == form["kind"])
        return deeds.Request(
            kind=kind,
            account=wall.id,
            on=form.get("on", ""),
            who=form.get("as", ""),
            text=form.get("text", "").strip(),
            recommends=form.get("recommends", "yes") == "yes",
        )

    async def change(self, request: Request) -> Response:
        """A page to edit on; deleting, hiding and showing are one click on the wall."""
        found = self._find(request)
        form = await self._form(request)
        note = self._note(*found, form.get("id", "")) if found else None
        if found is None or note is None:
            return render(request, "not_found.html", status=404, here="")
        twin, wall = found
        problem = ""
        if request.method == "POST":
            if not is_local(request):
                return _refused()
            try:
                return _back(twin, wall, self._carry_out(twin, note.id, form))
            except Impossible as error:
                problem = str(error)
        return render(
            request,
            "change.html",
            status=422 if problem else 200,
            twin=twin,
            wall=wall,
            note=note,
            problem=problem,
            here="wall",
        )

    def _carry_out(self, twin: Twin, note_id: str, form: dict[str, str]) -> Deed:
        match form.get("act"):
            case "delete":
                return twin.strangers.delete(note_id)
            case "hide" | "show":
                return twin.strangers.hide(note_id, hidden=form["act"] == "hide")
            case _:
                text = form.get("text", "").strip()
                if not text:
                    raise Impossible("Nothing is written.")
                return twin.strangers.edit(note_id, text)

    async def _form(self, request: Request) -> dict[str, str]:
        given = await request.form() if request.method == "POST" else {}
        return {**request.query_params, **{name: str(value) for name, value in given.items()}}

    def _find(self, request: Request) -> tuple[Twin, Wall] | None:
        twin = self.sandbox.find_twin(request.path_params["network"])
        wall = twin.find_wall(request.path_params["account"]) if twin else None
        return (twin, wall) if twin and wall else None

    def _note(self, twin: Twin, wall: Wall, note_id: str) -> WallNote | None:
        """What is answered or changed, as the wall shows it."""
        waiting = [note for post in twin.posts(wall.id, SEARCHED) for note in post.notes]
        waiting += twin.letters(wall.id, SEARCHED)
        while waiting:
            note = waiting.pop()
            if note_id in {note.id, note.on}:
                return note
            waiting += note.notes
        return None


def _back(twin: Twin, wall: Wall, deed: Deed) -> Response:
    return RedirectResponse(f"/walls/{twin.key}/{wall.id}#{deed.id}", status_code=303)


def _refused() -> Response:
    return PlainTextResponse("Only this machine may control the sandbox.", status_code=403)
