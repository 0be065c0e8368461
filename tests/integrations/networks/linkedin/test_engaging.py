import pytest

from tests.integrations.networks.ear import Ear
from tests.integrations.networks.engaging import EngagingContract, EngagingStage
from tests.integrations.networks.linkedin.stage import LinkedInStage
from tests.integrations.networks.sandbox import Sandbox


class TestLinkedInEngaging(EngagingContract):
    @pytest.fixture
    def stage(self, sandbox: Sandbox, ear: Ear) -> EngagingStage:
        return LinkedInStage(sandbox, ear)
