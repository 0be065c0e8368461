"""Disconnecting: history stays, tokens end, and the network is asked to revoke only by the last who leaves."""

from datetime import UTC, datetime, timedelta

import pytest

from integrations import register, vault
from integrations.errors import TransientError
from integrations.events import AccountDisconnected
from integrations.models import Grant, SocialAccount
from integrations.services import connecting, refreshing
from integrations.services.disconnecting import disconnect
from integrations.services.refreshing import tend_grants
from integrations.testing import InMemoryProvider
from lib.tenancy.scope import scope
from scheduler.models import Publication
from tests.factories import make_grant, make_organisation, make_publication, make_user

NOW = datetime(2026, 12, 9, 12, tzinfo=UTC)


class Client:
    """An organisation that uses Alice's presences on Memory."""

    def __init__(self, name: str, memory: InMemoryProvider) -> None:
        self.alice = make_user("Alice")
        self.organisation_id = make_organisation(name, owner=self.alice).pk
        credentials = memory.access(now=NOW)
        purpose = vault.person("memory", "person-1")
        with scope(organisation=self.organisation_id):
            sealed = vault.seal(credentials, organisation_id=self.organisation_id, purpose=purpose)
            grant = make_grant("memory", outside_id="person-1", sealed=sealed)
            register.use("memory", register.Kind.PERSON, ["person-1"])
            found = [connecting._found(each) for each in memory.list_presences(credentials, now=NOW)]
            self.ids = [account.pk for account in connecting.connect_found(grant, found, user=self.alice, now=NOW)]

    def leave(self, *ids: int, now: datetime = NOW, cancel_scheduled: bool = True) -> None:
        for account_id in ids or self.ids:
            with scope(organisation=self.organisation_id):
                account = SocialAccount.objects.get(pk=account_id)
                disconnect(account, cancel_scheduled=cancel_scheduled, now=now)

    @property
    def grant(self) -> Grant:
        with scope(organisation=self.organisation_id):
            found: Grant = Grant.objects.get()
            return found


@pytest.fixture
def acme(db: None, memory: InMemoryProvider) -> Client:
    return Client("Acme", memory)


def test_history_stays(acme: Client, told: list[object]) -> None:
    """Elsewhere disconnecting an account erased its published history and inbox."""
    with scope(organisation=acme.organisation_id):
        account = SocialAccount.objects.get(pk=acme.ids[0])
        publication = make_publication(social_account=account)

    acme.leave(acme.ids[0])

    with scope(organisation=acme.organisation_id):
        assert Publication.objects.get().pk == publication.pk
        account.refresh_from_db()
    assert (account.state, account.sealed, account.grant_id) == ("disconnected", None, None)
    (event,) = told
    assert isinstance(event, AccountDisconnected)
    assert event.cancel_scheduled


def test_the_grant_lives_as_long_as_one_account_does(acme: Client, memory: InMemoryProvider) -> None:
    acme.leave(acme.ids[0])
    tend_grants(now=NOW)

    assert acme.grant.state == "active"
    assert memory.calls["revoke"] == 0


def test_the_last_account_revokes_at_the_network_and_erases_the_token(acme: Client, memory: InMemoryProvider) -> None:
    acme.leave()
    assert acme.grant.state == "withdrawn"

    tend_grants(now=NOW)

    assert memory.calls["revoke"] == 1
    assert acme.grant.sealed is None
    assert tend_grants(now=NOW + timedelta(days=1)) == 0


def test_another_organisations_access_is_not_cut(acme: Client, memory: InMemoryProvider) -> None:
    """One person connects for several clients; revoking is for all of them."""
    other = Client("Other", memory)

    acme.leave()
    tend_grants(now=NOW)

    assert memory.calls["revoke"] == 0
    assert acme.grant.sealed is None  # ours ends all the same
    assert other.grant.state == "active"

    other.leave()
    tend_grants(now=NOW)
    assert memory.calls["revoke"] == 1


def test_somebody_who_connects_before_the_revocation_keeps_access(acme: Client, memory: InMemoryProvider) -> None:
    acme.leave()
    Client("Other", memory)

    tend_grants(now=NOW)

    assert memory.calls["revoke"] == 0
    assert acme.grant.sealed is None


def test_a_revocation_is_tried_again_and_ends(acme: Client, memory: InMemoryProvider) -> None:
    acme.leave()
    now = NOW
    for _ in range(refreshing.REVOKE_TRIES):
        memory.fail_next("revoke", TransientError("unavailable", network="memory"))
        tend_grants(now=now)
        now += timedelta(hours=2)

    assert memory.calls["revoke"] == refreshing.REVOKE_TRIES
    assert acme.grant.sealed is None


def test_disconnecting_twice_is_once(acme: Client, told: list[object]) -> None:
    acme.leave(acme.ids[0])
    acme.leave(acme.ids[0])

    assert len(told) == 1


def test_a_disconnected_account_comes_back_as_itself(acme: Client, memory: InMemoryProvider) -> None:
    acme.leave(acme.ids[0])

    with scope(organisation=acme.organisation_id):
        found = [connecting._found(each) for each in memory.list_presences(memory.access(now=NOW), now=NOW)]
        accounts = connecting.connect_found(acme.grant, found, user=acme.alice, now=NOW)

    assert [account.pk for account in accounts] == acme.ids
    assert {account.state for account in accounts} == {"active"}
