import pytest
import redis

from live import hints
from live.events import Event

EVENTS = [Event(1, "publication", 7, 1, None, None)]


def test_nothing_fails_and_hardly_anything_waits_while_redis_is_down(monkeypatch: pytest.MonkeyPatch) -> None:
    calls = []

    def nowhere() -> redis.Redis:
        calls.append(1)
        return redis.Redis(port=1, socket_connect_timeout=0.1)

    monkeypatch.setattr(hints, "_redis", nowhere)
    monkeypatch.setattr(hints, "_silent_until", 0.0)

    hints.tell_changes(7, 1, EVENTS)
    hints.tell_changes(7, 2, EVENTS)

    assert len(calls) == 1


def test_a_session_travels_as_a_digest(monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[object] = []
    monkeypatch.setattr(hints, "_publish", lambda _channel, message: said.append(message))

    hints.tell_session_ended("the-key-of-a-session")

    assert said == [{"session": hints.digest("the-key-of-a-session")}]
    assert "the-key" not in str(said)
