"""All of /_control, put together."""

from typing import TYPE_CHECKING

from starlette.routing import Route

from sandbox.control.callbacks import CallbackControl
from sandbox.control.faults import FaultControl
from sandbox.control.grants import GrantControl
from sandbox.control.guard import routes_of
from sandbox.control.happened import HappenedControl
from sandbox.control.life import LifeControl
from sandbox.control.people import PeopleControl
from sandbox.control.steering import SteeringControl
from sandbox.control.strangers import StrangerControl
from sandbox.control.webhooks import WebhookControl

if TYPE_CHECKING:
    from sandbox.app import Sandbox


def control_routes(sandbox: "Sandbox") -> list[Route]:
    rooms = (
        FaultControl(sandbox),
        HappenedControl(sandbox),
        PeopleControl(sandbox),
        GrantControl(sandbox),
        CallbackControl(sandbox),
        StrangerControl(sandbox),
        LifeControl(sandbox),
        WebhookControl(sandbox),
        SteeringControl(sandbox),
    )
    return [route for room in rooms for route in routes_of(room.table())]
