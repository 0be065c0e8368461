from dataclasses import replace

import pytest

from integrations.contract import Composition, Kind
from tests.integrations.networks.contract import AfterwardsContract, ProviderContract
from tests.integrations.networks.sandbox import Sandbox
from tests.integrations.networks.stage import AfterwardsStage, Stage, composition
from tests.integrations.networks.twins import FacebookStage


class TestFacebook(ProviderContract):
    @pytest.fixture
    def stage(self, sandbox: Sandbox) -> Stage:
        return FacebookStage(sandbox)


class TestWhatFollowsOnFacebook(AfterwardsContract):
    @pytest.fixture
    def stage(self, sandbox: Sandbox) -> AfterwardsStage:
        return FacebookStage(sandbox)

    def followed(self, stage: AfterwardsStage) -> list[tuple[Composition, int]]:
        return [
            (replace(composition(kind), first_comment="More on our page"), 1)
            for kind in (Kind.TEXT, Kind.VIDEO, Kind.REEL)
        ]
