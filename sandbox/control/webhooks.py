"""Where events go, what goes wrong with them on request, and what became of each."""

from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from sandbox.control.guard import BadRequest, Table, read_body
from sandbox.webhooks.switches import LIMITS, Switches

if TYPE_CHECKING:
    from sandbox.app import Sandbox

DRAIN_SECONDS = 300.0


class WebhookControl:
    def __init__(self, sandbox: "Sandbox") -> None:
        self.sandbox = sandbox

    def table(self) -> Table:
        return [
            ("GET", "webhooks", self.show),
            ("POST", "webhooks", self.switch),
            ("GET", "webhooks/deliveries", self.deliveries),
            ("DELETE", "webhooks/deliveries", self.clear),
            ("POST", "webhooks/push", self.push),
            ("POST", "webhooks/retry", self.retry),
            ("POST", "webhooks/drain", self.drain),
        ]

    async def show(self, request: Request) -> Response:
        """The switches, the counts, and every address that the networks know, as they were told."""
        courier, facebook, x = self.sandbox.world.courier, self.sandbox.facebook.state, self.sandbox.x.state
        return JSONResponse(
            {
                "switches": _shown(courier.switches),
                "counts": courier.counts,
                "targets": {
                    "facebook": {
                        "apps": [
                            {name: value for name, value in vars(row).items() if name != "verify_token"}
                            for row in facebook.app_subscriptions.all()
                        ],
                        "pages": [vars(row) for row in facebook.page_subscriptions.all()],
                    },
                    "x": {
                        "webhooks": [vars(row) for row in x.webhooks.all()],
                        "subscriptions": [vars(row) for row in x.subscriptions.all()],
                    },
                    **{network: steering.targets() for network, steering in self.sandbox.steering.items()},
                },
            }
        )

    async def switch(self, request: Request) -> Response:
        body, courier = await read_body(request), self.sandbox.world.courier
        known = _shown(courier.switches)
        if unknown := body.keys() - known.keys():
            raise BadRequest(f"Unknown switches {', '.join(sorted(unknown))}; there are {', '.join(known)}.")
        for name, (least, most) in LIMITS.items():
            if name in body and not least <= float(body[name]) <= most:
                raise BadRequest(f"{name} must be {least} to {most}.")
        typed = {name: type(known[name])(value) for name, value in body.items()}
        courier.change(replace(courier.switches, **typed))
        return await self.show(request)

    async def deliveries(self, request: Request) -> Response:
        """The newest deliveries, oldest of them first; `object` is the id of a comment, post or message."""
        query = request.query_params
        since, wanted = int(query.get("since", "0")), query.get("object")
        found = self.sandbox.world.courier.deliveries.select(
            lambda delivery: (
                delivery.number > since
                and (wanted is None or wanted in delivery.objects)
                and query.get("network", delivery.network) == delivery.network
                and query.get("outcome", delivery.outcome) == delivery.outcome
            ),
            limit=int(query.get("limit", "10000")),
        )
        return JSONResponse(
            {"deliveries": [delivery.as_json() for delivery in found], "counts": self.sandbox.world.courier.counts}
        )

    async def clear(self, request: Request) -> Response:
        self.sandbox.world.courier.deliveries.clear()
        return JSONResponse({"ok": True})

    async def push(self, request: Request) -> Response:
        """Give a topic of Google's a push subscription, as in its console: `topic`, `address`, `audience`, `email`."""
        return JSONResponse(self.sandbox.google_business.steering.push(await read_body(request)), status_code=201)

    async def retry(self, request: Request) -> Response:
        """Do not wait for the hour of the next retry."""
        self.sandbox.world.courier.release_due(everything=True)
        return JSONResponse(self.sandbox.world.courier.counts)

    async def drain(self, request: Request) -> Response:
        """Answer when nothing waits or is under way any more, or after `seconds`; retries may rest meanwhile."""
        body = await read_body(request)
        seconds = min(float(body.get("seconds", 30)), DRAIN_SECONDS)
        drained = await self.sandbox.world.courier.drain(seconds)
        return JSONResponse({"drained": drained, **self.sandbox.world.courier.counts})


def _shown(switches: Switches) -> dict[str, Any]:
    return {name: value for name, value in asdict(switches).items() if name != "id"}
