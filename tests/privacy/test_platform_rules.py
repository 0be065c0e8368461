"""What the platform itself must keep and must let go: sign-ins, sessions, the event log, logs."""

import gzip
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from allauth.account.models import EmailAddress
from django.contrib.sessions.models import Session
from django.db import connection
from pytest_django import Settings

from accounts.models import Organisation, User
from eventlog.models import Event
from integrations.models import BudgetUse
from lib.tenancy.scope import scope
from privacy import engine, sweeping
from privacy.models import RetentionRun
from privacy.periods import months, years
from privacy.registry import entries_of
from privacy.services.holds import Wanted, place_hold
from privacy.services.incidents import open_incident, resolve_incident
from tests.factories import NOON, make_user
from tests.houses import House

DAY = timedelta(days=1)


def run(key: str, *, organisation: Organisation | None = None, at: datetime = NOON) -> RetentionRun:
    return engine.run(organisation.pk if organisation else None, key, at=at, clock=lambda: at)


def closed_user(closed_at: datetime | None) -> User:
    user = make_user("Odile", email="odile@acme.example", closed_at=closed_at)
    EmailAddress.objects.create(user=user, email=user.email, primary=True, verified=True)
    return user


def event(at: datetime, name: str = "accounts.sign_in.succeeded", **fields: object) -> Event:
    """An event of the platform, or of the scope's organisation where one is given."""
    return Event.objects.create(at=at, name=name, address="192.0.2.7", agent="Browser", **fields)


@pytest.mark.parametrize(
    ("closed_at", "is_kept"),
    [(None, True), (months(3).before(NOON) + DAY, True), (months(3).before(NOON) - DAY, False)],
)
def test_sign_in_data_goes_three_months_after_the_account_closes(
    db: None, closed_at: datetime | None, is_kept: bool
) -> None:
    user = closed_user(closed_at)
    signed_in = event(NOON - timedelta(days=500), actor_id=user.pk, actor_name="Odile")
    failed = event(NOON - timedelta(days=500), "accounts.sign_in.failed", subject_type="user", subject_id=user.pk)

    run("sign_in")

    user.refresh_from_db()
    expected = ("odile@acme.example", "Odile") if is_kept else (f"ended-{user.pk}", "")
    assert (user.email, user.name) == expected
    assert EmailAddress.objects.filter(user=user).exists() is is_kept
    assert Event.objects.filter(pk__in=[signed_in.pk, failed.pk]).exists() is is_kept


def test_sign_in_data_ends_once(db: None) -> None:
    closed_user(NOON - timedelta(days=400))

    assert run("sign_in").rows > 0
    assert run("sign_in").rows == 0


def test_failed_sign_ins_of_nobody_go_after_a_year(db: None) -> None:
    before, after = event(years(1).before(NOON) + DAY), event(years(1).before(NOON) - DAY)

    run("sign_in")

    assert Event.objects.filter(pk=before.pk).exists()
    assert not Event.objects.filter(pk=after.pk).exists()


def test_addresses_of_content_acts_are_kept_for_a_year_and_then_go(house: House) -> None:
    with scope(organisation=house.acme.pk):
        own = {"organisation_id": house.acme.pk}
        dutiful = event(years(1).before(NOON) + DAY, "scheduler.post.created", **own)
        over = event(years(1).before(NOON) - DAY, "moderation.message.hidden", **own)
        other = event(years(1).before(NOON) - DAY, "accounts.membership.left", **own)

    assert engine.forecast(house.acme.pk, "content_trace", at=NOON).total == 1
    run("content_trace", organisation=house.acme)

    with scope(organisation=house.acme.pk):
        for each in (dutiful, over, other):
            each.refresh_from_db()
    assert (dutiful.address, over.address, other.address) == ("192.0.2.7", None, "192.0.2.7")
    assert (dutiful.agent, over.agent) == ("Browser", "")


@pytest.mark.parametrize(
    ("closed_at", "is_kept"),
    [
        (None, True),
        (years(1).before(NOON) + DAY, True),
        (years(1).before(NOON) - DAY, False),
    ],
)
def test_the_event_log_lasts_for_the_subscription_and_one_year(
    house: House, closed_at: datetime | None, is_kept: bool
) -> None:
    with scope(organisation=house.acme.pk):
        Organisation.objects.filter(pk=house.acme.pk).update(closed_at=closed_at)
        old = event(NOON - timedelta(days=900), "accounts.membership.left", organisation_id=house.acme.pk)

    run("event_log", organisation=house.acme)

    with scope(organisation=house.acme.pk):
        assert Event.objects.filter(pk=old.pk).exists() is is_kept


@pytest.mark.parametrize("key", ["event_log", "content_trace"])
def test_a_hold_keeps_events_even_from_whoever_calls_the_function(house: House, key: str) -> None:
    with scope(organisation=house.acme.pk):
        Organisation.objects.filter(pk=house.acme.pk).update(closed_at=NOON - timedelta(days=800))
        old = event(NOON - timedelta(days=900), "scheduler.post.created", organisation_id=house.acme.pk)
        place_hold(Wanted(title="Claim", reason="Court"), actor=house.alice, at=NOON)
        with connection.cursor() as cursor:
            cursor.execute("SELECT passage.end_events(100, %s), passage.end_content_traces(100, %s)", [NOON, NOON])
            assert cursor.fetchone() == (0, 0)

    run(key, organisation=house.acme)

    with scope(organisation=house.acme.pk):
        old.refresh_from_db()
        assert old.address == "192.0.2.7"


def test_no_organisation_ends_another_ones_events(house: House) -> None:
    with scope(organisation=house.acme.pk):
        Organisation.objects.filter(pk=house.acme.pk).update(closed_at=NOON - timedelta(days=800))
        old = event(NOON - timedelta(days=900), organisation_id=house.acme.pk)

    with scope(organisation=house.elsewhere.pk), connection.cursor() as cursor:
        cursor.execute("SELECT passage.end_events(100, %s), passage.end_sign_ins(100, %s)", [NOON, NOON])
        assert cursor.fetchone() == (0, 0)

    with scope(organisation=house.acme.pk):
        assert Event.objects.filter(pk=old.pk).exists()


def test_sessions_budgets_and_limits_go_at_their_own_end(db: None) -> None:
    for number, ends in enumerate([NOON - DAY, NOON + DAY]):
        Session.objects.create(session_key=f"key-{number}", session_data="", expire_date=ends)
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO accounts_cache (cache_key, value, expires) VALUES (%s, '', %s)", [f"k{number}", ends]
            )

    run("sessions")
    sweeping.sweep("sessions", at=NOON)

    assert list(Session.objects.values_list("session_key", flat=True)) == ["key-1"]
    with connection.cursor() as cursor:
        cursor.execute("SELECT cache_key FROM accounts_cache")
        assert cursor.fetchall() == [("k1",)]
    assert BudgetUse._meta.label in {entry.label for entry in entries_of("sessions")}


@pytest.fixture
def logs(tmp_path: Path, settings: Settings) -> Path:
    settings.LOG_DIR = tmp_path
    return tmp_path


def test_a_log_begins_anew_each_day_while_its_writer_keeps_it_open(logs: Path, db: None) -> None:
    with (logs / "postgres.log").open("ab", buffering=0) as writer:
        writer.write(b"yesterday's address 192.0.2.7\n")
        sweeping.sweep("access_logs", at=NOON)
        writer.write(b"today\n")

    assert (logs / "postgres.log").read_bytes() == b"today\n"
    with gzip.open(logs / "postgres.log.2026-12-09.gz") as kept:
        assert b"192.0.2.7" in kept.read()


def test_logs_go_after_fourteen_days_unless_an_incident_is_open(logs: Path, db: None) -> None:
    (logs / "postgres.log").write_text("a line")
    sweeping.sweep("access_logs", at=NOON)
    rotated = logs / "postgres.log.2026-12-09.gz"

    sweeping.sweep("access_logs", at=NOON + 14 * DAY)
    assert rotated.exists()

    incident = open_incident("Odd sign-ins", at=NOON)
    sweeping.sweep("access_logs", at=NOON + 15 * DAY)
    assert rotated.exists()

    assert resolve_incident(incident, at=NOON + 15 * DAY)
    sweeping.sweep("access_logs", at=NOON + 15 * DAY)
    assert not rotated.exists()
    assert [path.name for path in logs.iterdir()] == ["postgres.log"]
