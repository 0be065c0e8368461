"""What /_control asks of LinkedIn: who is there, grants and tokens without a click, what people withdraw."""

from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, urlsplit

from sandbox.apps import App
from sandbox.networks.linkedin import oauth
from sandbox.networks.linkedin.state import ADMINISTRATOR, LinkedInState, Member, Organization


class LinkedInSteering:
    """Fulfils sandbox.networks.base.Steering. Wrong requests raise ValueError."""

    def __init__(self, state: LinkedInState) -> None:
        self.state = state

    def people(self) -> dict[str, Any]:
        return {
            "members": [vars(member) for member in self.state.members.all() if not member.stranger],
            "organizations": [vars(organization) for organization in self.state.organizations.all()],
        }

    def create_accounts(self, body: dict[str, Any], count: int) -> list[str]:
        """More pages that `person` administers."""
        member = self._member(body)
        return [self._create_organization(member, number).id for number in range(count)]

    def _create_organization(self, member: Member, number: int) -> Organization:
        found = self.state.new_id()
        return self.state.organizations.put(
            Organization(
                id=f"urn:li:organization:{found}{number:04d}",
                name=f"Organisation {found % 10**6}-{number + 1}",
                vanity=f"organisation-{found % 10**6}-{number + 1}",
                about="",
                followers=number,
                roles={member.id: [ADMINISTRATOR]},
            )
        )

    def grant(self, body: dict[str, Any]) -> dict[str, Any]:
        app = self._app(body)
        query = {
            "client_id": app.id,
            "response_type": "code",
            "redirect_uri": str(body.get("redirect_uri", "")),
            "scope": " ".join(_words(body.get("scopes")) or oauth.scopes_of(app)),
            "state": str(body.get("state", "")),
        }
        consent = oauth.read_consent(self.state, query)
        address = oauth.approve(self.state, consent, self._member(body))
        return {"code": parse_qs(urlsplit(address).query)["code"][0], "redirect": address}

    def mint(self, body: dict[str, Any], account: str) -> dict[str, Any]:
        """Tokens of the first who administers a page; the person's id comes along."""
        organization, app = self._organization(account), self._app(body)
        member_id = next(iter(organization.roles))
        scopes = sorted(oauth.scopes_of(app))
        tokens = oauth.issue_tokens(self.state, app, member_id, scopes, authorized_at=self.state.now)
        return {"account": organization.id, "person": member_id, **tokens}

    async def withdraw(self, body: dict[str, Any], reason: str) -> dict[str, Any]:
        """Revoked; expired: the access tokens run out; consent: the year is over; role: taken away, with `page`."""
        member = self._member(body)
        match reason:
            case "revoked":
                return {"ended": oauth.end_grant(self.state, member.id)}
            case "expired" | "consent":
                return {"ended": oauth.expire_access(self.state, member.id, consent_too=reason == "consent")}
            case "role":
                page = self._organization(body.get("page"))
                left = {who: roles for who, roles in page.roles.items() if who != member.id}
                self.state.organizations.put(replace(page, roles=left))
                return {"ended": 0}
        raise ValueError("reason must be revoked, expired, consent or role.")

    def targets(self) -> dict[str, Any]:
        return {
            "addresses": [vars(row) for row in self.state.addresses.all()],
            "subscriptions": [vars(row) for row in self.state.subscriptions.all()],
        }

    def _member(self, body: dict[str, Any]) -> Member:
        members = [one for one in self.state.members.all() if not one.stranger]
        wanted = str(body.get("person", members[0].id))
        found = next((one for one in members if wanted in {one.id, one.urn, one.name}), None)
        if found is None:
            raise ValueError(f"No person {wanted!r}; there are {', '.join(one.name for one in members)}.")
        return found

    def _organization(self, name: object) -> Organization:
        found = self.state.find_organization(str(name))
        if found is None:
            raise ValueError(f"No page {name!r}.")
        return found

    def _app(self, body: dict[str, Any]) -> App:
        apps = self.state.world.apps.linkedin
        app = apps.get(str(body.get("app") or next(iter(apps))))
        if app is None:
            raise ValueError(f"No app {body.get('app')!r}; there are {', '.join(apps)}.")
        return app


def _words(value: object) -> list[str]:
    if isinstance(value, str):
        return value.replace(",", " ").split()
    return [str(word) for word in value] if isinstance(value, list) else []
