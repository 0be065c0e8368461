"""The stages of the two networks whose twins are real processes."""

from collections import deque
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from secrets import token_urlsafe
from typing import Any, ClassVar

from integrations.contract import Account, AppKeys, Credentials, Feature, GrantedAccess, Presence, UsageReport
from integrations.networks.facebook.provider import FacebookProvider
from integrations.networks.x.provider import XProvider
from lib.http import Answer, Client
from tests.integrations.networks.sandbox import Sandbox
from tests.integrations.networks.stage import Fault, Out, Step, now

REDIRECT = "http://127.0.0.1/back"
NADIA = "10150000000000001"
HARTLEY = "1420000000000000101"

# Our faults -> the sandbox's: kind and what else it takes.
FAULTS: Mapping[Fault, Mapping[str, object]] = {
    Fault.LOST_REQUEST: {"fault": "lost_request"},
    Fault.LOST_ANSWER: {"fault": "lost_answer"},
    Fault.MALFORMED_ANSWER: {"fault": "malformed_answer"},
    Fault.SERVER_ERROR: {"fault": "status", "status": 503},
    Fault.SERVER_ERROR_AFTER_ALL: {"fault": "status", "status": 500, "carried_out": True},
    Fault.RATE_LIMITED: {"fault": "rate_limited", "seconds": 60},
    Fault.REVOKED: {"fault": "revoked_token"},
    Fault.FORBIDDEN: {"fault": "forbidden"},
    Fault.DUPLICATE: {"fault": "duplicate"},
}


class Wire(Client):
    """A client that remembers what it sent, and whose next call, when told so, goes where nobody listens."""

    unplugged = False

    def __init__(self, base: str) -> None:
        super().__init__([base, "http://127.0.0.1:9"])
        self._base = base
        self.sent: list[tuple[str, str, dict[str, Any]]] = []

    def call(self, method: str, address: str, **rest: Any) -> Answer:
        if self.unplugged:
            self.unplugged = False
            address = address.replace(self._base, "http://127.0.0.1:9")
        self.sent.append((method, address.removeprefix(self._base), rest))
        return super().call(method, address, **rest)


@dataclass
class FacebookStage:
    sandbox: Sandbox
    person: str = NADIA
    reports: deque[UsageReport] = field(default_factory=deque)
    provider: FacebookProvider = field(init=False)
    http: Wire = field(init=False)
    granted: Credentials = field(init=False)

    operations: ClassVar[Mapping[Step, str]] = {
        Step.LIST: "facebook.accounts",
        Step.DESCRIBE: "facebook.read",
        Step.UPLOAD: "facebook.photos",
        Step.COMMIT: "facebook.feed",
        Step.LOOK: "facebook.published_posts",
        Step.DELETE: "facebook.delete",
    }

    def __post_init__(self) -> None:
        self.http = Wire(self.sandbox.base("graph.facebook.com"))
        self.provider = FacebookProvider(
            keys=AppKeys(client_id="260000000000001", client_secret="sandbox-facebook-secret"),
            graph_url=self.sandbox.base("graph.facebook.com"),
            dialog_url=self.sandbox.base("www.facebook.com"),
            version="v26.0",
            http=self.http,
            usage=self.reports.append,
        )

    def connect(self, features: Collection[Feature], *, refused: Collection[str] = ()) -> GrantedAccess:
        address = self.provider.authorisation_url(
            redirect_uri=REDIRECT, state="s", code_verifier=token_urlsafe(64), features=features
        )
        asked = {scope for each in features for scope in self.provider.scopes[each]}
        pages = [page["id"] for page in self._pages() if self.person in page["roles"]]
        code = self.sandbox.consent(address, person=self.person, page=pages, scope=sorted(asked - set(refused)))
        access = self.provider.exchange_code(
            code=code, redirect_uri=REDIRECT, code_verifier="", features=features, now=now()
        )
        self.granted = access.credentials
        return access

    def presences(self) -> list[Presence]:
        access = self.connect([Feature.PUBLISH])
        return list(self.provider.list_presences(access.credentials, now=now()))

    def account(self) -> Account:
        access = self.connect([Feature.PUBLISH])
        presence = next(self.provider.list_presences(access.credentials, now=now()))
        assert presence.credentials is not None
        return Account(
            network_id=presence.network_id,
            credentials=presence.credentials,
            handle=presence.handle,
            person_id=access.person_id,
        )

    def grant_of(self, account: Account) -> Credentials:
        return self.granted

    def out(self, account: Account) -> list[Out]:
        return self.sandbox.out("facebook", account.network_id)

    def uploads(self, account: Account) -> int:
        return len(self.sandbox.calls("facebook.photos"))

    def strike(self, step: Step, fault: Fault) -> None:
        if fault is Fault.UNREACHABLE:
            self.http.unplugged = True
        else:
            self.sandbox.control("faults", operation=self.operations[step], **FAULTS[fault])

    def lose_refresh_answer(self) -> None:
        self.sandbox.control("faults", operation="facebook.token.exchange", fault="lost_answer")

    def _pages(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.sandbox.ask("accounts")["facebook"]["pages"]
        return found


@dataclass
class XStage:
    sandbox: Sandbox
    user: str = HARTLEY
    reports: deque[UsageReport] = field(default_factory=deque)
    provider: XProvider = field(init=False)
    http: Wire = field(init=False)

    operations: ClassVar[Mapping[Step, str]] = {
        Step.LIST: "x.me",
        Step.DESCRIBE: "x.me",
        Step.UPLOAD: "x.media",
        Step.COMMIT: "x.tweets",
        Step.LOOK: "x.timeline",
        Step.DELETE: "x.delete",
    }

    def __post_init__(self) -> None:
        self.http = Wire(self.sandbox.base("api.x.com"))
        self.provider = XProvider(
            keys=AppKeys(client_id="sandbox-x-client", client_secret="sandbox-x-secret"),
            api_url=self.sandbox.base("api.x.com"),
            authorise_url=self.sandbox.base("x.com"),
            http=self.http,
            usage=self.reports.append,
        )

    def connect(self, features: Collection[Feature]) -> GrantedAccess:
        verifier = token_urlsafe(64)
        address = self.provider.authorisation_url(
            redirect_uri=REDIRECT, state="s", code_verifier=verifier, features=features
        )
        code = self.sandbox.consent(address, account=self.user)
        return self.provider.exchange_code(
            code=code, redirect_uri=REDIRECT, code_verifier=verifier, features=features, now=now()
        )

    def account(self) -> Account:
        access = self.connect([Feature.PUBLISH])
        presence = next(self.provider.list_presences(access.credentials, now=now()))
        return Account(
            network_id=presence.network_id,
            credentials=access.credentials,
            handle=presence.handle,
            person_id=access.person_id,
            details=presence.details,
        )

    def grant_of(self, account: Account) -> Credentials:
        return account.credentials

    def out(self, account: Account) -> list[Out]:
        return self.sandbox.out("x", account.network_id)

    def uploads(self, account: Account) -> int:
        return len(self.sandbox.calls("x.media.initialize"))

    def strike(self, step: Step, fault: Fault) -> None:
        if fault is Fault.UNREACHABLE:
            self.http.unplugged = True
        else:
            self.sandbox.control("faults", operation=self.operations[step], **FAULTS[fault])

    def lose_refresh_answer(self) -> None:
        self.sandbox.control("faults", operation="x.token.refresh", fault="lost_answer")
