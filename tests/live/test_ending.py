"""Hanging up ends every task, also one that was told while it waited for a thread."""

import asyncio
from typing import Any

import pytest

from live.feed import Feed
from live.hints import channel_of
from live.switchboard import Switchboard, _end_all


async def test_a_task_that_misses_its_first_cancellation_is_told_again() -> None:
    missed = 0

    async def stubborn() -> None:
        nonlocal missed
        while True:
            try:
                await asyncio.sleep(60)
            except asyncio.CancelledError:
                missed += 1
                if missed > 2:
                    raise

    task = asyncio.create_task(stubborn())
    await asyncio.sleep(0)

    await asyncio.wait_for(_end_all({task}), timeout=20)

    assert task.cancelled()
    assert missed == 3


async def test_a_feed_that_nobody_hears_ends_although_its_task_missed_that_it_was_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    told = 0

    async def stubborn(self: Feed) -> None:
        nonlocal told
        while True:
            try:
                await asyncio.sleep(60)
            except asyncio.CancelledError:
                told += 1
                if told > 1:
                    raise

    monkeypatch.setattr(Feed, "run", stubborn)
    board: Any = Switchboard()
    feed = Feed(7, board._redis)
    board._feeds[7] = board._channels[channel_of(7)] = feed
    board._start(7, feed.run())
    task = board._tasks[7]
    await asyncio.sleep(0)

    await asyncio.wait_for(board._end(feed), timeout=20)

    assert task.cancelled()
    assert board._tasks == {}
    await board.close()
