"""What /_control does at Business Profile."""

from dataclasses import replace
from typing import Any

from sandbox.networks._google.steering import GoogleSteering
from sandbox.networks.google_business.notifications import tell_standing
from sandbox.networks.google_business.state import STANDINGS, BusinessState, Location, PushSubscription


class BusinessSteering(GoogleSteering):
    """Fulfils sandbox.networks.base.Steering."""

    def __init__(self, state: BusinessState) -> None:
        super().__init__(state.google, "google_business")
        self.state = state

    def people(self) -> dict[str, Any]:
        return {
            "persons": [vars(person) for person in self.google.persons.all()],
            "accounts": [vars(account) for account in self.state.accounts.all()],
            "locations": [vars(location) for location in self.state.locations.all()],
        }

    def create_accounts(self, body: dict[str, Any], count: int) -> list[str]:
        """More profiles in the first account of a person."""
        account = self.state.accounts_of(self.person(body).id)[0]
        ids = []
        for _ in range(count):
            location_id = self.state.new_id()
            self.state.locations.put(
                Location(
                    id=location_id,
                    account_ids=[account.id],
                    title=f"Shop {location_id[-6:]}",
                    category="Shop",
                    about="",
                    locality="Leeds",
                    postal_code="LS1 1AA",
                    street="1 Boar Lane",
                    region="GB",
                    phone="+44 113 496 0000",
                )
            )
            ids.append(location_id)
        return ids

    def mint(self, body: dict[str, Any], account: str) -> dict[str, Any]:
        location = self._location(account)
        group = next(found for found in map(self.state.accounts.find, location.account_ids) if found)
        person = self.google.persons.find(next(iter(group.roles)))
        if person is None:
            raise ValueError(f"Nobody manages {account!r}.")
        tokens = self.tokens_of(body, person)
        return {"account": location.id, "name": f"accounts/{group.id}/locations/{location.id}", **tokens}

    async def withdraw(self, body: dict[str, Any], reason: str) -> dict[str, Any]:
        """Beside what is Google's: `role` ends the person's part in the accounts of a `location`; a standing's name
        (`suspended`, `good` ...) gives the `location` that standing.
        """
        if reason == "role":
            person, location = self.person(body), self._location(body.get("location"))
            for account_id in location.account_ids:
                if (account := self.state.accounts.find(account_id)) and person.id in account.roles:
                    roles = {who: role for who, role in account.roles.items() if who != person.id}
                    self.state.accounts.put(replace(account, roles=roles))
            return {"ended": 0}
        if reason in STANDINGS:
            location = self._location(body.get("location"))
            self.state.locations.put(replace(location, standing=reason))
            tell_standing(self.state, location.id)
            return {"ended": 0}
        return await super().withdraw(body, reason)

    def targets(self) -> dict[str, Any]:
        return {
            "settings": [vars(row) for row in self.state.settings.all()],
            "subscriptions": [vars(row) for row in self.state.subscriptions.all()],
        }

    def push(self, body: dict[str, Any]) -> dict[str, Any]:
        """What an operator does in the Cloud console: a push subscription of a topic."""
        topic, address = str(body.get("topic") or ""), str(body.get("address") or "")
        if not topic or not address.startswith(("http://127.0.0.1", "http://localhost", "https://")):
            raise ValueError("topic and address are required; plain http only for this machine.")
        row = PushSubscription(
            id=topic,
            address=address,
            audience=str(body.get("audience") or address),
            email=str(body.get("email") or "push@portevoix-sandbox.iam.gserviceaccount.com"),
            app_id=self.app_of(body),
        )
        return vars(self.state.subscriptions.put(row))

    def _location(self, name: object) -> Location:
        found = self.state.find_location(str(name or ""))
        if found is None:
            raise ValueError(f"No profile {name!r}.")
        return found
