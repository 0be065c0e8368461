"""Asking networks for messages as they are now: those announced without their words, those whose lease ends, those that
somebody looks at.
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from integrations import vault
from integrations.budgets import Need, need_of, reserve, write_reports
from integrations.contract import Operation
from integrations.engagement import Change, Incoming, IncomingMessage, MessageKind, Target
from integrations.errors import ProviderError, RateLimited, TransientError
from integrations.models import SocialAccount
from integrations.registry import engaging, provider
from lib.claims.threads import in_threads
from moderation.models import Message
from moderation.services.storing import Arrival
from moderation.states import Visibility

logger = logging.getLogger(__name__)

#: Messages that are asked for with one call.
AT_ONCE = 50

#: By network id, None for one that is gone; what the network would not tell of is left out. Or why there is no answer.
Answer = Mapping[str, IncomingMessage | None] | ProviderError


@dataclass(frozen=True, kw_only=True)
class Errand:
    """Messages of one account, at most AT_ONCE, to be fetched as they are now. The account is read with its grant."""

    account: SocialAccount
    targets: tuple[Target, ...]


def target_of(message: Message) -> Target:
    """Return what a call about this message needs; its thread and author must be loaded."""
    return Target(
        message_id=message.network_id,
        kind=MessageKind(message.kind),
        thread_id=message.thread.network_id,
        author_id=message.author.network_id if message.author is not None else "",
        written_at=message.written_at,
        is_hidden=message.visibility == Visibility.HIDDEN,
    )


def fetch_all(errands: Sequence[Errand], *, now: datetime) -> list[Answer]:
    """Run errands within the networks' budgets, outside any transaction; return the answer to each.

    Room is left for publishing: an errand that finds none has RateLimited with the hour for its answer.
    """
    rooms = reserve([_need(each) for each in errands], now=now, keep_room=True)
    able = [each for each, later in zip(errands, rooms, strict=True) if later is None]
    found = iter(in_threads(lambda errand: _fetch(errand, now=now), able))
    answers: list[Answer] = [
        next(found)
        if later is None
        else RateLimited("over_budget", network=errand.account.network, reset_at=later.until)
        for errand, later in zip(errands, rooms, strict=True)
    ]
    write_reports(now=now)
    return answers


def arrivals_of(errand: Errand, answer: Mapping[str, IncomingMessage | None], *, now: datetime) -> list[Arrival]:
    """Return what an answer says of its messages, to be stored: as they are now, or gone."""
    return [
        Arrival(
            account_id=errand.account.pk,
            network=errand.account.network,
            as_of=now,
            incoming=Incoming(
                change=Change.DELETED if message is None else Change.EDITED if message.edited_at else Change.WRITTEN,
                message_id=message_id,
                message=message,
                happened_at=now,
            ),
        )
        for message_id, message in answer.items()
    ]


def _need(errand: Errand) -> Need:
    units = provider(errand.account.network).cost(Operation.FETCH, count=len(errand.targets))
    return need_of(errand.account, units)


def _fetch(errand: Errand, *, now: datetime) -> Answer:
    network = engaging(errand.account.network)
    if network is None:
        return {}
    try:
        return network.fetch_messages(vault.account_for_calls(errand.account), errand.targets, now=now)
    except ProviderError as error:
        return error
    except Exception:
        # An answer of a shape that nobody expects is this errand's trouble, and not that of all others in its batch.
        logger.exception("messages of account %s could not be fetched", errand.account.pk)
        return TransientError("unavailable", network=errand.account.network)
