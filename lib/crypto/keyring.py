"""Secrets at rest: each organisation has a data key, wrapped by the master key and kept outside the database.

Destroying an organisation's file in the key store ends every sealed copy of its secrets, database backups included;
the store's own copies must expire within 30 days (docs/decisions/0004-data-keys-live-outside-the-database.md).

AES-256-GCM throughout. A sealed value: format (1 byte), key version (4 bytes), nonce (12 bytes), ciphertext with tag.
The organisation and the purpose are authenticated with it, so a value moved to another row or column does not open.
"""

import os
import secrets
import struct
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_FORMAT = 1
_HEAD = struct.Struct(">BI")
_NONCE_BYTES = 12
_KEY_BYTES = 32


class SealError(Exception):
    """A sealed value or a wrapped key does not open: destroyed, moved, or wrapped by a master key we no longer have."""


@dataclass(frozen=True)
class _DataKeys:
    """An organisation's data keys by version; the highest seals, all open."""

    versions: dict[int, bytes]

    @property
    def newest(self) -> int:
        return max(self.versions)


@dataclass
class Keyring:
    """Seals and opens on behalf of organisations. `masters[0]` wraps; the others still unwrap (key rotation)."""

    store: Path
    masters: Sequence[bytes] = field(repr=False)
    _opened: dict[int, tuple[int, _DataKeys]] = field(default_factory=dict, repr=False)

    def seal(self, plain: bytes, *, organisation_id: int, purpose: str) -> bytes:
        """Return `plain` sealed under the organisation's newest data key, which is made on first use."""
        keys = self._keys(organisation_id, create=True)
        nonce = secrets.token_bytes(_NONCE_BYTES)
        head = _HEAD.pack(_FORMAT, keys.newest)
        bound = _bound(head, organisation_id, purpose)
        return head + nonce + AESGCM(keys.versions[keys.newest]).encrypt(nonce, plain, bound)

    def open(self, sealed: bytes, *, organisation_id: int, purpose: str) -> bytes:
        """Return what was sealed for this organisation and purpose; raise SealError when it cannot be opened."""
        head, nonce, rest = (
            sealed[: _HEAD.size],
            sealed[_HEAD.size :][:_NONCE_BYTES],
            sealed[_HEAD.size + _NONCE_BYTES :],
        )
        try:
            form, version = _HEAD.unpack(head)
            key = self._keys(organisation_id, create=False).versions[version]
            if form != _FORMAT:
                raise SealError(f"sealed value of organisation {organisation_id} has unknown format {form}")
            return AESGCM(key).decrypt(nonce, rest, _bound(head, organisation_id, purpose))
        except (KeyError, InvalidTag, struct.error) as error:
            raise SealError(f"a sealed {purpose} of organisation {organisation_id} does not open") from error

    def is_newest(self, sealed: bytes, *, organisation_id: int) -> bool:
        """Tell whether a value is sealed under the newest data key, so that rotation may skip it."""
        return bool(_HEAD.unpack(sealed[: _HEAD.size])[1] == self._keys(organisation_id, create=False).newest)

    def add_data_key(self, organisation_id: int) -> None:
        """Begin a new data key: what is sealed from now on uses it; older ones open until `drop_old_data_keys`."""
        keys = self._keys(organisation_id, create=True)
        self._write(organisation_id, {**keys.versions, keys.newest + 1: secrets.token_bytes(_KEY_BYTES)})

    def has_old_data_keys(self, organisation_id: int) -> bool:
        """Tell whether a rotation of data keys has begun and not ended."""
        return len(self._keys(organisation_id, create=False).versions) > 1

    def changed_at(self, organisation_id: int) -> datetime | None:
        """Return when the organisation's keys were last written; None while it has none."""
        try:
            return datetime.fromtimestamp(self._path(organisation_id).stat().st_mtime, UTC)
        except FileNotFoundError:
            return None

    def drop_old_data_keys(self, organisation_id: int) -> None:
        """End every data key but the newest. Whatever is still sealed under them is lost for ever."""
        keys = self._keys(organisation_id, create=True)
        self._write(organisation_id, {keys.newest: keys.versions[keys.newest]})

    def rewrap(self, organisation_id: int) -> None:
        """Wrap the organisation's data keys anew under the first master key. Sealed values stay as they are."""
        if self._path(organisation_id).exists():
            self._write(organisation_id, self._keys(organisation_id, create=False).versions)

    def destroy(self, organisation_id: int) -> None:
        """End every secret of an organisation. There is no way back."""
        self._opened.pop(organisation_id, None)
        self._path(organisation_id).unlink(missing_ok=True)

    def _path(self, organisation_id: int) -> Path:
        return self.store / f"{organisation_id}.key"

    def _keys(self, organisation_id: int, *, create: bool) -> _DataKeys:
        path = self._path(organisation_id)
        try:
            changed_at = path.stat().st_mtime_ns
        except FileNotFoundError:
            self._opened.pop(organisation_id, None)
            if not create:
                raise SealError(f"organisation {organisation_id} has no data key in the key store") from None
            self._write(organisation_id, {1: secrets.token_bytes(_KEY_BYTES)}, replace=False)
            changed_at = path.stat().st_mtime_ns
        cached = self._opened.get(organisation_id)
        if cached is None or cached[0] != changed_at:
            cached = (changed_at, self._read(organisation_id))
            self._opened[organisation_id] = cached
        return cached[1]

    def _read(self, organisation_id: int) -> _DataKeys:
        versions = {}
        for line in self._path(organisation_id).read_text().splitlines():
            version, wrapped = line.split(" ")
            versions[int(version)] = self._unwrap(bytes.fromhex(wrapped), organisation_id, int(version))
        return _DataKeys(versions)

    def _unwrap(self, wrapped: bytes, organisation_id: int, version: int) -> bytes:
        nonce, rest = wrapped[:_NONCE_BYTES], wrapped[_NONCE_BYTES:]
        for master in self.masters:
            try:
                return AESGCM(master).decrypt(nonce, rest, f"{organisation_id}:{version}".encode())
            except InvalidTag:
                continue
        raise SealError(
            f"the data key of organisation {organisation_id} opens with no master key; "
            "add the former one to PREVIOUS_MASTER_KEYS"
        )

    def _write(self, organisation_id: int, versions: dict[int, bytes], *, replace: bool = True) -> None:
        """Write all or nothing; without `replace`, whoever came first wins and the other takes theirs."""
        lines = []
        for version, key in sorted(versions.items()):
            nonce = secrets.token_bytes(_NONCE_BYTES)
            wrapped = nonce + AESGCM(self.masters[0]).encrypt(nonce, key, f"{organisation_id}:{version}".encode())
            lines.append(f"{version} {wrapped.hex()}\n")
        self.store.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle, name = tempfile.mkstemp(dir=self.store)
        with os.fdopen(handle, "w") as file:
            file.write("".join(lines))
            file.flush()
            os.fsync(file.fileno())
        try:
            if replace:
                Path(name).replace(self._path(organisation_id))
            else:
                os.link(name, self._path(organisation_id))
        except FileExistsError:
            pass
        finally:
            Path(name).unlink(missing_ok=True)
        self._opened.pop(organisation_id, None)


def _bound(head: bytes, organisation_id: int, purpose: str) -> bytes:
    return head + f"{organisation_id}:{purpose}".encode()
