from django.test import Client

from accounts.models import Membership
from accounts.permissions import Role
from integrations.models import AccountAccess
from lib.tenancy.scope import scope
from tests.factories import make_social_account
from tests.houses import House, signed_in


def test_a_members_accounts_are_chosen_and_given_back(house: House, alice: Client) -> None:
    bob = house.member(Role.AGENT)
    with scope(organisation=house.acme.pk):
        first, second = make_social_account(), make_social_account()
    with scope(organisation=house.elsewhere.pk):
        foreign = make_social_account()
    path = house.path(f"accounts/access/{bob.pk}/")

    assert "Only these" in alice.get(path).content.decode()
    alice.post(path, {"which": "chosen", "account": [first.pk, foreign.pk, "x"]})

    with scope(organisation=house.acme.pk):
        bob.refresh_from_db()
        assert not bob.all_accounts
        assert [one.social_account_id for one in AccountAccess.objects.filter(membership=bob)] == [first.pk]
    dialog = alice.get(path).content.decode()
    assert f'value="{first.pk}" checked' in dialog
    assert f'value="{second.pk}">' in dialog
    assert "Chosen accounts" in alice.get(house.path("people/")).content.decode()
    alice.post(path, {"which": "all"})
    with scope(organisation=house.acme.pk):
        bob.refresh_from_db()
        assert bob.all_accounts


def test_owners_accounts_are_the_owners_own_matter(house: House, alice: Client) -> None:
    with scope(organisation=house.acme.pk):
        owner = Membership.objects.get(user=house.alice)
    browser = signed_in(house.member(Role.ADMINISTRATOR).user)

    assert browser.get(house.path(f"accounts/access/{owner.pk}/")).status_code == 403
