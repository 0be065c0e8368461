"""Two organisations with a row each."""

from dataclasses import dataclass

import pytest

from accounts.models import Organisation
from lib.tenancy.scope import scope
from scheduler.models import Post
from tests.factories import make_organisation, make_post


@dataclass(frozen=True)
class Two:
    acme: Organisation
    other: Organisation
    acme_post: Post
    other_post: Post


@pytest.fixture
def two(db: None) -> Two:
    return _make()


@pytest.fixture
def two_committed(transactional_db: None) -> Two:
    """The same, visible to other connections."""
    return _make()


def _make() -> Two:
    acme, other = make_organisation("Acme"), make_organisation("Other")
    with scope(organisation=acme.pk):
        acme_post = make_post("Acme's words")
    with scope(organisation=other.pk):
        other_post = make_post("Other's words")
    return Two(acme, other, acme_post, other_post)
