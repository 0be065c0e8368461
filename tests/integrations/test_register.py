"""The register of what organisations share outside: routed to each, and closed to the app's role."""

import pytest
from django.db.utils import ProgrammingError

from integrations import register
from integrations.models import OutsideUse
from integrations.register import Kind
from lib.tenancy.scope import scope
from tests.factories import make_organisation

PAGE = ("facebook", Kind.PRESENCE, "page-1")


@pytest.fixture
def two(db: None) -> tuple[int, int]:
    ids = (make_organisation("Acme").pk, make_organisation("Other").pk)
    for organisation_id in ids:
        with scope(organisation=organisation_id):
            register.use("facebook", Kind.PRESENCE, ["page-1"])
            register.use("facebook", Kind.PRESENCE, ["page-1"])
    return ids


def test_what_comes_in_goes_to_each(two: tuple[int, int]) -> None:
    assert register.users_of(*PAGE) == sorted(two)


def test_the_last_to_leave_is_told_so(two: tuple[int, int]) -> None:
    with scope(organisation=two[0]):
        assert register.release(*PAGE) is False
    assert register.users_of(*PAGE) == [two[1]]
    with scope(organisation=two[1]):
        assert register.release(*PAGE) is True
    assert register.users_of(*PAGE) == []


def test_releasing_what_one_does_not_use_releases_nobody_else(two: tuple[int, int]) -> None:
    third = make_organisation("Third").pk

    with scope(organisation=third):
        assert register.release(*PAGE) is False

    assert register.users_of(*PAGE) == sorted(two)


def test_no_organisation_learns_who_else_uses_its_page(two: tuple[int, int]) -> None:
    with scope(organisation=two[0]):
        assert register.users_of(*PAGE) == []


def test_outside_a_scope_nothing_can_be_registered(db: None) -> None:
    with pytest.raises(Exception, match="null value"):
        register.use("facebook", Kind.PERSON, ["1"])


def test_the_apps_role_has_no_right_on_the_table(two: tuple[int, int]) -> None:
    with pytest.raises(ProgrammingError, match="permission denied"):
        OutsideUse.objects.count()
