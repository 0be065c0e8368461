from datetime import UTC, datetime, timedelta

import pytest
from django.db import OperationalError

from lib.claims import heartbeat
from lib.claims.heartbeat import Heartbeat

NOON = datetime(2026, 11, 28, 12, tzinfo=UTC)


class Closed:
    """A connection that only counts how often it was dropped."""

    times = 0

    def close(self) -> None:
        self.times += 1


def test_a_lease_is_renewed_four_times_before_it_would_end_and_an_outage_is_borne(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    connection, now, renewed = Closed(), NOON, list[datetime]()
    is_away = False

    def renew(until: datetime) -> None:
        if is_away:
            raise OperationalError("the database is away")
        renewed.append(until)

    monkeypatch.setattr(heartbeat, "connection", connection)
    heart = Heartbeat(timedelta(minutes=1), renew, lambda: now)
    for second in range(1, 61):
        now = NOON + timedelta(seconds=second)
        is_away = second < 20
        heart.beat()

    assert renewed == [NOON + timedelta(seconds=60 + second) for second in (30, 45, 60)]
    assert connection.times == 1
