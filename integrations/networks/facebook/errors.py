"""What Facebook's own refusals mean to us, beside those that Meta's products share (``_shared/meta/errors.py``).

Sources: developers.facebook.com "Handling errors" and "Rate limits", 2026; numbers above 1,000,000 are what maintained
clients met, read 2026-11-22.
"""

from datetime import datetime

from integrations.errors import PermanentError, ProviderError, Reach, TransientError
from integrations.networks._shared.meta import errors
from integrations.networks._shared.meta.errors import ACCOUNT_BUDGET, GONE, NONE, Table
from integrations.networks._shared.refusals import Refusal, body_of
from lib.http import Answer

KEY = "facebook"

_MEDIA = Refusal(raises=PermanentError, key="media_refused")
_FILM = Refusal(raises=PermanentError, key="film_refused")
_LINK = Refusal(raises=PermanentError, key="facebook_link_refused")
_CONTENT = Refusal(raises=PermanentError, key="facebook_content_refused")
_IDENTITY = Refusal(raises=PermanentError, key="facebook_identity_check", reach=Reach.ACCOUNT)
_DUPLICATE = Refusal(raises=PermanentError, key="facebook_duplicate", look_first=True)

TABLE: Table = {
    **errors.TABLE,
    (1_390_008, NONE): ACCOUNT_BUDGET,
    # answering: the person blocked the page, left, or closed the conversation
    (551, NONE): Refusal(raises=PermanentError, key="facebook_person_unavailable"),
    # the post
    (21, NONE): GONE,
    (803, NONE): GONE,
    (506, NONE): _DUPLICATE,
    (1_366_051, NONE): _DUPLICATE,
    **{(code, NONE): _MEDIA for code in (324, 389, 1_366_046, 2_069_019)},
    **{(code, NONE): _FILM for code in (352, 1_363_024, 1_363_030, 1_363_040, 1_363_127, 1_363_128, 1_363_129)},
    (1_609_005, NONE): _LINK,
    (1_609_008, NONE): _LINK,
    (1_346_003, NONE): _CONTENT,
    (1_404_102, NONE): _CONTENT,
    (1_404_078, NONE): _IDENTITY,
    (4_854_002, NONE): _IDENTITY,
}


def refusal(answer: Answer, *, once: bool, now: datetime) -> ProviderError:
    """Return our error for a refusal of Facebook's."""
    return errors.refusal(answer, network=KEY, table=TABLE, once=once, now=now)


def upload_refusal(answer: Answer, *, now: datetime) -> ProviderError:
    """Return our error for a refusal where bytes go: the Graph API's envelope, or that host's own.

    Its own says whether the bytes may be sent again, from where it stands.
    """
    body = body_of(answer)
    info = body.get("debug_info") if isinstance(body, dict) else None
    if not isinstance(info, dict):
        return refusal(answer, once=False, now=now)
    if info.get("retriable") is True or answer.status >= 500:
        return TransientError("unavailable", network=KEY, status=answer.status)
    return PermanentError(
        "film_refused", network=KEY, status=answer.status, detail=str(info.get("message") or ""), reason="upload"
    )
