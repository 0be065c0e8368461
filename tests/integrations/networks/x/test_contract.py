from dataclasses import replace

import pytest

from integrations.contract import Composition, Kind
from integrations.networks.x.dialects import Dialect
from tests.integrations.networks.contract import AfterwardsContract, ProviderContract
from tests.integrations.networks.sandbox import Sandbox
from tests.integrations.networks.stage import AfterwardsStage, Stage, composition
from tests.integrations.networks.twins import MUSEUM, XStage


class TestX(ProviderContract):
    @pytest.fixture
    def stage(self, sandbox: Sandbox) -> Stage:
        return XStage(sandbox)


class TestXInItsNewDialect(ProviderContract):
    @pytest.fixture
    def stage(self, sandbox: Sandbox) -> Stage:
        return XStage(sandbox, options={"dialect": Dialect.NEW})


class TestWhatFollowsOnX(AfterwardsContract):
    @pytest.fixture
    def stage(self, sandbox: Sandbox) -> AfterwardsStage:
        return XStage(sandbox, user=MUSEUM)  # Premium: it may edit

    def followed(self, stage: AfterwardsStage) -> list[tuple[Composition, int]]:
        thread, text = composition(Kind.THREAD), composition(Kind.TEXT)
        return [
            (thread, 2),
            (replace(text, first_comment=f"By the way: {text.text}"), 1),
            (replace(composition(Kind.THREAD), first_comment=f"And: {text.text}"), 3),
        ]
