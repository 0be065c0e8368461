"""What Instagram's own refusals mean to us, beside those that Meta's products share (``_shared/meta/errors.py``).

A container that could not be made ready says so in words: its status holds a subcode, which stands in the same table.
Source: developers.facebook.com, "Instagram Platform, Error codes", 2026, and what maintained clients met; read
2026-11-22.
"""

import re
from collections.abc import Mapping
from typing import Any

from integrations.errors import AuthorisationLost, PermanentError, ProviderError, RateLimited, Reach, TransientError
from integrations.networks._shared.meta import errors
from integrations.networks._shared.meta.errors import NONE, SERVER, Table
from integrations.networks._shared.refusals import Refusal, Refused, error_for, shape_of

KEY = "instagram"

_PICTURE = Refusal(raises=PermanentError, key="instagram_picture_refused")
_FILM = Refusal(raises=PermanentError, key="film_refused")
_UNREACHABLE = Refusal(raises=PermanentError, key="instagram_not_fetched")
_SLOW = Refusal(raises=TransientError, key="instagram_not_fetched")
_RESTRICTED = Refusal(raises=PermanentError, key="account_restricted", reach=Reach.ACCOUNT)
_CAPTION = Refusal(raises=PermanentError, key="instagram_caption_refused")
_CONTAINER = Refusal(raises=PermanentError, key="media_expired", look_first=True)
_PERSON = Refusal(raises=PermanentError, key="instagram_person_unavailable")

TABLE: Table = {
    **errors.TABLE,
    (190, 492): Refusal(raises=AuthorisationLost, key="instagram_role_lost", reach=Reach.ACCOUNT),
    # files
    (-2, 2_207_003): _SLOW,
    (-1, 2_207_001): SERVER,
    (-1, 2_207_032): SERVER,
    (-1, 2_207_053): SERVER,
    (2_207_082, NONE): SERVER,
    (352, 2_207_026): _FILM,
    (9004, 2_207_052): _UNREACHABLE,
    (2_207_077, NONE): _UNREACHABLE,
    (36_000, 2_207_004): _PICTURE,
    (36_001, 2_207_005): _PICTURE,
    (36_003, 2_207_009): _PICTURE,
    # the post
    (1, 2_207_057): Refusal(raises=PermanentError, key="instagram_thumb_offset"),
    (36_004, 2_207_010): _CAPTION,
    (100, 2_207_040): Refusal(raises=PermanentError, key="instagram_mentions_refused"),
    (24, 2_207_006): errors.GONE,
    # Said of a container that has ended, and of one that is published already: an earlier try may have arrived.
    (24, 2_207_008): _CONTAINER,
    (-2, 2_207_020): _CONTAINER,
    # Surely not done and soon possible, which only this error says of a call that must not be repeated blindly.
    (9007, 2_207_027): Refusal(raises=RateLimited, key="instagram_not_ready"),
    # the account
    (4, 2_207_051): _RESTRICTED,
    (25, 2_207_050): _RESTRICTED,
    (9, 2_207_042): Refusal(raises=RateLimited, key="rate_limited", reach=Reach.ACCOUNT),
    # answering
    (100, 2_018_001): _PERSON,
    (551, NONE): _PERSON,
}
_BY_SUBCODE: Mapping[int, Refusal] = {max(pair): row for pair, row in TABLE.items() if max(pair) > 2_207_000}
_SUBCODE = re.compile(r"\b22\d{5}\b")


def container_error(container: Mapping[str, Any]) -> ProviderError:
    """Return our error for a container whose state is ERROR, by the subcode in its words."""
    found = _SUBCODE.search(str(container.get("status") or ""))
    subcode = int(found[0]) if found else NONE
    refused = Refused(
        network=KEY, status=200, code="container", reason=str(subcode or ""), shape=shape_of(dict(container))
    )
    return error_for(refused, _BY_SUBCODE.get(subcode), once=False)


def upload_error(body: object, *, status: int) -> ProviderError:
    """Return our error for a refusal of the upload host, which has an envelope of its own.

    It says itself whether the same bytes may be sent again.
    """
    info = body.get("debug_info") if isinstance(body, dict) else None
    again = status >= 500 or (isinstance(info, dict) and info.get("retriable") is True)
    refused = Refused(network=KEY, status=status, reason="upload", shape=shape_of(body))
    return error_for(refused, SERVER if again else _FILM, once=False)
