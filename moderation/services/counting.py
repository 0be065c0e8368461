"""How many items stand where: the sum of deltas that a trigger keeps, and their folding."""

import logging
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db import connection
from django.db.models import Count, Q, Sum

from accounts.models import Membership
from integrations.models import SocialAccount
from lib.tenancy.scope import scope
from moderation.models import Item, ItemCount
from moderation.states import WAITING, ItemState

logger = logging.getLogger(__name__)

#: Rows of deltas an account may have before they are worth folding: reading sums them all.
FOLD_FROM = 200


@dataclass(frozen=True, kw_only=True)
class Counts:
    """Items by state, and those of one agent, over the accounts that a member may work with."""

    by_state: dict[ItemState, int] = field(default_factory=dict)
    mine: int = 0

    def of(self, *states: ItemState) -> int:
        return sum(self.by_state.get(state, 0) for state in states)

    @property
    def waiting(self) -> int:
        return self.of(*WAITING)

    def __add__(self, other: "Counts") -> "Counts":
        states = {*self.by_state, *other.by_state}
        return Counts(by_state={one: self.of(one) + other.of(one) for one in states}, mine=self.mine + other.mine)


@dataclass(frozen=True, kw_only=True)
class AccountCounts:
    """The counts of one account, and what people call it."""

    pk: int
    network: str
    title: str
    counts: Counts


def count_items(membership: Membership) -> Counts:
    """Return the counts that a member sees, with one statement whose cost does not grow with the number of items."""
    rows = ItemCount.objects.all()
    if not membership.all_accounts:
        rows = rows.filter(social_account__accesses__membership=membership)
    by_state: dict[ItemState, int] = {}
    mine = 0
    for state, assignee_id, count in rows.values_list("state", "assignee_id").annotate(total=Sum("count")):
        by_state[ItemState(state)] = by_state.get(ItemState(state), 0) + count
        if state == ItemState.ASSIGNED and assignee_id == membership.user_id:
            mine += count
    return Counts(by_state=by_state, mine=mine)


def count_by_account(membership: Membership) -> list[AccountCounts]:
    """Return the counts of each account that a member may work with and that holds items, in one statement."""
    rows = ItemCount.objects.all()
    if not membership.all_accounts:
        rows = rows.filter(social_account__accesses__membership=membership)
    is_mine = Q(state=ItemState.ASSIGNED, assignee_id=membership.user_id)
    of_account = ("social_account_id", *(f"social_account__{name}" for name in ("network", "name", "handle", "kind")))
    found = (
        rows.values_list(*of_account, "state")
        .annotate(total=Sum("count"), mine=Sum("count", filter=is_mine, default=0))
        .order_by("social_account__network", "social_account__name", "social_account_id")
    )
    named: dict[int, tuple[str, str]] = {}
    by_state: defaultdict[int, dict[ItemState, int]] = defaultdict(dict)
    mine: Counter[int] = Counter()
    for pk, network, name, handle, kind, state, total, of_member in found:
        if pk not in named:
            named[pk] = (network, SocialAccount(name=name, handle=handle, kind=kind).title)
        by_state[pk][ItemState(state)] = total
        mine[pk] += of_member
    return [
        AccountCounts(pk=pk, network=network, title=title, counts=Counts(by_state=by_state[pk], mine=mine[pk]))
        for pk, (network, title) in named.items()
    ]


def fold_counts(social_account_ids: Iterable[int]) -> int:
    """Fold the deltas of these accounts into one row for each state and agent; return how many rows were taken."""
    taken = 0
    with connection.cursor() as cursor:
        for social_account_id in sorted(social_account_ids):
            cursor.execute("SELECT moderation_fold_counts(%s)", [social_account_id])
            taken += cursor.fetchone()[0]
    return taken


def fold_all() -> int:
    """Fold the deltas of every organisation's busy accounts; return how many rows were taken."""
    taken = 0
    for organisation_id in _organisations():
        with scope(organisation=organisation_id):
            busy = ItemCount.objects.values("social_account_id").annotate(rows=Count("pk")).filter(rows__gt=FOLD_FROM)
            taken += fold_counts(busy.values_list("social_account_id", flat=True))
    return taken


def prove_all() -> int:
    """Count every organisation's items anew, and put right what was wrong; return how many counts were.

    None ever should be: a count that was wrong is an error of ours, and says so in the log.
    """
    wrong = 0
    for organisation_id in _organisations():
        with scope(organisation=organisation_id):
            drift = find_drift()
            if drift:
                logger.error("organisation %s: %s counts of its inbox were wrong", organisation_id, len(drift))
            ItemCount.objects.bulk_create(
                ItemCount(
                    organisation_id=organisation_id,
                    social_account_id=account_id,
                    state=state,
                    assignee_id=assignee_id,
                    count=difference,
                )
                for (account_id, state, assignee_id), difference in sorted(drift.items())
            )
            wrong += len(drift)
    return wrong


def _organisations() -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM passage.organisation_ids()")
        return [row[0] for row in cursor.fetchall()]


def find_drift() -> dict[tuple[int, str, int], int]:
    """Count anew and return where the kept counts are wrong: (account, state, agent or 0) to how much is missing.

    Counts every item of the organisation in scope: for the nightly proof, not for a page.
    """
    kept: dict[tuple[int, str, int], int] = {}
    for account_id, state, assignee_id, count in ItemCount.objects.values_list(
        "social_account_id", "state", "assignee_id"
    ).annotate(total=Sum("count")):
        kept[account_id, state, assignee_id] = count
    drift = {key: -count for key, count in kept.items()}
    for account_id, state, assignee_id in Item.objects.values_list(
        "social_account_id", "state", "assignee_id"
    ).iterator():
        key = (account_id, state, assignee_id or 0)
        drift[key] = drift.get(key, 0) + 1
    return {key: difference for key, difference in drift.items() if difference}
