from collections.abc import Iterator

import pytest

from tests.hosting import Shelf, hosting


@pytest.fixture
def shelf() -> Iterator[Shelf]:
    with hosting() as shelf:
        yield shelf
