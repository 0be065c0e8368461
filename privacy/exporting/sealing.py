"""An archive in storage is sealed: each part under the archive's own key, which the organisation's data key seals.

Destroying the data key ends every archive as well, copies in backups of the storage included.
"""

import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from lib.crypto.keyring import SealError
from lib.crypto.ours import keyring

_KEY_BYTES, _NONCE_BYTES = 32, 12


def purpose_of(export_id: int) -> str:
    """Return the purpose under which an archive's key is sealed."""
    return f"export:{export_id}"


def new_key(export_id: int, *, organisation_id: int) -> bytes:
    """Draw an archive's key and return it sealed."""
    text = secrets.token_hex(_KEY_BYTES).encode()
    return keyring().seal(text, organisation_id=organisation_id, purpose=purpose_of(export_id))


def open_key(sealed: bytes, export_id: int, *, organisation_id: int) -> bytes:
    """Return an archive's key; raise SealError once the organisation's own is destroyed."""
    text = keyring().open(sealed, organisation_id=organisation_id, purpose=purpose_of(export_id))
    return bytes.fromhex(text.decode())


def seal_part(data: bytes, key: bytes, *, export_id: int, number: int) -> bytes:
    """Return a part as it is stored."""
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, data, _bound(export_id, number))


def open_part(sealed: bytes, key: bytes, *, export_id: int, number: int) -> bytes:
    """Return a part's bytes of the archive; raise SealError where it is another's, or damaged."""
    try:
        return AESGCM(key).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], _bound(export_id, number))
    except InvalidTag as error:
        raise SealError(f"part {number} of export {export_id} does not open") from error


def _bound(export_id: int, number: int) -> bytes:
    return f"{export_id}:{number}".encode()
