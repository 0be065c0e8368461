"""Hanging up ends every task, also one that was told while it waited for a thread."""

import asyncio

from live.switchboard import _end_all


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
