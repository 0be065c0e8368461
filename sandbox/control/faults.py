"""Faults: set, listed and removed."""

from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from sandbox.control.guard import BadRequest, Table, read_body
from sandbox.faults import KINDS, STATUSES, Fault

if TYPE_CHECKING:
    from sandbox.app import Sandbox


class FaultControl:
    def __init__(self, sandbox: "Sandbox") -> None:
        self.sandbox = sandbox

    def table(self) -> Table:
        return [
            ("GET", "faults", self.list_faults),
            ("POST", "faults", self.add_fault),
            ("DELETE", "faults", self.clear_faults),
            ("DELETE", "faults/{id:int}", self.remove_fault),
        ]

    async def list_faults(self, request: Request) -> Response:
        operations = [operation for host in self.sandbox.hosts for operation in host.operations]
        return JSONResponse(
            {
                "faults": [_fault(fault) for fault in self.sandbox.world.faults.all()],
                "kinds": KINDS,
                "operations": sorted(operations),
            }
        )

    async def add_fault(self, request: Request) -> Response:
        fault = add_fault(self.sandbox, await read_body(request))
        return JSONResponse(_fault(fault), status_code=201)

    async def clear_faults(self, request: Request) -> Response:
        self.sandbox.world.faults.clear()
        return JSONResponse({"ok": True})

    async def remove_fault(self, request: Request) -> Response:
        removed = self.sandbox.world.faults.remove(request.path_params["id"])
        return JSONResponse({"ok": removed}, status_code=200 if removed else 404)


def add_fault(sandbox: "Sandbox", body: dict[str, Any]) -> Fault:
    """Set a fault from JSON or from the form of the faults page. Raises BadRequest."""
    operations = {operation for host in sandbox.hosts for operation in host.operations}
    operation, kind = str(body.get("operation", "")), str(body.get("fault") or body.get("kind"))
    known = operation in operations or any(name.startswith(f"{operation}.") for name in operations)
    if not operation or not known:
        raise BadRequest(f"No operation {operation!r}; there are {', '.join(sorted(operations))}.")
    if kind not in KINDS:
        raise BadRequest(f"No fault {kind!r}; there are {', '.join(KINDS)}.")
    status = int(body.get("status") or 503)
    if status not in STATUSES:
        raise BadRequest(f"status must be one of {STATUSES}.")
    count = body.get("count", 1)
    return sandbox.world.faults.add(
        operation=operation,
        kind=kind,
        count=None if count in {None, "", "always"} else int(count),
        probability=float(body.get("probability", 1.0)),
        seed=int(body.get("seed", 0)),
        seconds=float(body.get("seconds") or 0),
        status=status,
        carried_out=body.get("carried_out") in {True, "true", "1", "on"},
        account=str(body.get("account") or ""),
    )


def _fault(fault: Fault) -> dict[str, Any]:
    return {name: value for name, value in vars(fault).items() if name != "chance"}
