import pytest

from integrations.contract import Composition
from tests.integrations.networks.contract import AfterwardsContract, ProviderContract
from tests.integrations.networks.linkedin.stage import LinkedInStage
from tests.integrations.networks.sandbox import Sandbox
from tests.integrations.networks.stage import AfterwardsStage


class TestLinkedIn(ProviderContract, AfterwardsContract):
    @pytest.fixture
    def stage(self, sandbox: Sandbox) -> AfterwardsStage:
        return LinkedInStage(sandbox)

    def followed(self, stage: AfterwardsStage) -> list[tuple[Composition, int]]:
        return [(Composition(text="Stollen from today.", first_comment="Pies from Monday."), 1)]
