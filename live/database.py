"""The database from asynchronous code."""

from collections.abc import Callable
from typing import Any, TypeVar

from asgiref.sync import sync_to_async
from django.db import connection

T = TypeVar("T")


async def in_database(act: Callable[..., T], *arguments: Any) -> T:
    """Do this in a thread; its connection goes back to the pool after, or ends where there is none."""

    def run() -> T:
        try:
            return act(*arguments)
        finally:
            connection.close()

    return await sync_to_async(run, thread_sensitive=False)()
