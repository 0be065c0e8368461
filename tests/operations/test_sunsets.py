from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from integrations import registry
from integrations.contract import ApiVersion
from integrations.testing import InMemoryProvider
from operations import heartbeats, metrics, sunsets
from operations.models import Heartbeat
from operations.watching import WARNED_AGAIN_AFTER, Watch
from tests.factories import make_user

ENDS = date(2027, 9, 15)
BEFORE = datetime(2027, 7, 16, 12, tzinfo=UTC)  # sixty-one days


@pytest.fixture
def memory() -> Iterator[InMemoryProvider]:
    network = InMemoryProvider()
    network.api_version = ApiVersion(name="202609", setting="MEMORY_VERSION", ends_on=ENDS)
    with registry.replaced({"memory": network}):
        yield network


def test_a_version_is_warned_of_sixty_days_ahead_and_after_its_end(memory: InMemoryProvider) -> None:
    assert sunsets.warnings(BEFORE) == {}

    soon = sunsets.warnings(BEFORE + timedelta(days=1))
    over = sunsets.warnings(BEFORE + timedelta(days=61))

    assert soon == {
        "version:Memory": "Version 202609 of Memory's API ends on 2027-09-15, in 60 days. Read what changes, set a "
        "newer one in MEMORY_VERSION and restart."
    }
    assert "ended on 2027-09-15" in over["version:Memory"]


def test_a_version_that_this_release_does_not_know_is_warned_of(memory: InMemoryProvider) -> None:
    memory.api_version = ApiVersion(name="203001", setting="MEMORY_VERSION", ends_on=None)

    assert "unknown to this release" in sunsets.warnings(BEFORE)["version:Memory"]


def test_a_network_without_versions_is_left_out(memory: InMemoryProvider) -> None:
    memory.api_version = None

    assert sunsets.spoken_versions(BEFORE) == []


def test_operators_are_told_once_and_again_after_a_week(db: None, memory: InMemoryProvider) -> None:
    make_user(email="operator@example.org", is_staff=True)
    heartbeats._noted.clear()
    watch, now = Watch(), BEFORE + timedelta(days=1)

    def look(at: datetime) -> None:
        for name in heartbeats.EXPECTED:
            Heartbeat.objects.update_or_create(name=name, defaults={"beaten_at": at})
        watch.look(at)

    look(now)
    look(now + timedelta(days=1))
    assert [each.subject for each in mail.outbox] == ["Portevoix: a network's API version needs you"]
    assert "202609" in mail.outbox[0].body

    look(now + WARNED_AGAIN_AFTER)
    assert len(mail.outbox) == 2


def test_the_page_and_the_metrics_show_what_is_left_and_readiness_does_not(
    db: None, client: Client, memory: InMemoryProvider
) -> None:
    memory.api_version = ApiVersion(
        name="202609", setting="MEMORY_VERSION", ends_on=timezone.now().astimezone(UTC).date() + timedelta(days=9)
    )
    client.force_login(make_user(is_staff=True))

    page = client.get("/operations/").content.decode()

    assert "in 9 days" in page
    assert "<code>MEMORY_VERSION</code>" in page
    assert (
        'portevoix_api_version_days_left{network="Memory",version="202609"} 9.0'
        in metrics.exposition(timezone.now()).decode()
    )
    assert "version:" not in client.get("/ready").content.decode()
