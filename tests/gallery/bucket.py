"""An S3 that speaks HTTP, and an installation that keeps its files there."""

import logging
from collections.abc import Iterator
from dataclasses import replace

import pytest
from moto.server import ThreadedMotoServer

from config.env import env
from gallery import storage as room
from gallery.storage import Bucket, bucket


@pytest.fixture(scope="session")
def s3_address() -> Iterator[str]:
    """A running S3 on a free port of this machine."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)  # it writes a line per request
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def s3(s3_address: str, monkeypatch: pytest.MonkeyPatch) -> Bucket:
    """An empty bucket there, for our credentials."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "id")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    made = bucket("pictures", endpoint_url=s3_address, region="us-east-1")
    made.client.create_bucket(Bucket=made.name)
    for key in keys_in(made):
        made.delete(key)
    return made


@pytest.fixture
def in_bucket(s3: Bucket, s3_address: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bucket]:
    """Let the whole product keep its files there, as `S3_BUCKET` does."""
    there = replace(env, s3_bucket=s3.name, s3_endpoint_url=s3_address, s3_region="us-east-1")
    monkeypatch.setattr(room, "env", there)
    room.storage.cache_clear()
    yield s3
    room.storage.cache_clear()


def keys_in(place: Bucket) -> list[str]:
    """Return the names of all files in a bucket."""
    return sorted(each["Key"] for each in place.client.list_objects_v2(Bucket=place.name).get("Contents", ()))
