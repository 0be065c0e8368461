import pytest

from tests.integrations.networks.contract import ProviderContract
from tests.integrations.networks.sandbox import Sandbox
from tests.integrations.networks.stage import Stage
from tests.integrations.networks.twins import XStage


class TestX(ProviderContract):
    @pytest.fixture
    def stage(self, sandbox: Sandbox) -> Stage:
        return XStage(sandbox)
