import pytest

from tests.sandbox.conftest import Process
from tests.sandbox.google_business.steps import Business, business


@pytest.fixture
def nadia(sandbox: Process) -> Business:
    """She manages Hartley & Rye in its own group, and in her agency's."""
    return business(sandbox)
