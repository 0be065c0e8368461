"""YouTube's stage: its twin, a channel on it, and a provider wired to both."""

from collections import deque
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from secrets import token_urlsafe
from typing import Any, ClassVar

import requests

from integrations.contract import (
    Account,
    AppKeys,
    Composition,
    Credentials,
    Feature,
    GrantedAccess,
    Kind,
    Presence,
    UsageReport,
)
from integrations.networks.youtube.provider import YouTubeProvider
from tests.integrations.networks.contract import prepared
from tests.integrations.networks.engaging import Talking
from tests.integrations.networks.stage import Fault, Out, Step, composition, film, now
from tests.integrations.networks.twins import FAULTS, REDIRECT, TwinStrangers, Wire

NADIA = "104600000000000000001"
HARTLEY = "UChartleyandrye000000001"
PLAYLIST = "PLhartleyandrye-from-the-oven-0001"
KEYS = AppKeys(client_id="260000000001-sandbox.apps.googleusercontent.com", client_secret="sandbox-google-secret")
EVERYTHING = (Feature.PUBLISH, Feature.ENGAGE, Feature.INSIGHTS)


class OneOrigin(Wire):
    """A wire to all of Google's hosts, which stand under one origin here."""


@dataclass
class YouTubeStage(TwinStrangers):
    person: str = NADIA
    channel: str = HARTLEY
    daily_units: int = 10_000
    reports: deque[UsageReport] = field(default_factory=deque)
    provider: YouTubeProvider = field(init=False)
    http: Wire = field(init=False)

    network: ClassVar[str] = "youtube"
    engaging_operations: ClassVar[Mapping[str, str]] = {
        "poll": "youtube.commentThreads.list",
        "fetch_messages": "youtube.comments.list",
        "reply": "youtube.comments.insert",
        "act": "youtube.comments.moderate",
    }
    operations: ClassVar[Mapping[Step, tuple[str, ...]]] = {
        Step.LIST: ("youtube.channels",),
        Step.DESCRIBE: ("youtube.channels",),
        Step.UPLOAD: ("youtube.upload.begin",),
        Step.COMMIT: ("youtube.upload.put",),
        Step.LOOK: ("youtube.upload.ask",),
        Step.DELETE: ("youtube.videos.delete",),
        Step.FOLLOW_UP: ("youtube.thumbnails", "youtube.playlistItems.insert", "youtube.commentThreads.insert"),
    }

    def __post_init__(self) -> None:
        self.http = OneOrigin(self.sandbox.origin)
        self.provider = YouTubeProvider(
            keys=KEYS,
            accounts_url=self.sandbox.base("accounts.google.com"),
            oauth_url=self.sandbox.base("oauth2.googleapis.com"),
            api_url=self.sandbox.base("www.googleapis.com"),
            upload_url=self.sandbox.base("www.googleapis.com/upload"),
            analytics_url=self.sandbox.base("youtubeanalytics.googleapis.com"),
            hub_url=self.sandbox.base("pubsubhubbub.appspot.com"),
            http=self.http,
            usage=self.reports.append,
            webhook_address=self.ear.address if self.ear else "",
            webhook_secret="our word" if self.ear else "",
            daily_units=self.daily_units,
        )
        if self.ear:
            self.ear.answer = self.provider.answer_handshake

    @property
    def talking(self) -> Talking:
        return self.provider

    def connect(self, features: Collection[Feature], *, refused: Collection[str] = ()) -> GrantedAccess:
        verifier = token_urlsafe(64)
        address = self.provider.authorisation_url(
            redirect_uri=REDIRECT, state="s", code_verifier=verifier, features=features
        )
        asked = {scope for each in features for scope in self.provider.scopes[each]}
        code = self.sandbox.consent(
            address, person=self.person, identity=self.channel, scope=sorted(asked - set(refused))
        )
        return self.provider.exchange_code(
            code=code, redirect_uri=REDIRECT, code_verifier=verifier, features=features, now=now()
        )

    def presences(self) -> list[Presence]:
        access = self.connect([Feature.PUBLISH])
        return list(self.provider.list_presences(access.credentials, now=now()))

    def account(self, features: Collection[Feature] = EVERYTHING) -> Account:
        access = self.connect(features)
        presence = next(self.provider.list_presences(access.credentials, now=now()))
        return Account(
            network_id=presence.network_id,
            credentials=access.credentials,
            handle=presence.handle,
            person_id=access.person_id,
            features=frozenset(features),
            details=presence.details,
        )

    def grant_of(self, account: Account) -> Credentials:
        return account.credentials

    def out(self, account: Account) -> list[Out]:
        return self.sandbox.out("youtube", account.network_id)

    def uploads(self, account: Account) -> int:
        return len(self.sandbox.calls("youtube.upload.begin"))

    def strike(self, step: Step, fault: Fault) -> None:
        if fault is Fault.UNREACHABLE:
            self.http.unplugged = True
            return
        for operation in self.operations[step]:
            self.sandbox.control("faults", operation=operation, **FAULTS[fault])

    def lose_refresh_answer(self) -> None:
        self.sandbox.control("faults", operation="google.token.refresh", fault="lost_answer")

    def post(self, account: Account) -> str:
        wanted = composition(Kind.VIDEO, token_urlsafe(6), provider=self.provider)
        wanted = Composition(text=wanted.text, media=(film(token_urlsafe(6)),), options=wanted.options)
        progress = prepared(self, account, wanted)
        published: str = self.provider.commit(account, wanted, progress, now=now()).network_id
        self.sandbox.control("clock", move=5)  # processing ends, and the next call finds that it has
        self.ask(account, "channels", part="id", mine="true")
        return published

    def under(self, account: Account, network_id: str) -> list[str]:
        """Ask YouTube itself: a picture that stands for the film, its place in the playlist, the channel's comments."""
        video = self.ask(account, "videos", part="contentDetails", id=network_id)[0]
        found = ["cover"] if video["contentDetails"]["hasCustomThumbnail"] else []
        items = self.ask(account, "playlistItems", part="id", playlistId=PLAYLIST, videoId=network_id)
        return [*found, *("playlist" for _ in items), *(each.text for each in self.said(account, network_id))]

    def ask(self, account: Account, path: str, **query: str) -> list[dict[str, Any]]:
        """Ask YouTube's API as anybody would."""
        answer = requests.get(
            f"{self.sandbox.base('www.googleapis.com')}/youtube/v3/{path}",
            params=query,
            headers={"Authorization": f"Bearer {account.credentials.access_token}"},
            timeout=10,
        )
        assert answer.ok, answer.text
        found: list[dict[str, Any]] = answer.json()["items"]
        return found
