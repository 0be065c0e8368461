"""Content that a network lets us keep for a time only: fetched anew before that ends, as long as somebody needs it.

What still waits or was lively lately is kept fresh; older content ends at its hour and is fetched for the eye when a
thread is opened (views/fresh.py). Each fetch costs of the network's budget, so this leaves room for publishing.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db.models import Q

from integrations.engagement import Target
from integrations.errors import ProviderError
from integrations.models import SocialAccount
from lib.tenancy.scope import scope
from moderation.models import Message
from moderation.services.fetching import AT_ONCE, Errand, arrivals_of, fetch_all, target_of
from moderation.services.storing import store
from moderation.states import WAITING, ItemState

#: For how long after its last word a conversation is kept fresh.
_LIVELY = timedelta(days=7)


def keep_fresh(organisation_id: int, message_ids: Sequence[int], now: datetime) -> None:
    """Fetch these messages anew and store them with their new hour; what is gone there is gone here.

    Called outside any transaction. What the network would not tell keeps its hour, and ends with it.
    """
    with scope(organisation=organisation_id):
        errands = _errands(_needed(message_ids, now=now))
    answers = fetch_all(errands, now=now)
    arrivals = [
        arrival
        for errand, answer in zip(errands, answers, strict=True)
        if not isinstance(answer, ProviderError)
        for arrival in arrivals_of(errand, answer, now=now)
    ]
    with scope(organisation=organisation_id):
        store(arrivals, organisation_id=organisation_id, now=now)


def _needed(message_ids: Sequence[int], *, now: datetime) -> list[Message]:
    found = Message.objects.filter(
        Q(item__state__in=[*WAITING, ItemState.DEFERRED]) | Q(item__last_activity_at__gte=now - _LIVELY),
        pk__in=message_ids,
        origin=Message.Origin.STRANGER,
        social_account__state=SocialAccount.State.ACTIVE,
    )
    return list(found.select_related("thread", "author", "social_account__grant").order_by("pk"))


def _errands(messages: Sequence[Message]) -> list[Errand]:
    accounts: dict[int, SocialAccount] = {}
    targets: dict[int, list[Target]] = defaultdict(list)
    for message in messages:
        accounts[message.social_account_id] = message.social_account
        targets[message.social_account_id].append(target_of(message))
    return [
        Errand(account=accounts[account_id], targets=tuple(found[start : start + AT_ONCE]))
        for account_id, found in targets.items()
        for start in range(0, len(found), AT_ONCE)
    ]
