"""The environment is read once, checked whole, and every fault says what to give instead."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from config.env import read_env
from gallery.storage import bucket

GOOD = {
    "SECRET_KEY": "s",
    "MASTER_KEY": "ab" * 32,
    "DATABASE_URL": "postgresql://portevoix:p@127.0.0.1:5432/portevoix",
    "REDIS_URL": "redis://127.0.0.1:6379/0",
}


def test_what_is_not_said_has_a_default() -> None:
    env = read_env(GOOD)

    assert env.publish_grace == timedelta(minutes=10)
    assert env.facebook_graph_url == "https://graph.facebook.com"
    assert not env.sandbox


def test_every_fault_is_told_at_once() -> None:
    with pytest.raises(ImproperlyConfigured) as caught:
        read_env({"PUBLISH_GRACE_SECONDS": "10m", "DEBUG": "maybe", "MASTER_KEY": "short"})

    message = str(caught.value)
    assert "PUBLISH_GRACE_SECONDS=10m; give whole seconds, for example 600" in message
    assert "DEBUG=maybe; give 1 or 0" in message
    assert "MASTER_KEY is not 64 hexadecimal digits" in message
    assert "SECRET_KEY is not set" in message


def test_a_word_that_is_none_of_the_choices_names_them() -> None:
    with pytest.raises(ImproperlyConfigured, match="X_DIALECT=newest; give legacy or new"):
        read_env({**GOOD, "X_DIALECT": "newest"})


def test_a_number_may_be_left_open() -> None:
    assert read_env({**GOOD, "X_MONTHLY_CREDITS": ""}).x_monthly_credits is None
    assert read_env({**GOOD, "X_MONTHLY_CREDITS": "250"}).x_monthly_credits == 250


def test_a_secret_may_come_as_a_file(tmp_path: Path) -> None:
    path = tmp_path / "secret"
    path.write_text("from a file\n")

    assert read_env({**GOOD, "SECRET_KEY": "", "SECRET_KEY_FILE": str(path)}).secret_key == "from a file"


def test_a_secret_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ImproperlyConfigured, match="No such file"):
        read_env({**GOOD, "SECRET_KEY_FILE": str(tmp_path / "absent")})


def test_the_sandbox_is_refused_under_a_public_address() -> None:
    with pytest.raises(ImproperlyConfigured, match="twins serve this machine only"):
        read_env({**GOOD, "SANDBOX": "1", "PUBLIC_BASE_URL": "https://app.example.org"})


def test_secrets_are_not_repeated_in_what_is_said_about_them() -> None:
    with pytest.raises(ImproperlyConfigured) as caught:
        read_env({**GOOD, "MASTER_KEY": "a-secret-typed-wrong"})

    assert "a-secret-typed-wrong" not in str(caught.value)


@pytest.mark.parametrize(
    ("said", "origin"),
    [
        ({}, ""),
        ({"S3_BUCKET": "pictures"}, "https://pictures.s3.amazonaws.com"),
        ({"S3_BUCKET": "pictures", "S3_REGION": "eu-west-3"}, "https://pictures.s3.eu-west-3.amazonaws.com"),
        ({"S3_BUCKET": "pictures", "S3_ENDPOINT_URL": "https://s3.example.net:9000/"}, "https://s3.example.net:9000"),
    ],
)
def test_browsers_are_allowed_where_signed_addresses_lead(
    said: dict[str, str], origin: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    env = read_env(GOOD | said)

    assert env.bucket_origin == origin
    if origin:
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "id")
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
        place = bucket(env.s3_bucket, endpoint_url=env.s3_endpoint_url, region=env.s3_region)
        assert (place.address("organisations/1/assets/a.jpg") or "").startswith(f"{origin}/")
