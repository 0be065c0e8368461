"""A consent that no refresh extends: kept, shown, and announced ahead, once at each of its steps."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.urls import reverse

from integrations import overview, registry, vault
from integrations.contract import Credentials
from integrations.models import Grant, SocialAccount
from integrations.services.consents import announce_ending
from integrations.services.looking import look_at_accounts
from integrations.services.refreshing import refresh_due_at, tend_grants
from integrations.testing import InMemoryProvider
from lib.tenancy.scope import scope
from tests.factories import make_grant, make_social_account
from tests.integrations.conftest import Acme

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
YEAR = timedelta(days=365)


def granted(acme: Acme, memory: InMemoryProvider, *, ends_at: datetime, now: datetime = NOON) -> Grant:
    """A grant with one account, whose consent ends then."""
    access = memory.access(now=now)
    credentials = Credentials(
        access_token=access.access_token,
        refresh_token=access.refresh_token,
        expires_at=access.expires_at,
        scopes=access.scopes,
        consent_ends_at=ends_at,
    )
    with scope(organisation=acme.organisation.pk):
        grant = make_grant("memory", outside_id="person-1", state=Grant.State.ACTIVE, granted_at=now)
        grant.sealed = vault.seal(
            credentials, organisation_id=acme.organisation.pk, purpose=vault.person("memory", "person-1")
        )
        grant.consent_ends_at, grant.available_at = ends_at, now + timedelta(hours=1)
        grant.save()
        make_social_account("memory", grant=grant, network_id="bakery", look_at=now, capabilities=["publish"])
        return grant


def told(acme: Acme) -> list[str]:
    with scope(organisation=acme.organisation.pk), connection.cursor() as cursor:
        cursor.execute("SELECT kind FROM notifications_notice ORDER BY id")
        return [kind for (kind,) in cursor.fetchall()]


def test_it_is_announced_thirty_seven_and_one_days_ahead_once_each(acme: Acme, memory: InMemoryProvider) -> None:
    grant = granted(acme, memory, ends_at=NOON + YEAR)
    with scope(organisation=acme.organisation.pk):
        for days_left, expected in ((31, 0), (30, 1), (29, 1), (8, 1), (7, 2), (2, 2), (1, 3), (0, 3)):
            now = NOON + YEAR - timedelta(days=days_left)
            announce_ending(grant, now=now)
            grant.refresh_from_db()
            assert len(told(acme)) == expected, days_left

    assert set(told(acme)) == {"consent_ending"}


def test_the_daily_look_announces_it_although_the_network_is_silent(acme: Acme, memory: InMemoryProvider) -> None:
    granted(acme, memory, ends_at=NOON + timedelta(days=20))
    memory.lose_answer("describe", done=False)

    look_at_accounts(now=NOON)

    assert told(acme) == ["consent_ending"]


def test_a_lost_grant_is_not_announced(acme: Acme, memory: InMemoryProvider) -> None:
    grant = granted(acme, memory, ends_at=NOON + timedelta(days=5))
    grant.state = Grant.State.LOST

    with scope(organisation=acme.organisation.pk):
        assert not announce_ending(grant, now=NOON)


def test_a_refresh_keeps_the_end_of_the_consent(acme: Acme, memory: InMemoryProvider) -> None:
    grant = granted(acme, memory, ends_at=NOON + YEAR)
    with scope(organisation=acme.organisation.pk):
        Grant.objects.filter(pk=grant.pk).update(available_at=NOON)

    tend_grants(now=NOON)

    with scope(organisation=acme.organisation.pk):
        grant.refresh_from_db()
        assert vault.open_grant(grant).consent_ends_at == NOON + YEAR
    assert grant.consent_ends_at == NOON + YEAR
    assert grant.refreshed_at == NOON


def test_access_that_lasts_as_long_as_the_consent_is_not_refreshed(memory: InMemoryProvider) -> None:
    until = NOON + timedelta(days=60)
    with registry.replaced({"memory": memory}):
        last = Credentials(access_token="a", refresh_token="r", expires_at=until, consent_ends_at=until)
        middle = Credentials(
            access_token="a", refresh_token="r", expires_at=until, consent_ends_at=until + timedelta(days=9)
        )

        assert refresh_due_at(last, network="memory", now=NOON) is None
        assert refresh_due_at(middle, network="memory", now=NOON) == NOON + timedelta(days=42)


@pytest.mark.parametrize(("days", "words", "tone"), [(200, "Healthy", ""), (12, "Ends in 12 days", "wait")])
def test_the_accounts_page_says_until_when(
    acme: Acme, memory: InMemoryProvider, days: int, words: str, tone: str
) -> None:
    granted(acme, memory, ends_at=NOON + timedelta(days=days))
    with scope(organisation=acme.organisation.pk):
        account = SocialAccount.objects.select_related("grant").get()

    row = overview.row_of(account, waiting=0, standings=(), now=NOON)

    assert row.health.words == words
    assert (row.until, row.until_tone) == (NOON + timedelta(days=days), tone)
    assert bool(overview.explanation_of(account, now=NOON)) == (days < 30)


def test_the_notice_names_the_day_and_leads_to_the_accounts(acme: Acme, memory: InMemoryProvider) -> None:
    granted(acme, memory, ends_at=NOON + timedelta(days=20))
    look_at_accounts(now=NOON)

    page = acme.client.get(reverse("notifications:notices", args=[acme.organisation.slug])).content.decode()

    assert "is about to end" in page
    assert "12 December 2026" in page
