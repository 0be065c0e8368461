import pytest

from tests.integrations.networks.ear import Ear
from tests.integrations.networks.engaging import EngagingContract, EngagingStage
from tests.integrations.networks.sandbox import Sandbox
from tests.integrations.networks.twins import FacebookStage


class TestFacebookEngaging(EngagingContract):
    @pytest.fixture
    def stage(self, sandbox: Sandbox, ear: Ear) -> EngagingStage:
        return FacebookStage(sandbox, ear)
