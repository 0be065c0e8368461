from datetime import timedelta

import pytest

from eventlog.models import Event
from lib.pagination import page_of
from tests.factories import NOON


@pytest.fixture
def events(db: None) -> list[int]:
    """Nine events, three at each of three hours: the hour alone is no key. Highest first."""
    made = [Event.objects.create(name="test.thing.done", at=NOON + timedelta(hours=i % 3)) for i in range(9)]
    return [event.pk for event in sorted(made, key=lambda event: (event.at, event.pk), reverse=True)]


def test_it_walks_down_and_up_by_hour_and_id(events: list[int]) -> None:
    rows = Event.objects.filter(name="test.thing.done")
    first = page_of(rows, by=("at", "id"), size=4)
    second = page_of(rows, by=("at", "id"), before=first.older, size=4)
    third = page_of(rows, by=("at", "id"), before=second.older, size=4)
    back = page_of(rows, by=("at", "id"), after=third.newer, size=4)

    assert [event.pk for page in (first, second, third) for event in page.rows] == events
    assert [event.pk for event in back.rows] == events[4:8]
    assert (first.newer, third.older) == ("", "")
    assert back.newer
    assert page_of(rows, by=("at", "id"), after=second.newer, size=4) == first


@pytest.mark.parametrize("cursor", ["x", "1_2_3", "2026-12-09T12:00:00_1", "_", "2026-12-09_x"])
def test_a_cursor_that_nobody_was_given_shows_the_first_page(events: list[int], cursor: str) -> None:
    rows = Event.objects.filter(name="test.thing.done")

    assert [event.pk for event in page_of(rows, by=("at", "id"), before=cursor).rows] == events
