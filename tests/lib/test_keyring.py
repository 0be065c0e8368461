"""Secrets at rest: what opens, what does not, and what rotation and destruction leave."""

import secrets
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from lib.crypto.keyring import Keyring, SealError


@pytest.fixture
def keyring(tmp_path: Path) -> Keyring:
    return Keyring(tmp_path / "keys", [secrets.token_bytes(32)])


def again(keyring: Keyring) -> Keyring:
    """The same store and master, as another process would open them."""
    return Keyring(keyring.store, keyring.masters)


def test_what_is_sealed_opens_in_another_process(keyring: Keyring) -> None:
    sealed = keyring.seal(b"token", organisation_id=7, purpose="grant")

    assert again(keyring).open(sealed, organisation_id=7, purpose="grant") == b"token"
    assert b"token" not in sealed


@pytest.mark.parametrize(
    "spoil",
    [
        lambda sealed: sealed[:-1],
        lambda sealed: sealed[:20] + bytes([sealed[20] ^ 1]) + sealed[21:],
        lambda sealed: b"\x02" + sealed[1:],
        lambda sealed: b"",
    ],
    ids=["cut", "changed", "another format", "empty"],
)
def test_a_spoilt_value_does_not_open(keyring: Keyring, spoil: Callable[[bytes], bytes]) -> None:
    sealed = keyring.seal(b"token", organisation_id=7, purpose="grant")

    with pytest.raises(SealError):
        keyring.open(spoil(sealed), organisation_id=7, purpose="grant")


@pytest.mark.parametrize(("organisation_id", "purpose"), [(8, "grant"), (7, "social_account")])
def test_a_value_moved_elsewhere_does_not_open(keyring: Keyring, organisation_id: int, purpose: str) -> None:
    keyring.seal(b"other", organisation_id=8, purpose="grant")
    sealed = keyring.seal(b"token", organisation_id=7, purpose="grant")

    with pytest.raises(SealError):
        keyring.open(sealed, organisation_id=organisation_id, purpose=purpose)


def test_a_new_master_key_opens_what_the_former_wrapped(keyring: Keyring) -> None:
    sealed = keyring.seal(b"token", organisation_id=7, purpose="grant")
    new = secrets.token_bytes(32)

    during = Keyring(keyring.store, [new, *keyring.masters])
    assert during.open(sealed, organisation_id=7, purpose="grant") == b"token"
    during.rewrap(7)

    assert Keyring(keyring.store, [new]).open(sealed, organisation_id=7, purpose="grant") == b"token"
    with pytest.raises(SealError, match="PREVIOUS_MASTER_KEYS"):
        again(keyring).open(sealed, organisation_id=7, purpose="grant")


def test_a_new_data_key_seals_while_older_ones_still_open(keyring: Keyring) -> None:
    old = keyring.seal(b"token", organisation_id=7, purpose="grant")
    keyring.add_data_key(7)
    new = keyring.seal(b"token", organisation_id=7, purpose="grant")

    assert [keyring.is_newest(value, organisation_id=7) for value in (old, new)] == [False, True]
    assert keyring.open(old, organisation_id=7, purpose="grant") == b"token"
    keyring.drop_old_data_keys(7)
    assert keyring.open(new, organisation_id=7, purpose="grant") == b"token"
    with pytest.raises(SealError):
        keyring.open(old, organisation_id=7, purpose="grant")


def test_destroying_the_data_key_ends_every_copy_at_once_in_every_process(keyring: Keyring) -> None:
    sealed = keyring.seal(b"token", organisation_id=7, purpose="grant")
    elsewhere = again(keyring)
    elsewhere.open(sealed, organisation_id=7, purpose="grant")

    keyring.destroy(7)

    with pytest.raises(SealError, match="no data key"):
        elsewhere.open(sealed, organisation_id=7, purpose="grant")


def test_two_that_seal_first_at_once_share_one_key(keyring: Keyring) -> None:
    rings = [again(keyring) for _ in range(8)]
    with ThreadPoolExecutor(8) as pool:
        sealed = list(pool.map(lambda ring: ring.seal(b"token", organisation_id=7, purpose="grant"), rings))

    assert {again(keyring).open(value, organisation_id=7, purpose="grant") for value in sealed} == {b"token"}


def test_no_key_shows_in_a_repr(keyring: Keyring) -> None:
    assert keyring.masters[0].hex() not in repr(keyring)
    assert str(keyring.masters[0]) not in repr(keyring)


def test_the_store_is_closed_to_others(keyring: Keyring) -> None:
    keyring.seal(b"token", organisation_id=7, purpose="grant")

    assert keyring.store.stat().st_mode & 0o077 == 0
    assert (keyring.store / "7.key").stat().st_mode & 0o077 == 0
