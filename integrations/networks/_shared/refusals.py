"""Turning an answer that is not a success, or no answer at all, into one of our five errors.

Each network's ``errors.py`` is a table of ``Refusal`` rows. A code that stands in no row is never guessed from the
words around it: it is logged without its body, taken as final where repeating would be harmless, and as unknown
where the call may have had its effect.
"""

import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from integrations.errors import (
    AuthorisationLost,
    OutcomeUnknown,
    PermanentError,
    ProviderError,
    RateLimited,
    Reach,
    TransientError,
)
from lib.http import Answer, Client, HttpError, NotSent
from lib.http.client import Stream

logger = logging.getLogger(__name__)

_CODE = re.compile(r"[\w.:-]{1,60}")


@dataclass(frozen=True, kw_only=True)
class Refusal:
    """One row of a network's table: what a code means to us, and the key of the sentence that says what to do."""

    raises: type[ProviderError]
    key: str
    reach: Reach = Reach.POST
    look_first: bool = False
    refresh_may_help: bool = False


@dataclass(frozen=True, kw_only=True)
class Refused:
    """What the network said, taken apart by its ``errors.py``. ``shape`` is the body without its values."""

    network: str
    status: int
    code: str = ""
    reason: str = ""
    detail: str = ""
    reset_at: datetime | None = None
    shape: str = ""
    parameters: Mapping[str, str | int] = field(default_factory=dict)


def error_for(refused: Refused, row: Refusal | None, *, once: bool) -> ProviderError:
    """Return the error that a row of the table makes of a refusal.

    ``once``: the call must not be repeated. Then a passing disturbance and a code without a row are unknown outcomes.
    """
    if row is None:
        return _unrecognised(refused, once=once)
    if row.raises is TransientError and once:
        row = Refusal(raises=OutcomeUnknown, key="no_answer", reach=row.reach)
    error = row.raises(
        row.key,
        network=refused.network,
        status=refused.status,
        code=refused.code,
        reason=refused.reason,
        parameters=refused.parameters,
        detail=refused.detail,
        reach=row.reach,
    )
    if isinstance(error, RateLimited):
        error.reset_at = refused.reset_at
    elif isinstance(error, PermanentError):
        error.look_first = row.look_first
    elif isinstance(error, AuthorisationLost):
        error.refresh_may_help = row.refresh_may_help
    return error


def _unrecognised(refused: Refused, *, once: bool) -> ProviderError:
    named, reason = _word(refused.code), _word(refused.reason)
    code = "/".join(part for part in (str(refused.status), named, reason) if part)
    logger.warning("%s answered %s, which is in no table: %s", refused.network, code, refused.shape)
    kind, key = (OutcomeUnknown, "answer_unclear") if once else (PermanentError, "unrecognised")
    return kind(
        key,
        network=refused.network,
        status=refused.status,
        code=named,
        reason=reason,
        parameters={"code": code},
        detail=refused.detail,
    )


def _word(text: str) -> str:
    """Return a code that may be logged; what is no code but a sentence may speak of people."""
    return text if not text or _CODE.fullmatch(text) else "(words)"


def send(
    client: Client,
    method: str,
    address: str,
    *,
    network: str,
    once: bool,
    headers: Mapping[str, str] | None = None,
    params: Mapping[str, str] | None = None,
    form: Mapping[str, str] | None = None,
    document: object = None,
    stream: Stream | None = None,
) -> Answer:
    """Send one call; a call that brought no answer raises TransientError or, with ``once``, OutcomeUnknown."""
    try:
        return client.call(method, address, headers=headers, params=params, form=form, document=document, stream=stream)
    except NotSent as error:
        logger.info("%s not reached: %s", network, error)
        failure: ProviderError = TransientError("unreachable", network=network)
    except HttpError as error:
        logger.info("%s answer lost: %s", network, error)
        failure = lost_answer(network, once=once)
    raise failure


def lost_answer(network: str, *, status: int | None = None, once: bool) -> ProviderError:
    """Return the error for an answer that never came or cannot be read."""
    if once:
        return OutcomeUnknown("no_answer", network=network, status=status)
    return TransientError("unavailable", network=network, status=status)


def body_of(answer: Answer) -> object:
    """Return the body as JSON, None when it is not."""
    try:
        return answer.json()
    except ValueError:
        return None


def shape_of(value: object) -> str:
    """Describe a JSON value by its keys and types only, so that it can be logged."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {shape_of(each)}" for key, each in sorted(value.items())) + "}"
    if isinstance(value, list):
        return "[" + (shape_of(value[0]) if value else "") + "]"
    return type(value).__name__
