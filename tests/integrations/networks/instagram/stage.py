"""The stage of Instagram: the account that hangs on Hartley & Rye's page, files to be fetched, and strangers."""

from collections import deque
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from io import BytesIO
from secrets import token_urlsafe
from typing import Any, BinaryIO, ClassVar

from PIL import Image

from integrations.contract import (
    Account,
    AppKeys,
    Composition,
    Credentials,
    Feature,
    GrantedAccess,
    Kind,
    Media,
    MediaKind,
    Presence,
    Published,
    UsageReport,
)
from integrations.networks.instagram.provider import InstagramProvider
from tests.hosting import Shelf
from tests.integrations.networks.engaging import Talking
from tests.integrations.networks.sandbox import Sandbox
from tests.integrations.networks.stage import Fault, Out, Step, composition, now
from tests.integrations.networks.stage import Shelf as Progresses
from tests.integrations.networks.twins import FAULTS, NADIA, REDIRECT, TwinStrangers, Wire


@dataclass
class InstagramStage(TwinStrangers):
    shelf: Shelf = field(default_factory=Shelf)
    person: str = NADIA
    options: Mapping[str, Any] = field(default_factory=dict)  # of the provider
    reports: deque[UsageReport] = field(default_factory=deque)
    provider: InstagramProvider = field(init=False)
    http: Wire = field(init=False)
    granted: Credentials = field(init=False)

    network: ClassVar[str] = "instagram"
    engaging_operations: ClassVar[Mapping[str, str]] = {
        "poll": "instagram.comment.list",
        "fetch_messages": "instagram.comment.read",
        "reply": "instagram.comment.reply",
        "reply_privately": "instagram.message.send",
        "act": "instagram.comment.hide",
    }
    operations: ClassVar[Mapping[Step, str]] = {
        Step.LIST: "facebook.accounts",
        Step.DESCRIBE: "instagram.read",
        Step.UPLOAD: "instagram.container",
        Step.COMMIT: "instagram.publish",
        Step.LOOK: "instagram.status",
        Step.DELETE: "instagram.delete",
        Step.FOLLOW_UP: "instagram.comment.create",
    }

    def __post_init__(self) -> None:
        self.sandbox.control("settings", instagram_film_seconds=0.2)
        self.http = Wire(self.sandbox.base("graph.facebook.com"))
        self.provider = InstagramProvider(
            keys=AppKeys(client_id="260000000000001", client_secret="sandbox-facebook-secret"),
            graph_url=self.sandbox.base("graph.facebook.com"),
            dialog_url=self.sandbox.base("www.facebook.com"),
            version="v26.0",
            http=self.http,
            usage=self.reports.append,
            webhook_address=self.ear.address if self.ear else "",
            verify_token="our word" if self.ear else "",
            **self.options,
        )
        if self.ear:
            self.ear.answer = self.provider.answer_handshake

    @property
    def talking(self) -> Talking:
        return self.provider

    def connect(self, features: Collection[Feature], *, refused: Collection[str] = ()) -> GrantedAccess:
        address = self.provider.authorisation_url(redirect_uri=REDIRECT, state="s", code_verifier="", features=features)
        asked = {scope for each in features for scope in self.provider.scopes[each]}
        pages = [
            each["id"] for each in self.sandbox.ask("accounts")["facebook"]["pages"] if self.person in each["roles"]
        ]
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
        access = self.connect(list(Feature))
        presence = next(self.provider.list_presences(access.credentials, now=now()))
        assert presence.credentials is not None
        return Account(
            network_id=presence.network_id,
            credentials=presence.credentials,
            handle=presence.handle,
            person_id=access.person_id,
            details=presence.details,
        )

    def addressed(self, media: Media) -> Media:
        """Return the file as JPEG where it is a picture, at an address that the twin reaches."""
        with media.open() as source:
            content = source.read()
        if media.kind is MediaKind.IMAGE:
            stream = BytesIO()
            Image.open(BytesIO(content)).convert("RGB").save(stream, "JPEG")
            content = stream.getvalue()
            media = replace(media, content_type="image/jpeg", size_bytes=len(content), open=_opener(content))
        address = self.shelf.put(media.key, content, media.content_type)
        return replace(media, address=lambda: address)

    def compose(self, kind: Kind, **changes: Any) -> Composition:
        wanted = composition(kind)
        wanted = replace(wanted, media=tuple(self.addressed(each) for each in wanted.media))
        return replace(wanted, **changes)

    def publish(self, account: Account, wanted: Composition) -> Published:
        progress = self.provider.prepare(account, wanted, {}, save=Progresses(), now=now())
        return self.provider.commit(account, wanted, progress, now=now())

    def post(self, account: Account) -> str:
        return self.publish(account, self.compose(Kind.IMAGE, text=f"Fresh bread {token_urlsafe(6)}")).network_id

    def under(self, account: Account, network_id: str) -> list[str]:
        return [each.text for each in self.said(account, network_id)]

    def grant_of(self, account: Account) -> Credentials:
        return self.granted

    def out(self, account: Account) -> list[Out]:
        return self.sandbox.out("instagram", account.network_id)

    def uploads(self, account: Account) -> int:
        return len(self.sandbox.calls("instagram.container"))

    def strike(self, step: Step, fault: Fault) -> None:
        if fault is Fault.UNREACHABLE:
            self.http.unplugged = True
        else:
            self.sandbox.control("faults", operation=self.operations[step], **FAULTS[fault])

    def lose_refresh_answer(self) -> None:
        self.sandbox.control("faults", operation="facebook.token.exchange", fault="lost_answer")


def _opener(content: bytes) -> Any:
    def open_at(offset: int = 0) -> BinaryIO:
        opened = BytesIO(content)
        opened.seek(offset)
        return opened

    return open_at


def stage_at(sandbox: Sandbox, shelf: Shelf, **options: Any) -> InstagramStage:
    """Return a stage whose provider has these options."""
    return InstagramStage(sandbox, shelf=shelf, options=options)
