"""Who is there: more accounts for loads that the cast is too small for."""

from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from sandbox.control.guard import Table, read_body
from sandbox.control.names import Names
from sandbox.networks.facebook.state import TASKS, Page
from sandbox.networks.x.state import User

if TYPE_CHECKING:
    from sandbox.app import Sandbox


class PeopleControl:
    def __init__(self, sandbox: "Sandbox") -> None:
        self.sandbox = sandbox
        self.names = Names(sandbox)

    def table(self) -> Table:
        return [("GET", "accounts", self.accounts), ("POST", "accounts", self.create_accounts)]

    async def accounts(self, request: Request) -> Response:
        facebook, x = self.sandbox.facebook.state, self.sandbox.x.state
        return JSONResponse(
            {
                "facebook": {
                    "persons": [vars(person) for person in facebook.persons.all()],
                    "pages": [vars(page) for page in facebook.pages.all()],
                },
                "x": {"users": [vars(user) for user in x.users.all()]},
                **{network: steering.people() for network, steering in self.sandbox.steering.items()},
            }
        )

    async def create_accounts(self, request: Request) -> Response:
        """More pages of one person, or more users, for loads that the cast is too small for."""
        body = await read_body(request)
        count = int(body.get("count", 1))
        if steering := self.names.steering(body):
            ids = steering.create_accounts(body, count)
        elif body.get("network") == "facebook":
            person = self.names.person(body)
            ids = [self._create_page(person.id, number).id for number in range(count)]
        elif body.get("network") == "x":
            ids = [self._create_user(number).id for number in range(count)]
        else:
            raise self.names.unknown_network()
        return JSONResponse({"ids": ids}, status_code=201)

    def _create_page(self, person_id: str, number: int) -> Page:
        state = self.sandbox.facebook.state
        page_id = state.new_id()
        return state.pages.put(
            Page(
                id=page_id,
                name=f"Page {page_id[-6:]}",
                username=f"page{page_id}",
                category="Local Business",
                about="",
                followers=number,
                engaged_users=1000,
                roles={person_id: list(TASKS)},
            )
        )

    def _create_user(self, number: int) -> User:
        state = self.sandbox.x.state
        user_id = state.new_id()
        return state.users.put(
            User(
                id=user_id,
                username=f"u{int(user_id) % 10**13:x}",
                name=f"User {number + 1}",
                description="",
                followers=number,
                created_at=state.now,
            )
        )
