from collections.abc import Iterator

import pytest

from tests.integrations.networks.ear import Ear
from tests.integrations.networks.google_business.stage import BusinessStage, photo
from tests.integrations.networks.sandbox import Sandbox
from tests.sandbox.google_business.steps import serving


@pytest.fixture(scope="session")
def pictures() -> Iterator[str]:
    with serving({"photo.png": photo()}) as address:
        yield address


@pytest.fixture
def stage(sandbox: Sandbox, pictures: str) -> BusinessStage:
    return BusinessStage(sandbox, pictures)


@pytest.fixture
def told(sandbox: Sandbox, ear: Ear) -> BusinessStage:
    """A stage whose pushes are heard."""
    return BusinessStage(sandbox, ear=ear)
