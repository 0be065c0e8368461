"""The stages of the two networks whose twins are real processes."""

from collections import deque
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from secrets import token_urlsafe
from typing import Any, ClassVar

from integrations.contract import (
    Account,
    AppKeys,
    Composition,
    Credentials,
    Feature,
    GrantedAccess,
    Presence,
    UsageReport,
)
from integrations.engagement import Arrived, Target
from integrations.networks.facebook.provider import FacebookProvider
from integrations.networks.x.provider import XProvider
from lib.http import Answer, Client
from tests.integrations.networks.ear import Ear
from tests.integrations.networks.engaging import Said, Talking
from tests.integrations.networks.sandbox import Sandbox
from tests.integrations.networks.stage import Fault, Out, Step, now

REDIRECT = "http://127.0.0.1/back"
NADIA = "10150000000000001"
HARTLEY = "1420000000000000101"
MUSEUM = "1420000000000000103"

# What publishes on Facebook beside a post of the feed, each by an operation of its own.
COMMITS = ("facebook.videos.publish", "facebook.reels.finish", "facebook.stories.finish", "facebook.stories.photo")

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
        self._awaited: tuple[str, Callable[[], None]] | None = None

    def once_answered(self, part: str, act: Callable[[], None]) -> None:
        """Act once the next call to an address with this part has been answered."""
        self._awaited = (part, act)

    def call(self, method: str, address: str, **rest: Any) -> Answer:
        if self.unplugged:
            self.unplugged = False
            address = "http://127.0.0.1:9/"  # whichever of its hosts was meant
        self.sent.append((method, address.removeprefix(self._base), rest))
        answer = super().call(method, address, **rest)
        if self._awaited is not None and self._awaited[0] in address:
            (_, act), self._awaited = self._awaited, None
            act()
        return answer


@dataclass
class TwinStrangers:
    """What the stages of both twins do with strangers: they tell the sandbox, and hear what it sends."""

    sandbox: Sandbox
    ear: Ear | None = None

    network: ClassVar[str]
    engaging_operations: ClassVar[Mapping[str, str]]

    def post(self, account: Account) -> str:
        wanted = Composition(text=f"Fresh bread {token_urlsafe(6)}")
        published: str = self.talking.commit(account, wanted, {}, now=now()).network_id
        return published

    def comment(self, account: Account, post_id: str, text: str) -> None:
        self.sandbox.control("strangers/comment", network=self.network, on=post_id, text=text)

    def mention(self, account: Account, text: str) -> None:
        self.sandbox.control("strangers/mention", network=self.network, account=account.network_id, text=text)

    def remove(self, account: Account, target: Target) -> None:
        self.sandbox.control("strangers/delete", network=self.network, id=target.message_id)

    def arrived(self, account: Account) -> list[Arrived]:
        assert self.sandbox.control("webhooks/drain", seconds=10)["drained"]
        return self.ear.take() if self.ear else []

    def said(self, account: Account, post_id: str) -> list[Said]:
        found = self.sandbox.ask("said", network=self.network, on=post_id)["said"]
        return [Said(text=each["text"], by_account=each["by_account"], is_hidden=each["hidden"]) for each in found]

    def strike_engaging(self, method: str, fault: Fault) -> None:
        self.sandbox.control("faults", operation=self.engaging_operations[method], **FAULTS[fault])

    @property
    def talking(self) -> Talking:
        raise NotImplementedError


@dataclass
class FacebookStage(TwinStrangers):
    person: str = NADIA
    portfolios: bool = False
    reports: deque[UsageReport] = field(default_factory=deque)
    provider: FacebookProvider = field(init=False)
    http: Wire = field(init=False)
    granted: Credentials = field(init=False)

    network: ClassVar[str] = "facebook"
    engaging_operations: ClassVar[Mapping[str, str]] = {
        "poll": "facebook.comment.list",
        "fetch_messages": "facebook.comment.read",
        "reply": "facebook.comment.create",
        "reply_privately": "facebook.message.send",
        "act": "facebook.comment.hide",
    }
    operations: ClassVar[Mapping[Step, str]] = {
        Step.LIST: "facebook.accounts",
        Step.DESCRIBE: "facebook.read",
        Step.UPLOAD: "facebook.photos",
        Step.COMMIT: "facebook.feed",
        Step.FOLLOW_UP: "facebook.comment.create",
        Step.LOOK: "facebook.published_posts",
        Step.DELETE: "facebook.delete",
    }

    def __post_init__(self) -> None:
        self.http = Wire(self.sandbox.base("graph.facebook.com"))
        self.provider = FacebookProvider(
            keys=AppKeys(client_id="260000000000001", client_secret="sandbox-facebook-secret"),
            graph_url=self.sandbox.base("graph.facebook.com"),
            portfolios=self.portfolios,
            dialog_url=self.sandbox.base("www.facebook.com"),
            version="v26.0",
            http=self.http,
            usage=self.reports.append,
            webhook_address=self.ear.address if self.ear else "",
            verify_token="our word" if self.ear else "",
        )
        if self.ear:
            self.ear.answer = self.provider.answer_handshake

    @property
    def talking(self) -> Talking:
        return self.provider

    def connect(
        self, features: Collection[Feature], *, refused: Collection[str] = (), ticked: Collection[str] | None = None
    ) -> GrantedAccess:
        address = self.provider.authorisation_url(
            redirect_uri=REDIRECT, state="s", code_verifier=token_urlsafe(64), features=features
        )
        asked = {scope for each in features for scope in self.provider.scopes[each]}
        pages = [page["id"] for page in self._pages() if self.person in page["roles"]]
        chosen = pages if ticked is None else list(ticked)
        code = self.sandbox.consent(address, person=self.person, page=chosen, scope=sorted(asked - set(refused)))
        access = self.provider.exchange_code(
            code=code, redirect_uri=REDIRECT, code_verifier="", features=features, now=now()
        )
        self.granted = access.credentials
        return access

    def presences(self) -> list[Presence]:
        access = self.connect([Feature.PUBLISH])
        return list(self.provider.list_presences(access.credentials, now=now()))

    def account(self) -> Account:
        access = self.connect([Feature.PUBLISH, Feature.ENGAGE, Feature.MESSAGES])
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

    def under(self, account: Account, network_id: str) -> list[str]:
        return [each.text for each in self.said(account, network_id) if each.by_account]

    def uploads(self, account: Account) -> int:
        return len(self.sandbox.calls("facebook.photos"))

    def strike(self, step: Step, fault: Fault) -> None:
        if fault is Fault.UNREACHABLE:
            self.http.unplugged = True
            return
        for operation in (self.operations[step], *(COMMITS if step is Step.COMMIT else ())):
            self.sandbox.control("faults", operation=operation, **FAULTS[fault])

    def lose_refresh_answer(self) -> None:
        self.sandbox.control("faults", operation="facebook.token.exchange", fault="lost_answer")

    def _pages(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.sandbox.ask("accounts")["facebook"]["pages"]
        return found


@dataclass
class XStage(TwinStrangers):
    user: str = HARTLEY
    enterprise: bool = False
    messages: bool = True
    options: Mapping[str, Any] = field(default_factory=dict)  # of the provider: a dialect, a cap
    reports: deque[UsageReport] = field(default_factory=deque)
    provider: XProvider = field(init=False)
    http: Wire = field(init=False)

    network: ClassVar[str] = "x"
    engaging_operations: ClassVar[Mapping[str, str]] = {
        "poll": "x.search",
        "fetch_messages": "x.read",
        "reply": "x.tweets",
        "act": "x.hide",
    }
    operations: ClassVar[Mapping[Step, str]] = {
        Step.LIST: "x.me",
        Step.DESCRIBE: "x.me",
        Step.UPLOAD: "x.media",
        Step.COMMIT: "x.tweets",
        Step.LOOK: "x.timeline",
        Step.DELETE: "x.delete",
        Step.FOLLOW_UP: "x.tweets",
    }

    def __post_init__(self) -> None:
        self.http = Wire(self.sandbox.base("api.x.com"))
        self.provider = XProvider(
            keys=AppKeys(client_id="sandbox-x-client", client_secret="sandbox-x-secret"),
            api_url=self.sandbox.base("api.x.com"),
            authorise_url=self.sandbox.base("x.com"),
            http=self.http,
            usage=self.reports.append,
            consumer=AppKeys(client_id="sandbox-x-consumer-key", client_secret="sandbox-x-consumer-secret"),
            enterprise=self.enterprise,
            messages=self.messages,
            **self.options,
            webhook_address=self.ear.address if self.ear else "",
        )
        if self.ear:
            self.ear.answer = self.provider.answer_handshake

    @property
    def talking(self) -> Talking:
        return self.provider

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
        access = self.connect([Feature.PUBLISH, Feature.ENGAGE, Feature.MESSAGES])
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
        """Return posts that began by themselves: replies to them stand under them."""
        answers = self.sandbox.ask("answered", network="x", account=account.network_id)["answers"]
        replies = {each["id"] for each in answers}
        return [each for each in self.sandbox.out("x", account.network_id) if each.network_id not in replies]

    def under(self, account: Account, network_id: str) -> list[str]:
        return [each.text for each in self.said(account, network_id) if each.by_account]

    def uploads(self, account: Account) -> int:
        return len(self.sandbox.calls("x.media.initialize"))

    def strike(self, step: Step, fault: Fault) -> None:
        if fault is Fault.UNREACHABLE:
            self.http.unplugged = True
        else:
            self.sandbox.control("faults", operation=self.operations[step], **FAULTS[fault])

    def lose_refresh_answer(self) -> None:
        self.sandbox.control("faults", operation="x.token.refresh", fault="lost_answer")
