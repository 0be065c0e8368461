import os

import pytest
import redis
from django.conf import settings
from django.db import connection


@pytest.mark.django_db
def test_tests_run_as_the_app_on_a_database_of_their_own() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user, session_user, current_database()")
        role, session_role, database = cursor.fetchone()

    assert (role, session_role) == ("portevoix", "portevoix")
    assert database.startswith("test_")


@pytest.mark.django_db
def test_parallel_tests_share_neither_database_nor_redis() -> None:
    worker = os.environ.get("PYTEST_XDIST_WORKER")
    number = 0 if worker is None else int(worker.removeprefix("gw")) + 1

    assert settings.DATABASES["default"]["NAME"] == "test_portevoix" + (f"_{worker}" if worker else "")
    with redis.Redis.from_url(os.environ["REDIS_URL"]) as client:
        assert client.ping()
        assert client.connection_pool.connection_kwargs["db"] == number
