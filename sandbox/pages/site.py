"""Addresses that are nobody's API: the list of twins, walls, faults, calls, pictures."""

import hashlib
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from sandbox.control.faults import add_fault
from sandbox.control.guard import BadRequest, is_local
from sandbox.control.life import checked_rate
from sandbox.control.rooms import control_routes
from sandbox.faults import KINDS, STATUSES
from sandbox.media import sniff
from sandbox.networks.base import Twin, Wall
from sandbox.pages.deeds import DeedPages
from sandbox.pages.portraits import portrait
from sandbox.pages.rendering import render

if TYPE_CHECKING:
    from sandbox.app import Sandbox

WALL_POSTS = 100
SHOWN_CALLS = 100
SHOWN_LETTERS = 30
SHOWN_PEOPLE = 60


def build_site(sandbox: "Sandbox") -> Starlette:
    """The pages of one sandbox, control included."""
    site = Site(sandbox)
    return Starlette(
        routes=[
            Route("/", site.front),
            Route("/walls/{network}/{account}", site.wall),
            Route("/walls/{network}/{account}/posts", site.wall_posts),
            Route("/strangers", site.strangers, methods=["GET", "POST"]),
            *DeedPages(sandbox).routes(),
            Route("/faults", site.faults, methods=["GET", "POST"]),
            Route("/calls", site.calls),
            Route("/media/{name}", site.media),
            Route("/pictures/{network}/{account}.png", site.picture),
            *control_routes(sandbox),
            Mount("/static", StaticFiles(directory=Path(__file__).parent / "static")),
        ],
        exception_handlers={404: site.not_found},
        lifespan=sandbox.open,
    )


class Named(Protocol):
    """A person of any network."""

    @property
    def name(self) -> str: ...


class Site:
    """The handlers, bound to one sandbox."""

    def __init__(self, sandbox: "Sandbox") -> None:
        self.sandbox = sandbox

    async def front(self, request: Request) -> Response:
        return render(
            request, "front.html", twins=[(twin, twin.walls()[:50]) for twin in self.sandbox.twins], here="front"
        )

    async def wall(self, request: Request) -> Response:
        found = self._find(request)
        if found is None:
            return await self.not_found(request, None)
        twin, wall = found
        return render(request, "wall.html", **_shown(twin, wall), here="wall")

    async def wall_posts(self, request: Request) -> Response:
        """The changing part of a wall, for the page that shows it; 304 while nothing changed."""
        found = self._find(request)
        if found is None:
            return PlainTextResponse("", status_code=404)
        twin, wall = found
        response = render(request, "wall_posts.html", **_shown(twin, wall))
        tag = f'"{hashlib.sha256(bytes(response.body)).hexdigest()[:16]}"'
        if request.headers.get("if-none-match") == tag:
            return Response(status_code=304, headers={"etag": tag})
        response.headers["etag"] = tag
        response.headers["cache-control"] = "no-cache"
        return response

    async def faults(self, request: Request) -> Response:
        problem = ""
        if request.method == "POST":
            if not is_local(request):
                return PlainTextResponse("Only this machine may control the sandbox.", status_code=403)
            try:
                self._change_faults({name: str(value) for name, value in (await request.form()).items()})
                return RedirectResponse("/faults", status_code=303)
            except (BadRequest, ValueError) as error:
                problem = str(error)
        return render(
            request,
            "faults.html",
            status=422 if problem else 200,
            problem=problem,
            faults=self.sandbox.world.faults.all()[::-1],
            operations=[(host.title, sorted(host.operations)) for host in self.sandbox.hosts],
            kinds=KINDS,
            statuses=STATUSES,
            here="faults",
        )

    def _change_faults(self, form: dict[str, str]) -> None:
        match form.get("act"):
            case "remove":
                self.sandbox.world.faults.remove(int(form["id"]))
            case "clear":
                self.sandbox.world.faults.clear()
            case _:
                add_fault(self.sandbox, {**form, "count": form.get("count") or None})

    async def strangers(self, request: Request) -> Response:
        """Who they are, whether they live, and where what they do is told."""
        life, problem = self.sandbox.life, ""
        if request.method == "POST":
            if not is_local(request):
                return PlainTextResponse("Only this machine may control the sandbox.", status_code=403)
            form = await request.form()
            try:
                life.change(
                    replace(
                        life.settings,
                        on=form.get("act") == "start",
                        per_minute=checked_rate(str(form.get("per_minute", life.settings.per_minute))),
                    )
                )
                return RedirectResponse("/strangers", status_code=303)
            except (BadRequest, ValueError) as error:
                problem = str(error)
        facebook, x = self.sandbox.facebook, self.sandbox.x
        addresses = [row.callback_url for row in facebook.state.app_subscriptions.all()]
        return render(
            request,
            "strangers.html",
            status=422 if problem else 200,
            problem=problem,
            life=life.settings,
            done=sum(life.done.values()),
            counts=self.sandbox.world.courier.counts,
            targets=dict.fromkeys(
                [
                    *addresses,
                    *(row.url for row in x.state.webhooks.all()),
                    *(row.url for row in self.sandbox.linkedin.state.addresses.all()),
                ]
            ),
            people=facebook.strangers.everybody()[:SHOWN_PEOPLE],
            here="strangers",
        )

    async def calls(self, request: Request) -> Response:
        records = self.sandbox.world.calls.select(lambda _: True, SHOWN_CALLS)[::-1]
        names = {wall.id: wall.name for twin in self.sandbox.twins for wall in twin.walls()}
        return render(request, "calls.html", records=records, names=names, here="calls")

    async def media(self, request: Request) -> Response:
        path = self.sandbox.world.media.path(request.path_params["name"])
        if path is None:
            return PlainTextResponse("", status_code=404)
        with path.open("rb") as file:
            kind = sniff(file.read(64 * 1024))
        # Typed by content, never by name: an upload cannot become a page here.
        headers = {"x-content-type-options": "nosniff", "content-security-policy": "default-src 'none'; sandbox"}
        return FileResponse(path, media_type=kind.media_type, headers=headers)

    async def picture(self, request: Request) -> Response:
        """A profile picture, always the same for an account."""
        network, account = request.path_params["network"], request.path_params["account"]
        name = self._name(network, account)
        if not name:
            return PlainTextResponse("", status_code=404)
        headers = {"cache-control": "max-age=3600", "x-content-type-options": "nosniff"}
        return Response(await run_in_threadpool(portrait, name), media_type="image/png", headers=headers)

    async def not_found(self, request: Request, error: Any) -> Response:
        return render(request, "not_found.html", status=404, here="")

    def _find(self, request: Request) -> tuple[Twin, Wall] | None:
        twin = self.sandbox.find_twin(request.path_params["network"])
        wall = twin.find_wall(request.path_params["account"]) if twin else None
        return (twin, wall) if twin and wall else None

    def _name(self, network: str, account: str) -> str:
        twin = self.sandbox.find_twin(network)
        wall = twin.find_wall(account) if twin else None
        person: Named | None = None
        if network == "facebook":
            person = self.sandbox.facebook.state.persons.find(account)
        elif network == "linkedin":
            person = self.sandbox.linkedin.state.members.find(account)
        elif network == "google":
            person = self.sandbox.google.state.persons.find(account)
        return wall.name if wall else person.name if person else ""


def _shown(twin: Twin, wall: Wall) -> dict[str, Any]:
    return {
        "twin": twin,
        "wall": wall,
        "posts": twin.posts(wall.id, WALL_POSTS),
        "letters": twin.letters(wall.id, SHOWN_LETTERS),
    }
