import asyncio
from concurrent.futures import ThreadPoolExecutor

import pytest
from channels.layers import get_channel_layer

from lib import live


async def test_a_hint_reaches_who_listens_through_the_channel_layer() -> None:
    layer = get_channel_layer()
    channel = await layer.new_channel()
    await layer.group_add(live.organisation_group(7), channel)

    with ThreadPoolExecutor(1) as pool:
        pool.submit(live.send_hints, 7, [("publication", 42)]).result()

    message = await asyncio.wait_for(layer.receive(channel), timeout=5)
    assert message == {"type": "hint", "hint": {"kind": "publication", "id": 42}}
    await layer.group_discard(live.organisation_group(7), channel)
    await layer.flush()


def test_nothing_fails_and_hardly_anything_waits_while_redis_is_down(monkeypatch: pytest.MonkeyPatch) -> None:
    import redis

    calls = []

    def nowhere() -> redis.Redis:
        calls.append(1)
        return redis.Redis(port=1, socket_connect_timeout=0.1)

    monkeypatch.setattr(live, "_redis", nowhere)
    monkeypatch.setattr(live, "_silent_until", 0.0)

    live.send_hints(7, [("publication", 1)])
    live.send_hints(7, [("publication", 2)])

    assert len(calls) == 1
