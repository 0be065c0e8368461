"""Tokens are sealed, bound to what they belong to, and hidden from every representation."""

from datetime import UTC, datetime

import pytest

from accounts.models import Organisation
from integrations import vault
from integrations.contract import Account, Credentials
from integrations.errors import AuthorisationLost, TransientError
from integrations.models import SocialAccount
from lib.crypto.keyring import SealError
from lib.tenancy.scope import scope
from tests.factories import make_grant, make_organisation, make_social_account

TOKEN, REFRESH = "planted-access-token", "planted-refresh-token"
CREDENTIALS = Credentials(
    access_token=TOKEN,
    refresh_token=REFRESH,
    expires_at=datetime(2026, 12, 9, 12, tzinfo=UTC),
    scopes=frozenset({"read", "write"}),
)


@pytest.fixture
def acme(db: None) -> Organisation:
    return make_organisation("Acme")


def connected(acme: Organisation, *, own: bool = False) -> SocialAccount:
    purpose = vault.person("x", "person-7")
    grant = make_grant(
        "x", outside_id="person-7", sealed=vault.seal(CREDENTIALS, organisation_id=acme.pk, purpose=purpose)
    )
    account = make_social_account("x", grant=grant, network_id="42", handle="acme", details={"subscription": "Premium"})
    if own:
        purpose = vault.presence("x", "42")
        credentials = Credentials(access_token="its-own")
        account.sealed = vault.seal(credentials, organisation_id=acme.pk, purpose=purpose)
        account.save(update_fields=["sealed"])
    return account


def test_what_was_sealed_comes_back_whole(acme: Organisation) -> None:
    with scope(organisation=acme.pk):
        account = vault.account_for_calls(connected(acme))

    assert account == Account(
        network_id="42",
        credentials=CREDENTIALS,
        handle="acme",
        person_id="person-7",
        details={"subscription": "Premium"},
        features=frozenset(),
    )


def test_a_presence_with_a_token_of_its_own_uses_it(acme: Organisation) -> None:
    with scope(organisation=acme.pk):
        assert vault.account_for_calls(connected(acme, own=True)).credentials.access_token == "its-own"


def test_no_representation_shows_a_token(acme: Organisation) -> None:
    with scope(organisation=acme.pk):
        account = connected(acme)
        shown = repr([vault.account_for_calls(account), vault.keyring(), account, account.grant, CREDENTIALS])

    assert TOKEN not in shown
    assert REFRESH not in shown


def test_a_value_moved_to_another_row_does_not_open(acme: Organisation) -> None:
    sealed = vault.seal(CREDENTIALS, organisation_id=acme.pk, purpose=vault.person("x", "1"))

    with pytest.raises(SealError):
        vault.open_text(sealed, organisation_id=acme.pk, purpose=vault.person("x", "2"))


def test_one_bad_row_spoils_no_batch(acme: Organisation) -> None:
    with scope(organisation=acme.pk):
        good = connected(acme)
        bad = make_social_account(sealed=b"\x01garbage")
        bare = make_social_account()
        found = vault.accounts_for_calls([good.pk, bad.pk, bare.pk])

    assert isinstance(found[good.pk], Account)
    # The operator's matter: nobody is asked to connect anew because a key store is not mounted.
    assert isinstance(found[bad.pk], TransientError)
    assert isinstance(found[bare.pk], AuthorisationLost)


def test_a_batch_is_one_query(acme: Organisation, django_assert_num_queries: object) -> None:
    with scope(organisation=acme.pk):
        account = connected(acme)
        others = [make_social_account().pk for _ in range(5)]
        with django_assert_num_queries(1):  # type: ignore[operator]
            vault.accounts_for_calls([account.pk, *others])
