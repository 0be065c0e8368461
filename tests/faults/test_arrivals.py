"""What networks tell us, doubled, out of order, lost, late or forged: in the inbox it stands once."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace

import pytest

from integrations import registry
from integrations.engagement import Arrived, WebhookRefused
from integrations.models import SocialAccount
from lib.tenancy.scope import scope
from moderation.models import Message
from moderation.services.polling import begin_polling, poll_due
from moderation.services.reading import read_due
from moderation.services.receiving import receive
from moderation.states import Visibility
from scheduler.models import Publication
from scheduler.states import State
from tests.faults.arrivals import ARRIVALS
from tests.faults.ground import Ground
from tests.faults.scene import Scene
from tests.hosting import Shelf, hosting
from tests.integrations.networks.conftest import ear, sandbox  # noqa: F401  # fixtures
from tests.integrations.networks.ear import Ear
from tests.integrations.networks.google_business.stage import photo
from tests.integrations.networks.sandbox import Sandbox


@pytest.fixture(scope="module")
def pictures() -> Iterator[Shelf]:
    with hosting() as shelf:
        shelf.put("photo.png", photo(), "image/png")
        yield shelf


@pytest.fixture
def ground(network: str, sandbox: Sandbox, ear: Ear, pictures: Shelf) -> Ground:  # noqa: F811
    return Ground(network, sandbox, ear, pictures)


@pytest.mark.parametrize(
    ("network", "disturbance"), [(network, each) for network, ends in ARRIVALS.items() for each in ends]
)
def test_what_is_told_stands_in_the_inbox_once(
    ground: Ground, network: str, disturbance: str, transactional_db: None
) -> None:
    with registry.replaced({network: ground.provider}):
        scene = Scene(ground.stage)
        inbox = _Inbox(ground, scene)
        inbox.listen()
        if disturbance == "dropped":
            ground.sandbox.control("webhooks", drop=1)
        word = inbox.leave_a_word()
        arrived = inbox.arrived()
        if disturbance == "reversed":
            ground.sandbox.control("strangers/delete", network=network, id=word)
            arrived += inbox.arrived()

        found = inbox.told(arrived, disturbance)

    assert found == ARRIVALS[network][disturbance]


def _forged(request: Arrived) -> Arrived:
    headers = {name: f"{value[:-2]}00" for name, value in request.headers.items()}
    return replace(request, body=request.body + b" ", headers=headers)


class _Inbox:
    def __init__(self, ground: Ground, scene: Scene) -> None:
        self.ground, self.scene = ground, scene

    def listen(self) -> None:
        with scope(organisation=self.scene.organisation.pk):
            SocialAccount.objects.update(capabilities=["engage", "messages", "publish"])
        self.ground.provider.subscribe(self.ground.account, now=self.scene.clock.now)

    def leave_a_word(self) -> str:
        """Let a stranger write under a post of ours, or review; return the id at the network."""
        ground = self.ground
        if ground.network == "google_business":
            return str(ground.stage.review(ground.account))
        post_id = ground.stage.post(ground.account)
        with scope(organisation=self.scene.organisation.pk):
            Publication.objects.update(
                state=State.PUBLISHED, network_id=post_id, published_at=self.scene.clock.now, available_at=None
            )
        ground.stage.arrived(ground.account)
        deed = ground.sandbox.control("strangers/comment", network=ground.network, on=post_id, text="Any stollen?")
        return str(deed["id"])

    def arrived(self) -> list[Arrived]:
        """Return the requests that the network has sent since the last time."""
        stage = self.ground.stage
        found = stage.arrived() if self.ground.network == "google_business" else stage.arrived(self.ground.account)
        return list(found)

    def told(self, arrived: list[Arrived], disturbance: str) -> str:
        """Let the requests come in so disturbed, and then the next poll; say what stands in the inbox."""
        if disturbance == "late":
            self._poll()
        refused = False
        times = 3 if disturbance == "doubled" else 1
        for request in reversed(arrived) if disturbance == "reversed" else arrived * times:
            forged = _forged(request) if disturbance == "forged" else request
            with suppress(WebhookRefused):
                receive(self.ground.network, self.ground.provider, forged, now=self.scene.clock.now)
                continue
            refused = True
        read_due(self.scene.clock)
        came = self._kept()
        self._poll()
        kept = self._kept()
        by_polling = " by polling" if not came else ""
        words: dict[tuple[int, str], str] = {
            (1, Visibility.DELETED): "taken back",
            (1, Visibility.VISIBLE): f"once{by_polling}",
        }
        found = words.get((len(kept), kept[0]), f"{len(kept)} times") if kept else "nothing"
        return f"refused, then {found}" if refused else found

    def _poll(self) -> None:
        begin_polling(now=self.scene.clock.now)
        self.scene.clock.forward(minutes=20)
        poll_due(self.scene.clock)

    def _kept(self) -> list[str]:
        with scope(organisation=self.scene.organisation.pk):
            return list(Message.objects.filter(origin=Message.Origin.STRANGER).values_list("visibility", flat=True))
