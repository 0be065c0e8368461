import csv
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from io import StringIO
from typing import cast

from asgiref.sync import async_to_sync
from django.db import connection
from django.test import AsyncClient, Client
from django.test.utils import CaptureQueriesContext

from accounts.permissions import Role
from eventlog.models import Event
from eventlog.services import Origin, record
from lib.tenancy.scope import scope
from tests.houses import House


def write_events(house: House, number: int) -> None:
    with scope(organisation=house.acme.pk):
        for count in range(number):
            origin = Origin(actor_id=house.alice.pk, actor_name="Alice", address="192.0.2.7", agent="Firefox/140")
            record("gallery.asset.added", house.acme, origin=origin, data={"number": count})


def test_it_pages_by_keyset_with_the_same_queries(house: House, alice: Client) -> None:
    write_events(house, 120)
    seen, path = [], house.path("events/")

    while path:
        with CaptureQueriesContext(connection) as queries:
            response = alice.get(path)
        assert sum(query["sql"].startswith("SELECT") for query in queries) <= 7
        seen += [event.pk for event, _sentence in response.context["rows"]]
        older = response.context["page"].older
        path = f"{house.path('events/')}?before={older.replace('+', '%2B')}" if older else ""

    assert len(seen) == len(set(seen)) == 121  # the organisation's own creation among them
    assert seen == sorted(seen, reverse=True)


def test_it_shows_who_what_and_from_where(house: House, alice: Client) -> None:
    write_events(house, 1)

    page = alice.get(house.path("events/")).content.decode()

    for words in ("Alice added the file Acme", "192.0.2.7", "Firefox/140", "Portevoix created Acme"):
        assert words in page


def test_it_filters_by_person_area_day_and_subject(house: House, alice: Client) -> None:
    write_events(house, 2)
    with scope(organisation=house.acme.pk):
        Event.objects.create(
            organisation_id=house.acme.pk, name="accounts.membership.left", at=datetime(2026, 1, 2, 23, 30, tzinfo=UTC)
        )

    def found(query: str) -> set[str]:
        rows = alice.get(house.path(f"events/?{query}")).context["rows"]
        return {event.name for event, _sentence in rows}

    assert found(f"actor={house.alice.pk}") == {"gallery.asset.added"}
    assert found("area=gallery") == {"gallery.asset.added"}
    assert found("until_on=2026-01-02") == {"accounts.membership.left"}
    assert found("until_on=2026-01-01") == set()
    assert "accounts.membership.left" not in found("from_on=2026-01-03")
    assert found(f"subject_type=organisation&subject_id={house.acme.pk}") == {
        "gallery.asset.added",
        "accounts.organisation.created",
    }
    assert len(found("actor=999&area=x&from_on=rubbish&before=rubbish")) == 3


def test_the_export_streams_all_of_the_filter_in_its_own_scope(house: House, alice: Client) -> None:
    write_events(house, 3)
    with scope(organisation=house.elsewhere.pk):
        record("gallery.asset.deleted", house.elsewhere)

    async def export() -> str:
        browser = AsyncClient()
        await browser.aforce_login(house.alice)
        response = await browser.get(house.path("events/export/?area=gallery"))
        parts = cast(AsyncIterator[bytes], response)
        return b"".join([part async for part in parts]).decode()

    rows = list(csv.DictReader(StringIO(async_to_sync(export)().removeprefix("\ufeff"))))

    assert [row["Event"] for row in rows] == ["gallery.asset.added"] * 3
    assert rows[0]["In words"] == "Alice added the file Acme"
    with scope(organisation=house.acme.pk):
        assert Event.objects.filter(name="eventlog.export.taken", actor_id=house.alice.pk).count() == 1


def test_only_those_who_may_read_it(house: House, charlie: Client) -> None:
    for ending in ("events/", "events/export/"):
        assert house.browser_of(Role.PLANNER).get(house.path(ending)).status_code == 403
        assert charlie.get(house.path(ending)).status_code == 404
