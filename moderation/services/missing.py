"""What a network lists no more: looked up by itself before it is believed gone.

Networks tell of deletions by webhook, to some, most of the time. A poll that read part of a thread to its end says what
stands there (`Page.standing`); what we have from there and it does not name is asked for within the budgets, and is
gone here when it is gone there. What one turn leaves over comes with the next one that reads the thread whole.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import InterfaceError, OperationalError

from integrations.engagement import Standing
from integrations.errors import ProviderError
from integrations.models import SocialAccount
from lib.tenancy.scope import scope
from moderation.models import Message
from moderation.services.fetching import AT_ONCE, Errand, arrivals_of, fetch_all, target_of
from moderation.services.storing import store
from moderation.states import Visibility

logger = logging.getLogger(__name__)

#: A message this young may be missing from a list because it is not in it yet.
_SETTLED = timedelta(minutes=10)


@dataclass(frozen=True, kw_only=True)
class Listed:
    """What one poll read whole of one account's threads. The account is read with its grant."""

    organisation_id: int
    account: SocialAccount
    standing: tuple[Standing, ...]
    asked_at: datetime


def look_for_missing(polls: Sequence[Listed], *, now: datetime) -> None:
    """Look up what these polls did not find, and store what became of it. Called outside any transaction."""
    errands: list[tuple[int, Errand]] = []
    for each in polls:
        with scope(organisation=each.organisation_id):
            targets = tuple(target_of(message) for message in _missing(each))
        if targets:
            errands.append((each.organisation_id, Errand(account=each.account, targets=targets)))
    answers = fetch_all([errand for _, errand in errands], now=now)
    for (organisation_id, errand), answer in zip(errands, answers, strict=True):
        if isinstance(answer, ProviderError):
            continue
        try:
            with scope(organisation=organisation_id):
                store(arrivals_of(errand, answer, now=now), organisation_id=organisation_id, now=now)
        except (OperationalError, InterfaceError):
            raise
        except Exception:
            logger.exception("what account %s no longer has could not be stored", errand.account.pk)


def _missing(listed: Listed) -> list[Message]:
    """Return what we have and was not listed, and what answers that: a network takes it away together."""
    found: list[Message] = []
    before = listed.asked_at - _SETTLED
    for standing in listed.standing:
        here = Message.objects.filter(
            social_account=listed.account, thread__network_id=standing.thread_id, written_at__lt=before
        )
        here = here.filter(blanked_at=None).exclude(network_id="").exclude(visibility=Visibility.DELETED)
        here = here.select_related("thread", "author")
        named = frozenset().union(*standing.under.values())
        gone = list(here.filter(answers_id__in=standing.under).exclude(network_id__in=named).order_by("-pk")[:AT_ONCE])
        below = here.filter(answers_id__in=[each.network_id for each in gone]).order_by("-pk")
        found += {each.pk: each for each in (*gone, *below[:AT_ONCE])}.values()
    return found[:AT_ONCE]
