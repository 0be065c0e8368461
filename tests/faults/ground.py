"""An account at a twin, on which calls are set up so that a fault can strike each alone."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from secrets import token_urlsafe
from typing import Any

from integrations.contract import Account, Composition, Feature, Kind, Published
from integrations.engagement import IncomingMessage, MessageKind
from tests.hosting import Shelf
from tests.integrations.networks.contract import compose, publish, settled
from tests.integrations.networks.ear import Ear
from tests.integrations.networks.google_business.stage import CAMILLE, BusinessStage
from tests.integrations.networks.instagram.stage import InstagramStage
from tests.integrations.networks.linkedin.stage import LinkedInStage
from tests.integrations.networks.sandbox import Sandbox
from tests.integrations.networks.stage import film, now, simplest
from tests.integrations.networks.twins import MUSEUM, FacebookStage, XStage
from tests.integrations.networks.youtube.stage import YouTubeStage


@dataclass(frozen=True)
class Call:
    """A call about to be made: as often as one likes where it ``reads``, else once.

    ``took_effect`` asks the network itself; None: nobody needs to know, since repeating it changes nothing.
    """

    make: Callable[[], object]
    reads: bool = True
    took_effect: Callable[[], bool] | None = None


@dataclass
class Ground:
    """An account at a twin; what a call is about is made fresh."""

    network: str
    sandbox: Sandbox
    ear: Ear
    shelf: Shelf

    def __post_init__(self) -> None:
        self.begin()

    def begin(self) -> None:
        """Empty the twin and connect."""
        self.sandbox.reset()
        self.sandbox.control("settings", facebook_film_seconds=0.0, instagram_film_seconds=0.0, enterprise=True)
        self.ear.take()
        self.stage: Any = _STAGES[self.network](self)
        self.provider = self.stage.provider
        self.sandbox.control("settings", google_moderation_seconds=0.0)
        self.connect()

    def connect(self) -> None:
        """Connect, or connect anew: all features, so that no call fails for want of one."""
        if self.network != "facebook":
            self.account: Account = self.stage.account()
            return
        access = self.stage.connect(list(Feature))
        presence = next(self.provider.list_presences(access.credentials, now=now()))
        self.account = Account(
            network_id=presence.network_id, credentials=presence.credentials, person_id=access.person_id
        )

    def out(self, wanted: Composition) -> Published:
        """Publish, and wait for the network's last word."""
        published = publish(self.stage, self.account, wanted)
        if self.network == "youtube":
            self.sandbox.control("clock", move=5)  # it is done with the film
        return settled(self.stage, self.account, published)

    def composed(self) -> Composition:
        """Return something that this network has not seen yet."""
        wanted = compose(self.stage, simplest(self.provider))
        films_only = not {Kind.TEXT, Kind.IMAGE} & self.provider.kinds
        return replace(wanted, media=(film(token_urlsafe(6)),)) if films_only else wanted

    def written(self, *, privately: bool = False) -> IncomingMessage:
        """Let a stranger write, under a post or in private; return the message as polling brings it."""
        watched, where = [], {"account": self.account.network_id}
        if self.network == "google_business":
            self.stage.review(self.account)
        elif privately:
            self.sandbox.control("strangers/message", network=self.network, text="Open on Sunday?", **where)
        else:
            watched = [self.stage.post(self.account)]
            self.stage.comment(self.account, watched[0], "Do you have stollen?")
        kind = MessageKind.PRIVATE if privately else None
        found = (each.message for each in self.polled(watched))
        message: IncomingMessage = next(
            each for each in found if each and not each.by_account and kind in {None, each.kind}
        )
        return message

    def polled(self, watched: list[str]) -> list[Any]:
        pages = self.provider.poll(
            self.account, cursor={}, since=now() - timedelta(hours=1), watched=watched, now=now()
        )
        return [each for page in pages for each in page.incoming]

    def answers(self) -> list[str]:
        """Return what the account has written to people and not deleted, as the network keeps it."""
        found = self.sandbox.ask("answered", network=self.network, account=self.account.network_id)["answers"]
        return [each["text"] for each in found if not each["deleted"]]


_STAGES: Mapping[str, Callable[[Ground], Any]] = {
    "facebook": lambda ground: FacebookStage(ground.sandbox, ground.ear),
    "google_business": lambda ground: BusinessStage(
        ground.sandbox, pictures=ground.shelf.origin, ear=ground.ear, person=CAMILLE
    ),
    "instagram": lambda ground: InstagramStage(ground.sandbox, ground.ear, ground.shelf),
    "linkedin": lambda ground: LinkedInStage(ground.sandbox, ground.ear),
    "x": lambda ground: XStage(ground.sandbox, ground.ear, user=MUSEUM, enterprise=True),
    "youtube": lambda ground: YouTubeStage(ground.sandbox, ground.ear),
}
