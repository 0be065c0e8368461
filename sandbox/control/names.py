"""Finding whom a request names."""

from typing import TYPE_CHECKING, Any

from sandbox.control.guard import BadRequest
from sandbox.networks.base import Steering, Twin
from sandbox.networks.facebook.state import Page, Person
from sandbox.networks.x.state import User

if TYPE_CHECKING:
    from sandbox.app import Sandbox


class Names:
    """The people, pages and users of one sandbox. Every method raises BadRequest."""

    def __init__(self, sandbox: "Sandbox") -> None:
        self.sandbox = sandbox

    def twin(self, body: dict[str, Any]) -> Twin:
        twin = self.sandbox.find_twin(str(body.get("network", "")))
        if twin is None:
            raise self.unknown_network()
        return twin

    def steering(self, body: dict[str, Any]) -> Steering | None:
        """What answers for a network by itself; None where these rooms do."""
        return self.sandbox.steering.get(str(body.get("network", "")))

    def unknown_network(self) -> BadRequest:
        return BadRequest(f"network must be {' or '.join(each.key for each in self.sandbox.twins)}.")

    def person(self, body: dict[str, Any]) -> Person:
        persons = self.sandbox.facebook.state.persons.all()
        wanted = str(body.get("person", persons[0].id))
        found = next((person for person in persons if wanted in {person.id, person.name}), None)
        if found is None:
            raise BadRequest(f"No person {wanted!r}; there are {', '.join(person.name for person in persons)}.")
        return found

    def page(self, name: object) -> Page:
        page = self.sandbox.facebook.state.find_page(str(name)) or next(
            (page for page in self.sandbox.facebook.state.pages.all() if page.name == name), None
        )
        if page is None:
            raise BadRequest(f"No page {name!r}.")
        return page

    def user(self, body: dict[str, Any]) -> User:
        wanted = str(body.get("account", ""))
        user = self.sandbox.x.state.find_user(wanted)
        if user is None:
            names = ", ".join(user.username for user in self.sandbox.x.state.users.all()[:10])
            raise BadRequest(f"No account {wanted!r}; there are {names}.")
        return user
