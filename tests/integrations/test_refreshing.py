"""Grants stay alive: refreshed once at a time, stored before use, never overwritten by nothing; in doubt, told."""

from datetime import UTC, datetime, timedelta
from threading import Barrier, Thread
from typing import Any

import pytest
from django.db import close_old_connections, connection

from integrations import vault
from integrations.contract import Credentials
from integrations.errors import AuthorisationLost, Reach, TransientError
from integrations.events import AccountLost, AccountReturned
from integrations.models import Grant, Lane, SocialAccount
from integrations.services import health, refreshing
from integrations.services.lanes import HELD_UNTIL
from integrations.services.refreshing import ask_for_refresh, tend_grants
from integrations.testing import InMemoryProvider
from lib.tenancy.scope import scope
from tests.factories import make_grant, make_organisation, make_social_account

NOW = datetime(2026, 12, 9, 12, tzinfo=UTC)
DUE = NOW + timedelta(hours=2) * 0.7
LATER = DUE + refreshing.LEASE + timedelta(seconds=1)


class Connected:
    """Acme's account on Memory, connected at NOW."""

    def __init__(self, memory: InMemoryProvider, **grant: Any) -> None:
        self.memory = memory
        self.organisation_id = make_organisation("Acme").pk
        self.first = memory.access(now=NOW)
        with scope(organisation=self.organisation_id):
            fields = {
                "outside_id": "person-1",
                "sealed": self.seal(self.first),
                "expires_at": self.first.expires_at,
                "available_at": refreshing.refresh_due_at(self.first, network="memory", now=NOW),
                "granted_at": NOW,
                **grant,
            }
            self.grant_id = make_grant("memory", **fields).pk
            self.account_id = make_social_account("memory", grant=self.grant, network_id="bakery").pk
            Lane.objects.create(social_account_id=self.account_id, queue="publish", network="memory")

    def seal(self, credentials: Credentials) -> bytes:
        purpose = vault.person("memory", "person-1")
        return vault.seal(credentials, organisation_id=self.organisation_id, purpose=purpose)

    @property
    def grant(self) -> Grant:
        with scope(organisation=self.organisation_id):
            found: Grant = Grant.objects.get()
            return found

    @property
    def account(self) -> SocialAccount:
        with scope(organisation=self.organisation_id):
            found: SocialAccount = SocialAccount.objects.select_related("grant").get()
            return found

    @property
    def lane(self) -> Lane:
        with scope(organisation=self.organisation_id):
            found: Lane = Lane.objects.get()
            return found

    @property
    def credentials(self) -> Credentials:
        return vault.open_grant(self.grant)

    def ask(self, now: datetime) -> datetime | None:
        with scope(organisation=self.organisation_id):
            return ask_for_refresh(self.account_id, now=now)


@pytest.fixture
def connected(db: None, memory: InMemoryProvider) -> Connected:
    return Connected(memory)


def test_nothing_is_refreshed_before_seventy_per_cent_of_its_life(connected: Connected) -> None:
    assert connected.grant.available_at == DUE
    assert tend_grants(now=DUE - timedelta(seconds=1)) == 0
    assert connected.memory.calls["refresh"] == 0


def test_a_refresh_stores_new_tokens_and_the_next_hour(connected: Connected) -> None:
    assert tend_grants(now=DUE) == 1

    grant, after = connected.grant, connected.credentials
    assert after.access_token != connected.first.access_token
    assert after.refresh_token != connected.first.refresh_token
    assert (grant.token_version, grant.lease_until, grant.attempts, grant.state) == (2, None, 0, "active")
    assert grant.available_at == DUE + timedelta(hours=2) * 0.7
    assert connected.account.checked_at == DUE


def test_an_empty_token_never_takes_the_place_of_one_that_is_there(
    connected: Connected, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Elsewhere this meant daily reconnects for months."""
    monkeypatch.setattr(
        connected.memory, "refresh", lambda credentials, *, now: Credentials(access_token="new", expires_at=None)
    )

    tend_grants(now=DUE)

    assert connected.credentials.access_token == "new"
    assert connected.credentials.refresh_token == connected.first.refresh_token
    assert connected.credentials.scopes == connected.first.scopes


def test_a_lost_answer_is_shown_as_unknown_and_the_next_try_finds_out(connected: Connected, told: list[object]) -> None:
    connected.memory.lose_answer("refresh", done=False)
    tend_grants(now=DUE)
    assert connected.grant.state == "unknown"
    assert connected.account.state == "active"  # its access may last for a while

    tend_grants(now=LATER)

    assert connected.grant.state == "active"
    assert told == []


def test_an_answer_lost_for_good_ends_in_asking_a_person(connected: Connected, told: list[object]) -> None:
    connected.memory.lose_answer("refresh", done=True)
    tend_grants(now=DUE)

    tend_grants(now=LATER)

    assert (connected.grant.state, connected.account.state) == ("lost", "lost")
    assert connected.lane.not_before == HELD_UNTIL
    (event,) = told
    assert isinstance(event, AccountLost)
    assert event.social_account_ids == (connected.account_id,)


def test_a_refused_refresh_holds_the_lanes_and_tells_once(connected: Connected, told: list[object]) -> None:
    connected.memory.withdraw_access()

    tend_grants(now=DUE)
    tend_grants(now=LATER)

    assert connected.memory.calls["refresh"] == 1
    assert len(told) == 1


def test_a_page_with_its_own_token_outlives_the_persons(connected: Connected, told: list[object]) -> None:
    with scope(organisation=connected.organisation_id):
        SocialAccount.objects.update(sealed=b"its own")
    connected.memory.withdraw_access()

    tend_grants(now=DUE)

    assert (connected.grant.state, connected.account.state, told) == ("lost", "active", [])


def test_a_disturbance_is_waited_out_longer_each_time(connected: Connected) -> None:
    waits, now = [], DUE
    for _ in range(4):
        connected.memory.fail_next("refresh", TransientError("unavailable", network="memory"))
        tend_grants(now=now)
        available_at = connected.grant.available_at
        assert available_at is not None
        waits.append((available_at - now).total_seconds())
        now = available_at

    assert waits == [30, 60, 120, 240]
    assert connected.grant.state == "active"


def test_a_worker_that_dies_around_its_call_leaves_the_grant_unknown(connected: Connected) -> None:
    """Killed between the network's answer and our row: the old refresh token is dead, and nobody knows the new one."""
    (claim,) = refreshing._claim(DUE)
    work = refreshing._begin(*claim, now=DUE)
    assert work is not None
    refreshing._call(work, DUE)  # and here it dies

    assert tend_grants(now=DUE + timedelta(minutes=1)) == 0  # its lease still holds
    tend_grants(now=LATER)

    assert connected.grant.state == "lost"
    with scope(organisation=connected.organisation_id), connection.cursor() as cursor:
        cursor.execute("SELECT name FROM eventlog_event WHERE name LIKE 'integrations.grant.%%' ORDER BY id")
        assert [name for (name,) in cursor.fetchall()] == ["integrations.grant.unknown", "integrations.grant.lost"]


def test_a_worker_that_dies_before_its_call_harms_nothing(connected: Connected) -> None:
    (claim,) = refreshing._claim(DUE)
    refreshing._begin(*claim, now=DUE)

    tend_grants(now=LATER)

    assert connected.grant.state == "active"
    assert connected.grant.token_version == 2


def test_a_slow_answer_is_kept_although_its_lease_ran_out(connected: Connected, told: list[object]) -> None:
    """The second try was refused, because the first one had already ended the old token: its answer is the good one."""
    (claim,) = refreshing._claim(DUE)
    work = refreshing._begin(*claim, now=DUE)
    assert work is not None
    answer = refreshing._call(work, DUE)
    tend_grants(now=LATER)
    assert connected.grant.state == "lost"

    refreshing._finish(work, answer, now=LATER)

    assert (connected.grant.state, connected.account.state) == ("active", "active")
    assert connected.lane.not_before is None
    assert isinstance(told[-1], AccountReturned)
    assert connected.credentials == answer


def test_an_answer_never_overwrites_newer_tokens(connected: Connected) -> None:
    (claim,) = refreshing._claim(DUE)
    work = refreshing._begin(*claim, now=DUE)
    assert work is not None
    newer = connected.memory.access(now=DUE)
    with scope(organisation=connected.organisation_id):  # somebody reconnects meanwhile
        Grant.objects.update(sealed=connected.seal(newer), token_version=2)

    refreshing._finish(work, AuthorisationLost("access_lost", network="memory", reach=Reach.GRANT), now=DUE)
    refreshing._finish(work, Credentials(access_token="old news"), now=DUE)

    assert connected.credentials == newer
    assert (connected.grant.state, connected.grant.lease_until) == ("active", None)


@pytest.mark.django_db(transaction=True)
def test_two_refreshers_make_one_call(memory: InMemoryProvider) -> None:
    connected = Connected(memory)
    start, taken = Barrier(2), []

    def refresh() -> None:
        start.wait()
        taken.append(tend_grants(now=DUE))
        close_old_connections()
        connection.close()

    threads = [Thread(target=refresh) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(taken) == [0, 1]
    assert memory.calls["refresh"] == 1
    assert connected.grant.token_version == 2


def test_a_refused_call_asks_for_a_refresh_at_once(connected: Connected) -> None:
    now = NOW + timedelta(minutes=5)

    assert connected.ask(now) == now + refreshing.TRY_AGAIN_IN
    tend_grants(now=now)

    assert connected.grant.token_version == 2


def test_a_refresh_that_did_not_help_is_not_asked_for_again(connected: Connected) -> None:
    now = NOW + timedelta(minutes=5)
    connected.ask(now)
    tend_grants(now=now)

    assert connected.ask(now + timedelta(seconds=20)) is None


def test_asking_does_not_hurry_a_refresh_that_waits(connected: Connected) -> None:
    connected.memory.fail_next("refresh", TransientError("unavailable", network="memory"))
    tend_grants(now=DUE)

    assert connected.ask(DUE) == DUE + refreshing.SHORTEST_WAIT
    assert connected.grant.available_at == DUE + refreshing.SHORTEST_WAIT


def test_no_refresh_is_planned_without_a_refresh_token(memory: InMemoryProvider) -> None:
    credentials = Credentials(access_token="a", expires_at=NOW + timedelta(hours=2))

    assert refreshing.refresh_due_at(credentials, network="memory", now=NOW) is None


def test_a_late_refusal_does_not_spoil_a_new_connection(connected: Connected, told: list[object]) -> None:
    error = AuthorisationLost("access_lost", network="memory", reach=Reach.GRANT)

    with scope(organisation=connected.organisation_id):
        health.mark_account_lost(connected.account_id, error=error, now=DUE, called_at=NOW - timedelta(minutes=1))

    assert connected.account.state == "active"
    assert told == []


def test_an_error_of_the_account_leaves_its_family_alone(connected: Connected) -> None:
    with scope(organisation=connected.organisation_id):
        sister = make_social_account("memory", grant=connected.grant, network_id="cafe")
        error = AuthorisationLost("facebook_role_lost", network="memory", reach=Reach.ACCOUNT)
        health.mark_account_lost(sister.pk, error=error, now=DUE)
        sister.refresh_from_db()
        untouched = SocialAccount.objects.get(pk=connected.account_id)

    assert (sister.state, untouched.state) == ("lost", "active")
    assert connected.grant.state == "active"


@pytest.mark.parametrize(("days", "reason"), [(0, "consent_over"), (3, "access_expired")])
def test_an_access_that_expired_for_good_says_whether_its_consent_was_over(
    connected: Connected, days: int, reason: str
) -> None:
    error = AuthorisationLost("access_expired", network="memory", reach=Reach.GRANT)
    error.refresh_may_help = True
    with scope(organisation=connected.organisation_id):
        Grant.objects.update(consent_ends_at=DUE + timedelta(days=days))

        health.mark_account_lost(connected.account_id, error=error, now=DUE)

    assert (connected.grant.state_reason, connected.account.state_reason) == (reason, reason)
