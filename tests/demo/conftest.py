"""The twins as a process, which the demonstration's own controls reach as well."""

from dataclasses import replace

import pytest

from config.env import env
from demo import making
from demo.management.commands import demo as command
from tests.integrations.conftest import twins
from tests.integrations.networks.conftest import sandbox
from tests.integrations.networks.sandbox import Sandbox

__all__ = ["sandbox", "twins"]


@pytest.fixture
def stage(twins: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Sandbox:
    """An environment with the sandbox in it."""
    with_twins = replace(env, sandbox=True, sandbox_url=twins.origin)
    for module in (making, command):
        monkeypatch.setattr(module, "env", with_twins)
    return twins
