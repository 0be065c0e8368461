"""Every fault of the twins in every call that is made once a post is out: what the caller is told, in each network."""

from collections.abc import Iterator

import pytest

from tests.faults.ground import Ground
from tests.faults.matrix import Cell, answer_of, troubles
from tests.faults.operations import BESIDE
from tests.faults.playing import operations_of, play
from tests.hosting import Shelf, hosting
from tests.integrations.networks.conftest import ear, sandbox  # noqa: F401  # fixtures
from tests.integrations.networks.ear import Ear
from tests.integrations.networks.google_business.stage import photo
from tests.integrations.networks.sandbox import Sandbox

PLACES = [
    (network, call, operation)
    for network, calls in BESIDE.items()
    for call, operations in calls.items()
    for operation in operations
]


@pytest.fixture(scope="module")
def pictures() -> Iterator[Shelf]:
    """Where networks fetch files; Google's photo lies there already."""
    with hosting() as shelf:
        shelf.put("photo.png", photo(), "image/png")
        yield shelf


@pytest.fixture
def ground(network: str, sandbox: Sandbox, ear: Ear, pictures: Shelf) -> Ground:  # noqa: F811
    return Ground(network, sandbox, ear, pictures)


@pytest.mark.parametrize(("network", "call", "operation"), PLACES, ids="-".join)
def test_each_fault_is_told_as_the_table_says(ground: Ground, network: str, call: str, operation: str) -> None:
    operations = BESIDE[network][call]
    called = operations_of(ground, call, operation)
    assert operation in called
    assert called <= set(operations)

    found = play(ground, call, operation, troubles(operation, operations))

    assert found == {
        trouble: answer_of(Cell(network, call, operation, trouble)) for trouble in troubles(operation, operations)
    }
