"""What Google keeps of people and of what they allowed."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from sandbox.networks._google import limits
from sandbox.world import World

OPENID = "openid"
EMAIL = "https://www.googleapis.com/auth/userinfo.email"
PROFILE = "https://www.googleapis.com/auth/userinfo.profile"
ALIASES = {"email": EMAIL, "profile": PROFILE}
# Who somebody is cannot be unticked; the words are not shown with a box.
SIGN_IN = {
    OPENID: "Associate you with your personal info on Google",
    EMAIL: "See your primary Google Account email address",
    PROFILE: "See your personal info, including any you've made publicly available",
}


@dataclass(frozen=True, kw_only=True)
class Person:
    """Somebody with a Google account; the id is what OpenID calls `sub`."""

    id: str
    name: str
    email: str


@dataclass(frozen=True, kw_only=True)
class Identity:
    """What a person may act as in a service that asks for one: a channel."""

    id: str
    name: str


@dataclass(frozen=True, kw_only=True)
class Service:
    """One of Google's services as the consent page needs it.

    `scopes` are its scopes with their words. With `identities` the person chooses one of theirs where any of the scopes
    is asked for, and tokens speak for that one; a person without any gives a token all the same.
    """

    key: str
    scopes: Mapping[str, str]
    identities: Callable[[str], Sequence[Identity]] | None = None


@dataclass(frozen=True, kw_only=True)
class Code:
    id: str
    app_id: str
    person_id: str
    identity: str
    redirect_uri: str
    scopes: list[str]
    challenge: str
    method: str
    offline: bool  # a refresh token comes with it
    expires_at: float
    used: bool = False


@dataclass(frozen=True, kw_only=True)
class Grant:
    """What one person allowed one app, over all services; the next consent adds to it."""

    id: str  # app:person
    app_id: str
    person_id: str
    scopes: list[str]


@dataclass(frozen=True, kw_only=True)
class Token:
    id: str
    kind: str  # access, refresh
    grant_id: str
    identity: str
    scopes: list[str]
    issued_at: float
    expires_at: float  # 0: only by an event, or unused for too long
    used_at: float
    offline: bool = False
    dead: bool = False

    @property
    def app_id(self) -> str:
        return self.grant_id.partition(":")[0]

    @property
    def person_id(self) -> str:
        return self.grant_id.partition(":")[2]

    def lives(self, now: float) -> bool:
        if self.dead or (self.expires_at and self.expires_at <= now):
            return False
        return self.kind != "refresh" or now - self.used_at < limits.UNUSED_SECONDS


class GoogleState:
    """The tables that Google's services share."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.persons = world.table("google.persons", Person)
        self.codes = world.table("google.codes", Code)
        self.grants = world.table("google.grants", Grant, group_by=lambda grant: grant.person_id)
        self.tokens = world.table("google.tokens", Token, group_by=lambda token: token.grant_id)
        self.services: dict[str, Service] = {}
        self.scopes: dict[str, str] = dict(SIGN_IN)

    @property
    def now(self) -> float:
        return self.world.clock.now()

    def offer(self, service: Service) -> None:
        """Make a service known: its scopes can be asked for from now on."""
        self.services[service.key] = service
        self.scopes |= service.scopes

    def choosing(self, scopes: Sequence[str]) -> Service | None:
        """Return the service among these scopes in which a person acts as one of several."""
        return next(
            (each for each in self.services.values() if each.identities and not each.scopes.keys().isdisjoint(scopes)),
            None,
        )

    def find_person(self, name: str) -> Person | None:
        """By id, name or address."""
        return self.persons.find(name) or next(
            (person for person in self.persons.all() if name in {person.name, person.email}), None
        )

    def living(self, grant_id: str, kind: str) -> list[Token]:
        """The living tokens of a kind, oldest first."""
        return [token for token in self.tokens.group(grant_id) if token.kind == kind and token.lives(self.now)]

    def end_grant(self, grant_id: str) -> int:
        """The person withdrew the app, or it gave the grant back: every token of it dies. How many did."""
        if self.grants.find(grant_id):
            self.grants.remove(grant_id)
        return self.end_tokens(grant_id)

    def end_tokens(self, grant_id: str) -> int:
        living = [token for token in self.tokens.group(grant_id) if not token.dead]
        for token in living:
            self.tokens.put(replace(token, dead=True))
        return len(living)

    def expire_access(self, grant_id: str) -> int:
        """End the running access tokens of a grant; its refresh tokens live on. How many ended."""
        running = self.living(grant_id, "access")
        for token in running:
            self.tokens.put(replace(token, expires_at=self.now))
        return len(running)
