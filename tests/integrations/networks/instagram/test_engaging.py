import pytest

from tests.hosting import Shelf
from tests.integrations.networks.asides import AsidesContract
from tests.integrations.networks.ear import Ear
from tests.integrations.networks.engaging import EngagingContract, EngagingStage
from tests.integrations.networks.instagram.stage import InstagramStage
from tests.integrations.networks.sandbox import Sandbox


class TestInstagramEngaging(EngagingContract, AsidesContract):
    sends = "reply_privately"

    @pytest.fixture
    def stage(self, sandbox: Sandbox, ear: Ear, shelf: Shelf) -> EngagingStage:
        return InstagramStage(sandbox, ear, shelf)
