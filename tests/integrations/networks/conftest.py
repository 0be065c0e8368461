from collections.abc import Iterator

import pytest

from tests.integrations.networks.ear import Ear, listening
from tests.integrations.networks.sandbox import Sandbox


@pytest.fixture
def sandbox(sandbox_process: Sandbox) -> Sandbox:
    """Empty walls and no fault."""
    sandbox_process.reset()
    return sandbox_process


@pytest.fixture
def ear() -> Iterator[Ear]:
    with listening() as heard:
        yield heard
