from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.db import OperationalError
from django.test import Client
from django.utils import timezone

from integrations.services.lanes import hold_lanes
from lib.tenancy.scope import scope
from moderation.models import InboundEvent
from operations import health, heartbeats
from operations.models import Heartbeat
from operations.watching import TOLD_AGAIN_AFTER, Watch
from tests.factories import NOON, in_minutes, make_organisation, make_publication, make_social_account, make_user


@pytest.fixture(autouse=True)
def _forgotten_signs() -> None:
    heartbeats._noted.clear()


def all_alive(now: Any) -> None:
    for name in heartbeats.EXPECTED:
        Heartbeat.objects.update_or_create(name=name, defaults={"beaten_at": now})


def test_the_oldest_due_row_is_the_lag(db: None) -> None:
    acme = make_organisation()
    with scope(organisation=acme.pk):
        make_publication(publish_at=NOON)

    [queue] = health.queue_states(in_minutes(2))

    assert (queue.queue, queue.due_lanes, queue.oldest_at) == ("publish", 1, NOON)
    assert queue.lag == timedelta(minutes=2)
    assert queue.is_late


def test_what_waits_for_a_person_or_for_its_hour_is_not_late(db: None) -> None:
    acme = make_organisation()
    with scope(organisation=acme.pk):
        hold_lanes([make_publication(publish_at=NOON).social_account], reason="access_lost")
        make_publication(publish_at=in_minutes(5))

    [queue] = health.queue_states(in_minutes(2))

    assert (queue.due_lanes, queue.held_lanes, queue.lag) == (0, 1, timedelta(0))


def test_what_could_not_be_read_is_counted_for_operators_and_names_nobody(client: Client, db: None) -> None:
    for organisation in (make_organisation(), make_organisation()):
        with scope(organisation=organisation.pk):
            account = make_social_account("facebook")
            for key, state in [("1", InboundEvent.State.DEAD), ("2", InboundEvent.State.READ)]:
                InboundEvent.objects.create(
                    network="facebook", social_account=account, key=key, payload={}, state=state, received_at=NOON
                )
    client.force_login(make_user(email="operator@example.org", is_staff=True))

    [kept] = health.kept_aside()

    assert (kept.network, kept.events, kept.organisations, kept.oldest_at) == ("facebook", 2, 2, NOON)
    assert "Events that could not be read" in client.get("/operations/").content.decode()
    assert 'portevoix_events_kept_aside{network="facebook"} 2.0' in client.get("/metrics").content.decode()


def test_operators_are_told_once_of_what_stopped_and_once_of_its_end(db: None) -> None:
    make_user(email="operator@example.org", is_staff=True)
    all_alive(NOON)
    watch = Watch()

    watch.look(NOON)
    assert mail.outbox == []
    Heartbeat.objects.filter(name="publish").update(beaten_at=NOON - timedelta(minutes=2))
    watch.look(NOON)
    watch.look(NOON)

    [message] = mail.outbox
    assert message.to == ["operator@example.org"]
    assert "Loop publish has shown no sign of life for 120 s" in message.body

    all_alive(NOON)
    watch.look(NOON)
    assert mail.outbox[-1].subject == "Portevoix: everything runs again"


def test_what_lasts_is_told_again_after_an_hour(db: None) -> None:
    make_user(is_staff=True)
    watch = Watch()

    watch.look(NOON)
    watch.look(NOON + TOLD_AGAIN_AFTER)

    assert len(mail.outbox) == 2


def test_a_database_that_is_gone_is_told_to_the_addresses_known_before(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_user(email="operator@example.org", is_staff=True)
    all_alive(NOON)
    watch = Watch()
    watch.look(NOON)

    def gone(*args: Any, **kwargs: Any) -> None:
        raise OperationalError

    with monkeypatch.context() as patched:
        patched.setattr(health, "troubles", gone)
        patched.setattr("operations.watching.connection.close", lambda: None)
        watch.look(NOON)

    assert "The database does not answer" in mail.outbox[0].body


def test_healthz_asks_nobody(client: Client) -> None:
    assert client.get("/healthz").content == b"ok\n"


def test_ready_says_what_is_missing(db: None, client: Client) -> None:
    response = client.get("/ready")
    assert response.status_code == 503
    assert "silent:publish" in response.json()["faults"]

    all_alive(timezone.now())
    assert client.get("/ready").json() == {"ready": True, "faults": []}


def test_metrics_are_for_this_machine_and_for_operators(db: None, client: Client) -> None:
    all_alive(timezone.now())

    assert b'portevoix_heartbeat_age_seconds{loop="publish"}' in client.get("/metrics").content
    assert client.get("/metrics", REMOTE_ADDR="203.0.113.9").status_code == 404
    assert client.get("/metrics", headers={"X-Forwarded-For": "203.0.113.9"}).status_code == 404


def test_the_operators_page_exists_for_operators_only(db: None, client: Client) -> None:
    make_publication_due()
    assert client.get("/operations/").status_code == 404

    client.force_login(make_user())
    assert client.get("/operations/").status_code == 404

    client.force_login(make_user(is_staff=True))
    page = client.get("/operations/").content.decode()
    assert "publish" in page
    assert "Needs you now" in page


def make_publication_due() -> None:
    acme = make_organisation("Hidden Words Ltd")
    with scope(organisation=acme.pk):
        make_publication(publish_at=NOON)
