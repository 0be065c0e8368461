"""How far an upload is, as it is kept: sealed, since whoever has an upload's address may go on with the upload."""

import json
import logging
from base64 import b64decode, b64encode
from collections.abc import Mapping
from typing import Any

from integrations import vault
from integrations.contract import Progress
from lib.crypto.keyring import SealError

logger = logging.getLogger(__name__)

_SEALED = "sealed"


def seal(progress: Progress, *, organisation_id: int, publication_id: int) -> dict[str, str]:
    """Return progress as its column takes it; nothing where nothing has been done."""
    if not progress:
        return {}
    purpose = _purpose_of(publication_id)
    sealed = vault.seal_text(json.dumps(progress), organisation_id=organisation_id, purpose=purpose)
    return {_SEALED: b64encode(sealed).decode()}


def find(kept: Mapping[str, Any], *, organisation_id: int, publication_id: int) -> Progress | None:
    """Return what was sealed, also what an earlier release kept as it was; None when it does not open.

    It does not once its key has ended (`rotate_keys`) or while the key store is away: then the upload begins anew,
    and a lost post is looked for among the latest.
    """
    if set(kept) != {_SEALED}:
        return kept
    try:
        sealed = b64decode(kept[_SEALED])
        text = vault.open_text(sealed, organisation_id=organisation_id, purpose=_purpose_of(publication_id))
    except SealError:
        logger.warning("publication %s: what is known of its upload does not open", publication_id)
        return None
    found: Progress = json.loads(text)
    return found


def _purpose_of(publication_id: int) -> str:
    return f"publication:{publication_id}"
