"""Acts on lanes: making them, lowering their bound, holding them back and letting them go."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

from django.db.models import F, Q
from django.db.models.functions import Least

from integrations.models import Lane, SocialAccount
from lib.tenancy.models import OwnedQuerySet

#: Lanes of what has come in already: reading it asks no network, so no lost access and no full budget holds it.
INWARD = frozenset({"intake"})

#: Held until a person acts, so without an hour.
HELD_UNTIL = datetime(9999, 1, 1, tzinfo=UTC)


def ensure_lanes(account: SocialAccount, queues: Iterable[str]) -> dict[str, Lane]:
    """Return the account's lanes by queue, made where they are missing; held when the account is not healthy."""
    found = {lane.queue: lane for lane in Lane.objects.filter(social_account=account)}
    missing = [queue for queue in queues if queue not in found]
    if not missing:
        return found
    is_held = account.state != SocialAccount.State.ACTIVE
    Lane.objects.bulk_create(
        [
            Lane(
                queue=queue,
                network=account.network,
                social_account=account,
                not_before=HELD_UNTIL if is_held else None,
                not_before_reason=account.state_reason if is_held else "",
            )
            for queue in missing
        ],
        ignore_conflicts=True,  # a colleague may plan the first post of this account at the same moment
    )
    return {lane.queue: lane for lane in Lane.objects.filter(social_account=account)}


def lower_lanes(bounds: Mapping[int, datetime]) -> None:
    """Lower the bound of lanes, by id, to what has just been put there. Call it in the same transaction, last.

    Always an update, never a comparison first: a claim may be raising the same bound at this moment, and only waiting
    for its lock shows the value it leaves.
    """
    for lane_id, available_at in sorted(bounds.items()):
        Lane.objects.filter(pk=lane_id).update(next_at=Least(F("next_at"), available_at))


def hold_lanes(accounts: Iterable[SocialAccount], *, reason: str) -> None:
    """Stop all work of these accounts until `resume_lanes`. What is in flight ends by itself."""
    _locked(accounts).update(not_before=HELD_UNTIL, not_before_reason=reason)


def resume_lanes(accounts: Iterable[SocialAccount]) -> None:
    """Let the work of these accounts go on at once, whatever held it."""
    _locked(accounts).update(not_before=None, not_before_reason="")


def delay_lanes(accounts: Iterable[SocialAccount], *, queues: Iterable[str], until: datetime, reason: str) -> None:
    """Hold the work of these accounts in some queues back until an hour; a later hour that is set already stays."""
    earlier = _locked(accounts).filter(Q(not_before=None) | Q(not_before__lt=until), queue__in=queues)
    earlier.update(not_before=until, not_before_reason=reason)


def _locked(accounts: Iterable[SocialAccount]) -> OwnedQuerySet[Lane]:
    """Lock the accounts' outward lanes in ascending order, as everybody does, and return them."""
    lanes: OwnedQuerySet[Lane] = Lane.objects.filter(social_account__in=[each.pk for each in accounts])
    lanes = lanes.exclude(queue__in=INWARD)
    list(lanes.select_for_update().order_by("pk").values_list("pk", flat=True))
    return lanes
