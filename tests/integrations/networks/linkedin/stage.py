"""The stage of LinkedIn: its twin, a page of Nadia's, and strangers."""

from collections import deque
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from integrations.contract import Account, AppKeys, Credentials, Feature, GrantedAccess, UsageReport
from integrations.networks.linkedin.provider import LinkedInProvider
from tests.integrations.networks.engaging import Talking
from tests.integrations.networks.stage import Fault, Out, Step, now
from tests.integrations.networks.twins import FAULTS, REDIRECT, TwinStrangers, Wire

NADIA = "nB7dQ2xT1a"
HARTLEY = "urn:li:organization:26000101"


@dataclass
class LinkedInStage(TwinStrangers):
    member: str = NADIA
    options: Mapping[str, Any] = field(default_factory=dict)  # of the provider: a tier, a way to sign in
    app: tuple[str, str] = ("sandbox-linkedin-client", "sandbox-linkedin-secret")
    reports: deque[UsageReport] = field(default_factory=deque)
    provider: LinkedInProvider = field(init=False)
    http: Wire = field(init=False)

    tells_budgets: ClassVar[bool] = False
    network: ClassVar[str] = "linkedin"
    engaging_operations: ClassVar[Mapping[str, str]] = {
        "poll": "linkedin.comments.list",
        "fetch_messages": "linkedin.comments.get",
        "reply": "linkedin.comments.create",
        "act": "linkedin.reactions.add",
    }
    operations: ClassVar[Mapping[Step, str]] = {
        Step.LIST: "linkedin.acls",
        Step.DESCRIBE: "linkedin.organizations.lookup",
        Step.UPLOAD: "linkedin.images",
        Step.COMMIT: "linkedin.posts.create",
        Step.LOOK: "linkedin.posts.list",
        Step.DELETE: "linkedin.posts.delete",
        Step.FOLLOW_UP: "linkedin.comments.create",
    }

    def __post_init__(self) -> None:
        self.http = Wire(self.sandbox.base("api.linkedin.com"))
        client_id, client_secret = self.app
        self.provider = LinkedInProvider(
            keys=AppKeys(client_id=client_id, client_secret=client_secret),
            api_url=self.sandbox.base("api.linkedin.com"),
            oauth_url=self.sandbox.base("www.linkedin.com"),
            version="202609",
            http=self.http,
            usage=self.reports.append,
            **{
                "application_id": "212345678",
                "webhook_address": self.ear.address if self.ear else "",
                **self.options,
            },
        )
        if self.ear:
            self.ear.answer = self.provider.answer_handshake

    @property
    def talking(self) -> Talking:
        return self.provider

    def connect(self, features: Collection[Feature]) -> GrantedAccess:
        address = self.provider.authorisation_url(redirect_uri=REDIRECT, state="s", code_verifier="", features=features)
        code = self.sandbox.consent(address, member=self.member)
        return self.provider.exchange_code(
            code=code, redirect_uri=REDIRECT, code_verifier="", features=features, now=now()
        )

    def account(self, page: str = HARTLEY) -> Account:
        access = self.connect([Feature.PUBLISH, Feature.ENGAGE, Feature.MESSAGES])
        presences = self.provider.list_presences(access.credentials, now=now())
        presence = next(each for each in presences if each.network_id == page)
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
        return self.sandbox.out("linkedin", account.network_id)

    def uploads(self, account: Account) -> int:
        return len(self.sandbox.calls("linkedin.images.initialize"))

    def under(self, account: Account, network_id: str) -> list[str]:
        return [each.text for each in self.said(account, network_id)]

    def strike(self, step: Step, fault: Fault) -> None:
        if fault is Fault.UNREACHABLE:
            self.http.unplugged = True
        else:
            self.sandbox.control("faults", operation=self.operations[step], **FAULTS[fault])

    def lose_refresh_answer(self) -> None:
        self.sandbox.control("faults", operation="linkedin.token.refresh", fault="lost_answer")
