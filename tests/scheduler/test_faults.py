"""Every fault of the twins, in every step of publishing: the right state, the right reason, and exactly one post."""

from collections.abc import Iterator
from datetime import timedelta
from io import BytesIO

import pytest
from django.utils import timezone
from PIL import Image

from accounts.models import Organisation
from gallery.models import Asset
from gallery.storage import storage
from integrations import registry, vault
from integrations.models import SocialAccount
from integrations.sentences import SENTENCES
from lib.tenancy.scope import scope
from scheduler.models import PostAsset, Publication, Queue
from scheduler.services.preparing import prepare_due
from scheduler.services.publishing import publish_due
from scheduler.services.reconciling import reconcile_due
from scheduler.states import State
from tests.factories import (
    make_asset,
    make_grant,
    make_organisation,
    make_post,
    make_publication,
    make_social_account,
)
from tests.integrations.networks.conftest import sandbox, sandbox_process  # noqa: F401  # fixtures
from tests.integrations.networks.sandbox import Sandbox
from tests.integrations.networks.stage import Fault, Step
from tests.integrations.networks.twins import FacebookStage, XStage
from tests.scheduler.conftest import Clock

#: After the step that the fault strikes: the state, and how many posts are out in the end, once all has settled.
COMMIT = {
    Fault.UNREACHABLE: (State.SCHEDULED, State.PUBLISHED, 1),
    Fault.LOST_REQUEST: (State.OUTCOME_UNKNOWN, State.PUBLISHED, 1),
    Fault.LOST_ANSWER: (State.OUTCOME_UNKNOWN, State.PUBLISHED, 1),
    Fault.MALFORMED_ANSWER: (State.OUTCOME_UNKNOWN, State.PUBLISHED, 1),
    Fault.SERVER_ERROR: (State.OUTCOME_UNKNOWN, State.PUBLISHED, 1),
    Fault.SERVER_ERROR_AFTER_ALL: (State.OUTCOME_UNKNOWN, State.PUBLISHED, 1),
    Fault.RATE_LIMITED: (State.SCHEDULED, State.PUBLISHED, 1),
    Fault.REVOKED: (State.SCHEDULED, State.SCHEDULED, 0),
    Fault.DUPLICATE: (State.OUTCOME_UNKNOWN, State.FAILED, 0),
}
READING = {
    Fault.UNREACHABLE: State.PUBLISHED,
    Fault.LOST_REQUEST: State.PUBLISHED,
    Fault.LOST_ANSWER: State.PUBLISHED,
    Fault.SERVER_ERROR: State.PUBLISHED,
    Fault.RATE_LIMITED: State.PUBLISHED,
}


class Scene:
    """One organisation, one account at a twin, one publication due now."""

    def __init__(self, stage: FacebookStage | XStage, *, pictures: int = 0) -> None:
        self.stage, self.clock = stage, Clock(timezone.now())
        self.at_network = stage.account()
        self.organisation = make_organisation("Acme")
        key = stage.provider.key
        with scope(organisation=self.organisation.pk):
            Organisation.objects.filter(pk=self.organisation.pk).update(when_late="send")
            sealed = {"organisation_id": self.organisation.pk}
            grant = make_grant(key, outside_id=self.at_network.person_id or "person")
            own = vault.seal(
                self.at_network.credentials, purpose=vault.presence(key, self.at_network.network_id), **sealed
            )
            account = make_social_account(
                key,
                network_id=self.at_network.network_id,
                handle=self.at_network.handle,
                grant=grant,
                sealed=own,
                details=dict(self.at_network.details),
            )
            post = make_post("A fault strikes this one.")
            for position in range(pictures):
                PostAsset.objects.create(post=post, asset=_picture(), position=position, alt_text="A loaf")
            self.publication = make_publication(
                post=post,
                social_account=account,
                publish_at=self.clock.now,
                queue=Queue.MEDIA if pictures else Queue.PUBLISH,
                is_prepared=not pictures,
            )

    def turn(self) -> None:
        prepare_due(self.clock)
        publish_due(self.clock)
        reconcile_due(self.clock)

    def settle(self) -> Publication:
        """Let an hour pass, every loop turning each minute."""
        for _ in range(20):
            self.clock.forward(minutes=3)
            self.turn()
        return self.fresh()

    def fresh(self) -> Publication:
        with scope(organisation=self.organisation.pk):
            found: Publication = Publication.objects.select_related("social_account").get(pk=self.publication.pk)
            return found


def _picture() -> Asset:
    image = BytesIO()
    Image.new("RGB", (320, 240), "wheat").save(image, "JPEG")
    body = image.getvalue()
    asset = make_asset(size_bytes=len(body), width=320, height=240)
    storage().save(asset.storage_key, body, content_type=asset.content_type)
    return asset


@pytest.fixture(params=[FacebookStage, XStage], ids=["facebook", "x"])
def stage(
    request: pytest.FixtureRequest,
    sandbox: Sandbox,  # noqa: F811
    transactional_db: None,
) -> Iterator[FacebookStage | XStage]:
    found = request.param(sandbox)
    with registry.replaced({found.provider.key: found.provider}):
        yield found


@pytest.mark.parametrize("fault", COMMIT)
def test_a_fault_in_the_irreversible_call(stage: FacebookStage | XStage, fault: Fault) -> None:
    at_once, in_the_end, out = COMMIT[fault]
    scene = Scene(stage)
    stage.strike(Step.COMMIT, fault)

    publish_due(scene.clock)

    found = scene.fresh()
    assert (found.state, found.reason in SENTENCES) == (at_once, True), found.reason
    if fault is Fault.REVOKED:
        assert found.social_account.state == SocialAccount.State.LOST
    assert scene.settle().state == in_the_end
    assert len(stage.out(scene.at_network)) == out


@pytest.mark.parametrize("fault", READING)
def test_a_fault_in_an_upload(stage: FacebookStage | XStage, fault: Fault) -> None:
    scene = Scene(stage, pictures=1)
    stage.strike(Step.UPLOAD, fault)

    prepare_due(scene.clock)
    found = scene.fresh()
    assert (found.state, found.reason in SENTENCES) == (State.SCHEDULED, True), found.reason
    assert found.available_at is not None
    assert found.available_at > scene.clock.now + timedelta(seconds=0)

    assert scene.settle().state == READING[fault]
    assert [each.media for each in stage.out(scene.at_network)] == [1]


@pytest.mark.parametrize("fault", READING)
def test_a_fault_in_a_look(stage: FacebookStage | XStage, fault: Fault) -> None:
    scene = Scene(stage)
    stage.strike(Step.COMMIT, Fault.LOST_ANSWER)
    publish_due(scene.clock)
    stage.strike(Step.LOOK, fault)

    scene.clock.forward(minutes=2)
    reconcile_due(scene.clock)
    assert scene.fresh().state == State.OUTCOME_UNKNOWN

    assert scene.settle().state == READING[fault]
    assert len(stage.out(scene.at_network)) == 1
