"""The register of what organisations share outside: routed to each, and closed to the app's role."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db.utils import ProgrammingError
from django.utils import timezone

from config.env import env
from integrations import register, registry
from integrations.models import Grant, OutsideUse
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


# One client for two of Google's services: a person's grant is to the client.

NADIA = "104600000000000000001"


@pytest.fixture
def one_client(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "env", replace(env, google_business_client_id="ours", youtube_client_id="ours"))


@pytest.fixture
def two_clients(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "env", replace(env, google_business_client_id="one", youtube_client_id="two"))


def uses_both(organisation_id: int) -> None:
    with scope(organisation=organisation_id):
        register.use("google_business", Kind.PERSON, [NADIA])
        register.use("youtube", Kind.PERSON, [NADIA])


def test_a_person_is_used_as_long_as_any_network_of_the_app_uses_them(db: None, one_client: None) -> None:
    acme = make_organisation("Acme").pk
    uses_both(acme)

    with scope(organisation=acme):
        assert register.release("google_business", Kind.PERSON, NADIA) is False
        assert register.is_used("google_business", Kind.PERSON, NADIA)
        assert register.release("youtube", Kind.PERSON, NADIA) is True
        assert not register.is_used("google_business", Kind.PERSON, NADIA)


def test_another_organisation_at_the_other_network_keeps_the_grant_too(db: None, one_client: None) -> None:
    acme, other = make_organisation("Acme").pk, make_organisation("Other").pk
    with scope(organisation=acme):
        register.use("google_business", Kind.PERSON, [NADIA])
    with scope(organisation=other):
        register.use("youtube", Kind.PERSON, [NADIA])

    with scope(organisation=acme):
        assert register.release("google_business", Kind.PERSON, NADIA) is False
    with scope(organisation=other):
        assert register.release("youtube", Kind.PERSON, NADIA) is True


def test_two_clients_are_revoked_apart(db: None, two_clients: None) -> None:
    acme = make_organisation("Acme").pk
    uses_both(acme)

    with scope(organisation=acme):
        assert register.release("google_business", Kind.PERSON, NADIA) is True
        assert register.is_used("youtube", Kind.PERSON, NADIA)


def test_whoever_connects_waits_for_a_revocation_at_the_other_network(db: None, one_client: None) -> None:
    acme, now = make_organisation("Acme").pk, timezone.now()
    with scope(organisation=acme):
        Grant.objects.create(
            network="youtube",
            outside_id=NADIA,
            token_version=1,
            state=Grant.State.WITHDRAWN,
            available_at=now,
            lease_until=now + timedelta(minutes=2),
        )

        assert register.is_being_revoked("google_business", NADIA, now=now)
        assert not register.is_being_revoked("facebook", NADIA, now=now)


def test_a_channel_and_a_location_are_not_the_same_presence(db: None, one_client: None) -> None:
    acme = make_organisation("Acme").pk
    with scope(organisation=acme):
        register.use("google_business", Kind.PRESENCE, ["1"])
        register.use("youtube", Kind.PRESENCE, ["1"])

        assert register.release("google_business", Kind.PRESENCE, "1") is True


def test_two_channels_of_a_person_are_two_grants_of_one_person(db: None, one_client: None) -> None:
    acme, other = make_organisation("Acme").pk, make_organisation("Other").pk
    one, two = f"{NADIA}/UCone", f"{NADIA}/UCtwo"
    with scope(organisation=acme):
        register.use("youtube", Kind.PERSON, [one, two])
    with scope(organisation=other):
        register.use("google_business", Kind.PERSON, [NADIA])

    with scope(organisation=acme):
        assert register.release("youtube", Kind.PERSON, one) is False
        assert register.release("youtube", Kind.PERSON, two) is False
    with scope(organisation=other):
        assert register.release("google_business", Kind.PERSON, NADIA) is True
