"""What /_control asks of Instagram. People, grants and tokens are those of the pages its accounts hang on."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

from sandbox.networks.facebook import oauth
from sandbox.networks.facebook.limits import LONG_TOKEN_SECONDS
from sandbox.networks.facebook.state import TASKS, FacebookState, Grant, Page, Person
from sandbox.networks.instagram.state import Account, InstagramState

REASONS = {"revoked": 458, "checkpoint": 459, "password": 460, "expired": 463, "logged_out": 467}


class InstagramSteering:
    """Fulfils sandbox.networks.base.Steering."""

    def __init__(self, state: InstagramState) -> None:
        self.state = state
        self.facebook: FacebookState = state.facebook

    def people(self) -> dict[str, Any]:
        return {"accounts": [vars(account) for account in self.state.accounts.all()]}

    def create_accounts(self, body: dict[str, Any], count: int) -> list[str]:
        """More accounts, each on a new page of `person`."""
        person = self._person(body)
        return [self._create_account(person, number).id for number in range(count)]

    def _create_account(self, person: Person, number: int) -> Account:
        page_id = self.facebook.new_id()
        page = self.facebook.pages.put(
            Page(
                id=page_id,
                name=f"Page {page_id[-6:]}",
                username=f"page{page_id}",
                category="Local Business",
                about="",
                followers=number,
                engaged_users=1000,
                roles={person.id: list(TASKS)},
            )
        )
        return self.state.accounts.put(
            Account(
                id=f"1784{page_id[-13:]}",
                page_id=page_id,
                username=page.username,
                name=page.name,
                biography="",
                followers=number,
                follows=0,
                impressions=1000,
            )
        )

    def grant(self, body: dict[str, Any]) -> dict[str, Any]:
        """`pages` are ids or names of pages; without them all of the person's."""
        scopes = _words(body.get("scopes")) or list(oauth.SCOPES)
        query = {
            "client_id": self._app_id(body),
            "redirect_uri": str(body.get("redirect_uri", "")),
            "scope": ",".join(scopes),
            "state": str(body.get("state", "")),
        }
        person = self._person(body)
        own = self.facebook.pages_of(person.id)
        wanted = set(_words(body.get("pages"))) or {page.id for page in own}
        pages = [page.id for page in own if {page.id, page.username} & wanted]
        consent = oauth.read_consent(self.facebook, query)
        address = oauth.approve(self.facebook, consent, person, page_ids=pages, scopes=scopes)
        return {"code": parse_qs(urlsplit(address).query)["code"][0], "redirect": address}

    def mint(self, body: dict[str, Any], account: str) -> dict[str, Any]:
        """The token of the page that an account hangs on, with all permissions."""
        found = self.state.find_account(account)
        page = self.state.page_of(found) if found else None
        if found is None or page is None:
            raise ValueError(f"No Instagram account {account!r}.")
        app_id, person_id = self._app_id(body), next(iter(page.roles))
        grant_id = f"{app_id}:{person_id}"
        before = self.facebook.grants.find(grant_id)
        given = [*(before.page_ids if before else []), page.id]
        self.facebook.grants.put(
            Grant(
                id=grant_id,
                app_id=app_id,
                person_id=person_id,
                scopes=list(oauth.SCOPES),
                declined=[],
                page_ids=list(dict.fromkeys(given)),
            )
        )
        user_token = oauth.mint_user_token(self.facebook, grant_id, LONG_TOKEN_SECONDS)
        token = oauth.page_token(self.facebook, user_token, page)
        return {
            "account": found.id,
            "page": page.id,
            "person": person_id,
            "access_token": token.id,
            "user_access_token": user_token.id,
        }

    async def withdraw(self, body: dict[str, Any], reason: str) -> dict[str, Any]:
        """All that a person gave the apps, their pages included."""
        if reason not in REASONS:
            raise ValueError(f"reason must be one of {', '.join(REASONS)}.")
        person = self._person(body)
        grants = [grant for grant in self.facebook.grants.all() if grant.person_id == person.id]
        return {"ended": sum(oauth.end_grant(self.facebook, grant, REASONS[reason]) for grant in grants)}

    def targets(self) -> dict[str, Any]:
        """Subscriptions to accounts themselves; those of pages are Facebook's, and the app's address is there too."""
        return {"accounts": [vars(row) for row in self.state.subscriptions.all()]}

    def _person(self, body: dict[str, Any]) -> Person:
        persons = self.facebook.persons.all()
        wanted = str(body.get("person", persons[0].id))
        found = next((one for one in persons if wanted in {one.id, one.name}), None)
        if found is None:
            raise ValueError(f"No person {wanted!r}; there are {', '.join(one.name for one in persons)}.")
        return found

    def _app_id(self, body: dict[str, Any]) -> str:
        apps = self.state.world.apps.facebook
        app_id = str(body.get("app") or next(iter(apps)))
        if app_id not in apps:
            raise ValueError(f"No app {app_id!r}; there are {', '.join(apps)}.")
        return app_id


def _words(value: object) -> list[str]:
    if isinstance(value, str):
        return value.replace(",", " ").split()
    return [str(word) for word in value] if isinstance(value, list) else []
