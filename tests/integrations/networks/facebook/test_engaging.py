import pytest

from tests.integrations.networks.asides import AsidesContract
from tests.integrations.networks.ear import Ear
from tests.integrations.networks.engaging import EngagingContract, EngagingStage
from tests.integrations.networks.sandbox import Sandbox
from tests.integrations.networks.twins import FacebookStage


class TestFacebookEngaging(EngagingContract, AsidesContract):
    sends = "reply_privately"

    @pytest.fixture
    def stage(self, sandbox: Sandbox, ear: Ear) -> EngagingStage:
        return FacebookStage(sandbox, ear)

    def is_blocked(self, stage: EngagingStage, author_id: str) -> bool:
        assert isinstance(stage, FacebookStage)
        return any(author_id in each["blocked"] for each in stage.sandbox.ask("accounts")["facebook"]["pages"])
