"""Keys change without a token being lost, and can stop half-way."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.core.management import call_command

from integrations import vault
from integrations.contract import Credentials
from integrations.models import Grant
from integrations.services import keys
from lib.crypto.keyring import Keyring
from lib.tenancy.scope import scope
from tests.factories import make_grant, make_organisation

TOKEN = Credentials(access_token="kept-through-it-all")
FORMER, NEWER = b"f" * 32, b"n" * 32


@pytest.fixture
def ring(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Keyring:
    ring = Keyring(store=tmp_path, masters=[FORMER])
    monkeypatch.setattr(vault, "keyring", lambda: ring)
    return ring


@pytest.fixture
def acme(db: None, ring: Keyring) -> int:
    organisation_id = make_organisation("Acme").pk
    with scope(organisation=organisation_id):
        for number in range(5):
            purpose = vault.person("x", f"p{number}")
            sealed = vault.seal(TOKEN, organisation_id=organisation_id, purpose=purpose)
            make_grant("x", outside_id=f"p{number}", sealed=sealed)
    return organisation_id


def opened(organisation_id: int) -> list[Credentials]:
    with scope(organisation=organisation_id):
        return [vault.open_grant(grant) for grant in Grant.objects.all()]


def test_a_new_master_key_takes_over(acme: int, ring: Keyring) -> None:
    ring.masters = [NEWER, FORMER]
    call_command("rotate_keys", "--master")

    ring.masters = [NEWER]
    ring._opened.clear()
    assert opened(acme) == [TOKEN] * 5


def test_a_data_key_is_replaced_in_two_runs(acme: int, ring: Keyring) -> None:
    now = datetime.now(UTC)

    assert keys.rotate_data_key(acme, now=now) is False
    assert ring.has_old_data_keys(acme)
    assert keys.rotate_data_key(acme, now=now + timedelta(hours=2)) is True

    assert not ring.has_old_data_keys(acme)
    assert opened(acme) == [TOKEN] * 5


def test_what_a_slow_worker_sealed_under_the_old_key_is_not_lost(acme: int, ring: Keyring) -> None:
    now = datetime.now(UTC)
    with scope(organisation=acme):
        under_the_old_key = Grant.objects.get(outside_id="p0").sealed
    keys.rotate_data_key(acme, now=now)
    with scope(organisation=acme):
        Grant.objects.filter(outside_id="p0").update(sealed=under_the_old_key)

    keys.rotate_data_key(acme, now=now + timedelta(hours=2))

    assert opened(acme) == [TOKEN] * 5


def test_a_run_that_was_stopped_goes_on(acme: int, ring: Keyring, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keys, "BATCH", 2)
    ring.add_data_key(acme)
    model, purpose_of = keys._SEALED[0]
    keys._reseal_batch(model, purpose_of, acme)  # and here it was stopped

    keys.rotate_data_key(acme, now=datetime.now(UTC) + timedelta(hours=2))

    assert opened(acme) == [TOKEN] * 5
    assert not ring.has_old_data_keys(acme)


def test_an_organisation_without_secrets_is_left_alone(db: None, ring: Keyring) -> None:
    empty = make_organisation("Empty").pk

    assert keys.rotate_data_key(empty, now=datetime.now(UTC)) is True
    assert list(ring.store.iterdir()) == []
