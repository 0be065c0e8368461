"""A pytest plugin: PostgreSQL and Redis of the tests' own, started before Django reads its settings.

The controller starts them once; xdist's workers inherit the addresses and differ by test database (pytest-django's
suffix) and by Redis database. Nothing of a running `make up` is touched, whatever DATABASE_URL says.
"""

import os
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from launch import environment
from launch.servers import throwaway

_running = pytest.StashKey[ExitStack]()


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> Iterator[None]:
    """Act around pytest-django's own hook, which imports the settings."""
    worker = os.environ.get("PYTEST_XDIST_WORKER")
    if worker is None:
        stack = early_config.stash[_running] = ExitStack()
        servers = stack.enter_context(throwaway())
        os.environ |= environment.placeholders() | servers.addresses.environment()
        os.environ |= {"VAR_DIR": str(servers.folder / "var"), "PUBLIC_BASE_URL": "http://testserver"}
        os.environ["TESTS_ADMINISTRATOR"] = servers.admin_url  # read by tests.emptying alone
    else:
        number = int(worker.removeprefix("gw")) + 1
        os.environ["REDIS_URL"] = f"{os.environ['REDIS_URL'].rpartition('/')[0]}/{number}"
        os.environ["VAR_DIR"] = str(Path(os.environ["VAR_DIR"]).with_name(f"var-{worker}"))
    return (yield)


def pytest_unconfigure(config: pytest.Config) -> None:
    stack = config.stash.get(_running, None)
    if stack is not None:
        stack.close()
