"""Acme, for the pages of its inbox."""

import pytest

from tests.scheduler.pages import House, build_house


@pytest.fixture
def house(db: None) -> House:
    return build_house()
