"""Looking again at what is here: some networks tell nobody that somebody edited or deleted what they had written.

It goes with an account's turn of polling, whose budgets bear it too: a few messages of lively conversations at a time,
from the liveliest down, then anew, each about once in the network's own period (`Revisits.every`). All accounts that
share a budget use at most a tenth of it for this; where there is no room, the next turn goes on where this one stood.
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from django.db import InterfaceError, OperationalError
from django.db.models import Q

from integrations.budgets import READING_SHARE, fair_interval
from integrations.contract import Operation
from integrations.engagement import IncomingMessage, Revisits, revisits
from integrations.errors import ProviderError
from integrations.models import SocialAccount
from integrations.registry import engaging, provider
from lib.claims.claiming import Clock
from lib.tenancy.scope import scope
from moderation.models import Item, Message, Poll
from moderation.services.fetching import Errand, arrivals_of, fetch_all, target_of
from moderation.services.storing import store
from moderation.states import Visibility, WayOut

logger = logging.getLogger(__name__)

#: For how long after its last word a conversation is looked at.
LIVELY = timedelta(days=30)
#: A message that has just come may not be found by its id yet, and would be taken for deleted.
SETTLED = timedelta(hours=1)
#: Of each budget, for all accounts together.
SHARE = 0.1


@dataclass(frozen=True, kw_only=True)
class Turn:
    """An account that was just asked for news; `crowd`: how many of its network are asked in turns."""

    organisation_id: int
    poll_id: int
    account: SocialAccount
    crowd: int


@dataclass(frozen=True, kw_only=True)
class _Visit:
    """Some messages of an account on their way to be looked at."""

    turn: Turn
    errand: Errand
    before: Mapping[str, Any] | None  # where to go on when there is no answer
    again_at: datetime
    pause: timedelta


def revisit(turns: Sequence[Turn], clock: Clock) -> int:
    """Look again at some messages of each account whose hour for it has come; return how many were looked at.

    Called outside any transaction. What dies on the way is looked at in the next round.
    """
    visits = [visit for turn in turns if (visit := _begin(turn, now=clock())) is not None]
    if not visits:
        return 0
    asked_at = clock()
    answers = fetch_all([each.errand for each in visits], now=asked_at)
    for visit, answer in zip(visits, answers, strict=True):
        if isinstance(answer, ProviderError):
            _put_off(visit, answer, now=clock())
        else:
            _take(visit, answer, asked_at=asked_at, now=clock())
    return sum(len(each.errand.targets) for each in visits)


def _begin(turn: Turn, *, now: datetime) -> _Visit | None:
    """Move the account's place on, and return what lies before it; None where nothing is due."""
    network = engaging(turn.account.network)
    how = revisits(network) if network is not None else None
    if how is None or (not how.always and turn.account.listening == SocialAccount.Listening.TOLD):
        return None
    with scope(organisation=turn.organisation_id):
        poll = Poll.objects.get(pk=turn.poll_id)
        if poll.revisit_at is not None and poll.revisit_at > now:
            return None
        messages, place = _next(turn.account, poll.revisited, at_once=how.at_once, now=now)
        pause = _pause(turn, how)
        again_at = now + (pause if place is not None else max(pause, how.every))
        moved = Poll.objects.filter(pk=poll.pk, revisit_at=poll.revisit_at).update(revisit_at=again_at, revisited=place)
    if not moved or not messages:
        return None
    errand = Errand(account=turn.account, targets=tuple(target_of(each) for each in messages))
    return _Visit(turn=turn, errand=errand, before=poll.revisited, again_at=again_at, pause=pause)


def _pause(turn: Turn, how: Revisits) -> timedelta:
    """Return how far apart one account's looks must lie so that all of them together keep to their share."""
    units = provider(turn.account.network).cost(Operation.FETCH, count=how.at_once)
    return fair_interval(turn.account.network, units, accounts=turn.crowd) * (READING_SHARE / SHARE)


def _next(
    account: SocialAccount, place: Mapping[str, Any] | None, *, at_once: int, now: datetime
) -> tuple[list[Message], dict[str, Any] | None]:
    """Return the messages that come next, and the place behind them; None: those were the last of this round."""
    lively = Item.objects.filter(social_account=account, last_activity_at__gte=now - LIVELY)
    if place:
        at = datetime.fromisoformat(place["at"])
        lively = lively.filter(Q(last_activity_at__lt=at) | Q(last_activity_at=at, pk__lt=place["id"]))
    items = list(lively.order_by("-last_activity_at", "-pk").values_list("pk", "last_activity_at")[:at_once])
    by_item = _standing([pk for pk, _ in items], now=now)
    found: list[Message] = []
    for number, (pk, _) in enumerate(items):
        mine = by_item.get(pk, [])[:at_once]
        if found and len(found) + len(mine) > at_once:
            last_id, last_at = items[number - 1]
            return found, {"at": last_at.isoformat(), "id": last_id}
        found += mine
    if len(items) < at_once:
        return found, None
    last_id, last_at = items[-1]
    return found, {"at": last_at.isoformat(), "id": last_id}


def _standing(item_ids: Sequence[int], *, now: datetime) -> dict[int, list[Message]]:
    """Return what of these items stands at the network by all we know, the latest first."""
    messages = Message.objects.filter(
        item__in=item_ids, way_out__in=["", WayOut.SENT], blanked_at=None, received_at__lte=now - SETTLED
    )
    messages = messages.exclude(network_id="").exclude(visibility=Visibility.DELETED)
    found = messages.select_related("thread", "author").order_by("item_id", "-written_at", "-pk")
    return {item_id: list(group) for item_id, group in groupby(found, key=lambda each: each.item_id)}


def _take(visit: _Visit, answer: Mapping[str, IncomingMessage | None], *, asked_at: datetime, now: datetime) -> None:
    account, organisation_id = visit.turn.account, visit.turn.organisation_id
    arrivals = arrivals_of(visit.errand, answer, now=asked_at)
    try:
        with scope(organisation=organisation_id):
            store(arrivals, organisation_id=organisation_id, now=now)
    except (OperationalError, InterfaceError):
        raise
    except Exception:
        logger.exception("what was looked at again of account %s could not be stored", account.pk)


def _put_off(visit: _Visit, error: ProviderError, *, now: datetime) -> None:
    """Go on where this look stood once there is room, or the network answers again."""
    logger.info("account %s was not looked at again: %s", visit.turn.account.pk, error)
    again_at = getattr(error, "reset_at", None) or now + visit.pause
    with scope(organisation=visit.turn.organisation_id):
        Poll.objects.filter(pk=visit.turn.poll_id, revisit_at=visit.again_at).update(
            revisit_at=again_at, revisited=visit.before
        )
