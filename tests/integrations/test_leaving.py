"""Who takes an app's permission back takes it from every network at which we are that app."""

from dataclasses import replace

import pytest
from django.utils import timezone

from config.env import env
from integrations import register, registry
from integrations.models import Grant, SocialAccount
from integrations.register import Kind
from integrations.services.leaving import forget_person, person_left
from lib.tenancy.scope import scope
from tests.factories import make_grant, make_organisation, make_social_account

NADIA = "10150000000000001"


@pytest.fixture
def one_app(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "env", replace(env, facebook_app_id="260", instagram=True))


@pytest.fixture
def both(db: None, one_app: None) -> int:
    """An organisation to which Nadia gave a page and the Instagram account on it."""
    organisation_id = make_organisation("Acme").pk
    with scope(organisation=organisation_id):
        for network in ("facebook", "instagram"):
            make_social_account(network, grant=make_grant(network, outside_id=NADIA))
            register.use(network, Kind.PERSON, [NADIA])
    return organisation_id


@pytest.mark.parametrize("told_by", ["facebook", "instagram"])
def test_whoever_tells_it_both_are_held(both: int, told_by: str) -> None:
    assert person_left(told_by, NADIA, now=timezone.now()) == 2

    with scope(organisation=both):
        assert {account.state for account in SocialAccount.objects.all()} == {SocialAccount.State.LOST}


def test_whose_data_is_to_go_is_forgotten_at_both(both: int) -> None:
    assert forget_person("facebook", NADIA, now=timezone.now()) == 2

    with scope(organisation=both):
        assert not Grant.objects.filter(outside_id=NADIA).exists()
        assert not register.is_used("instagram", Kind.PERSON, NADIA)


def test_another_network_s_grants_are_left_alone(both: int) -> None:
    with scope(organisation=both):
        make_social_account("x", grant=make_grant("x", outside_id=NADIA))
        register.use("x", Kind.PERSON, [NADIA])

    person_left("facebook", NADIA, now=timezone.now())

    with scope(organisation=both):
        assert SocialAccount.objects.get(network="x").state == SocialAccount.State.ACTIVE
