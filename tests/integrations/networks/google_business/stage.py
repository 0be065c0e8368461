"""Business Profile's stage: its twin as a real process, and pictures where Google can fetch them."""

from collections import deque
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from secrets import token_urlsafe
from typing import Any, ClassVar

from integrations.contract import Account, AppKeys, Credentials, Feature, GrantedAccess, Media, UsageReport
from integrations.engagement import Arrived, Incoming
from integrations.networks.google_business.client import Hosts
from integrations.networks.google_business.provider import GoogleBusinessProvider
from tests.integrations.networks.ear import Ear
from tests.integrations.networks.sandbox import Sandbox
from tests.integrations.networks.stage import Fault, Out, Step, now
from tests.integrations.networks.twins import FAULTS, REDIRECT, Wire
from tests.sandbox.google_business.steps import noise

KEYS = AppKeys(client_id="260000000001-sandbox.apps.googleusercontent.com", client_secret="sandbox-google-secret")
TOPIC = "projects/portevoix-sandbox/topics/reviews"
PUSHER = "push@portevoix-sandbox.iam.gserviceaccount.com"
NADIA, CAMILLE, OWEN = "104600000000000000001", "104600000000000000004", "104600000000000000006"
HARTLEY = "2060000000000000101"
HOSTS = {
    "accounts": "mybusinessaccountmanagement.googleapis.com",
    "information": "mybusinessbusinessinformation.googleapis.com",
    "verifications": "mybusinessverifications.googleapis.com",
    "notifications": "mybusinessnotifications.googleapis.com",
    "performance": "businessprofileperformance.googleapis.com",
    "v4": "mybusiness.googleapis.com",
}


@cache
def photo() -> bytes:
    return noise(420, 320)


@dataclass
class BusinessStage:
    sandbox: Sandbox
    pictures: str = ""  # where `photo` is served
    ear: Ear | None = None
    person: str = NADIA
    reports: deque[UsageReport] = field(default_factory=deque)
    provider: GoogleBusinessProvider = field(init=False)
    http: Wire = field(init=False)

    operations: ClassVar[Mapping[Step, str]] = {
        Step.LIST: "google_business.accounts",
        Step.DESCRIBE: "google_business.location",
        Step.COMMIT: "google_business.posts.create",
        Step.LOOK: "google_business.posts.list",
        Step.DELETE: "google_business.posts.delete",
    }
    engaging_operations: ClassVar[Mapping[str, str]] = {
        "poll": "google_business.reviews.list",
        "fetch_messages": "google_business.reviews.read",
        "reply": "google_business.reply.write",
        "act": "google_business.reply.delete",
    }

    def __post_init__(self) -> None:
        self.http = Wire(self.sandbox.origin)
        address = self.ear.address if self.ear else ""
        self.provider = GoogleBusinessProvider(
            keys=KEYS,
            hosts=Hosts(**{api: self.sandbox.base(host) for api, host in HOSTS.items()}),
            accounts_url=self.sandbox.base("accounts.google.com"),
            oauth_url=self.sandbox.base("oauth2.googleapis.com"),
            certificates_url=f"{self.sandbox.base('www.googleapis.com')}/oauth2/v3/certs",
            http=self.http,
            usage=self.reports.append,
            topic=TOPIC,
            push_audience=address,
            push_account=PUSHER,
        )
        self.sandbox.control("settings", google_moderation_seconds=0.3)
        if address:
            self.sandbox.control("webhooks/push", topic=TOPIC, address=address, email=PUSHER)

    def addressed(self, media: Media) -> Media:
        """Return a photo large enough, at an address that Google reaches."""
        return replace(
            media,
            content_type="image/png",
            size_bytes=len(photo()),
            width=420,
            height=320,
            address=lambda: f"{self.pictures}/photo.png",
        )

    def connect(self, features: Collection[Feature], *, ticked: Collection[str] | None = None) -> GrantedAccess:
        verifier = token_urlsafe(64)
        address = self.provider.authorisation_url(
            redirect_uri=REDIRECT, state="s", code_verifier=verifier, features=features
        )
        asked = {scope for each in features for scope in self.provider.scopes.get(each, ())}
        scopes = sorted(asked if ticked is None else ticked)
        code = self.sandbox.consent(address, person=self.person, scope=scopes)
        return self.provider.exchange_code(
            code=code, redirect_uri=REDIRECT, code_verifier=verifier, features=features, now=now()
        )

    def account(self) -> Account:
        access = self.connect([Feature.PUBLISH, Feature.ENGAGE])
        presence = next(self.provider.list_presences(access.credentials, now=now()))
        return Account(
            network_id=presence.network_id,
            credentials=access.credentials,
            person_id=access.person_id,
            details=presence.details,
        )

    def grant_of(self, account: Account) -> Credentials:
        return account.credentials

    def out(self, account: Account) -> list[Out]:
        return self.sandbox.out("google_business", account.network_id)

    def under(self, account: Account, network_id: str) -> list[str]:
        return []

    def uploads(self, account: Account) -> int:
        return 0

    def strike(self, step: Step, fault: Fault) -> None:
        if fault is Fault.UNREACHABLE:
            self.http.unplugged = True
        else:
            self.sandbox.control("faults", operation=self.operations[step], **FAULTS[fault])

    def lose_refresh_answer(self) -> None:
        self.sandbox.control("faults", operation="google.token.refresh", fault="lost_answer")

    # reviews

    def review(self, account: Account, text: str = "Good crust", **more: object) -> str:
        deed = self.sandbox.control(
            "strangers/review", network="google_business", account=account.network_id, text=text, **more
        )
        return str(deed["id"])

    def remove(self, review_id: str) -> None:
        self.sandbox.control("strangers/delete", network="google_business", id=review_id)

    def said(self, review_id: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.sandbox.ask("said", network="google_business", on=review_id)["said"]
        return found

    def arrived(self) -> list[Arrived]:
        assert self.sandbox.control("webhooks/drain", seconds=10)["drained"]
        return self.ear.take() if self.ear else []

    def events(self, account: Account) -> list[Incoming]:
        """Read what was pushed since the last time, as the intake does."""
        return [
            each
            for arrived in self.arrived()
            for delivered in self.provider.read_webhook(arrived)
            if delivered.account_id == account.network_id
            for each in self.provider.read_event(delivered.payload, account_id=account.network_id)
        ]

    def strike_engaging(self, method: str, fault: Fault) -> None:
        self.sandbox.control("faults", operation=self.engaging_operations[method], **FAULTS[fault])
