import pytest

from tests.sandbox.conftest import Process
from tests.sandbox.youtube.clients import YouTube, connect


@pytest.fixture
def youtube(sandbox: Process) -> YouTube:
    """A client of Hartley & Rye's channel, with all that it may ask for."""
    return connect(sandbox)
