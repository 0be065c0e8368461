import pytest

from integrations.contract import Composition, Kind
from tests.hosting import Shelf
from tests.integrations.networks.contract import AfterwardsContract, ProviderContract
from tests.integrations.networks.instagram.stage import InstagramStage
from tests.integrations.networks.sandbox import Sandbox
from tests.integrations.networks.stage import AfterwardsStage


class TestInstagram(ProviderContract, AfterwardsContract):
    @pytest.fixture
    def stage(self, sandbox: Sandbox, shelf: Shelf) -> AfterwardsStage:
        return InstagramStage(sandbox, shelf=shelf)

    def followed(self, stage: AfterwardsStage) -> list[tuple[Composition, int]]:
        assert isinstance(stage, InstagramStage)
        return [(stage.compose(Kind.IMAGE, first_comment="#stollen"), 1)]
