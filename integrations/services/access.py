"""Which social accounts a member may work with."""

from collections import defaultdict
from collections.abc import Collection, Iterable

from django.db import transaction

from accounts.models import Membership, User
from eventlog.services import record
from integrations.models import AccountAccess, SocialAccount
from live.changes import record_access_change


@transaction.atomic
def set_account_access(membership: Membership, social_account_ids: Collection[int] | None) -> None:
    """Let a member work with these accounts only, or with all, also those to come, when None is given.

    Ids that are no accounts of the organisation in scope are left out.
    """
    membership.all_accounts = social_account_ids is None
    membership.save(update_fields=["all_accounts"])
    wanted = set(SocialAccount.objects.filter(pk__in=social_account_ids or ()).values_list("pk", flat=True))
    accesses = AccountAccess.objects.filter(membership=membership)
    accesses.exclude(social_account_id__in=wanted).delete()
    kept = set(accesses.values_list("social_account_id", flat=True))
    AccountAccess.objects.bulk_create(
        AccountAccess(membership=membership, social_account_id=account_id, organisation_id=membership.organisation_id)
        for account_id in sorted(wanted - kept)
    )
    data = {"all": membership.all_accounts, "social_account_ids": sorted(wanted)}
    record("integrations.access.changed", membership, data=data)
    record_access_change(membership)


def find_reach(members: Iterable[Membership], social_account_ids: Collection[int]) -> dict[int, list[Membership]]:
    """Return, for each of these accounts, those of the members who may work with it, in their order."""
    everyone = list(members)
    chosen = set(
        AccountAccess.objects.filter(
            membership__in=[one.pk for one in everyone if not one.all_accounts],
            social_account__in=social_account_ids,
        ).values_list("membership_id", "social_account_id")
    )
    return {
        account_id: [one for one in everyone if one.all_accounts or (one.pk, account_id) in chosen]
        for account_id in social_account_ids
    }


def find_chosen_accounts(membership_ids: Collection[int]) -> dict[int, list[int]]:
    """Return the social accounts of memberships that have chosen ones."""
    chosen: dict[int, list[int]] = defaultdict(list)
    found = AccountAccess.objects.filter(membership__in=membership_ids)
    for membership_id, account_id in found.values_list("membership_id", "social_account_id"):
        chosen[membership_id].append(account_id)
    return chosen


def open_to_member(user: User, accounts: Iterable[SocialAccount]) -> None:
    """Add these to the accounts of a member who has chosen ones; one who has all has them already."""
    membership = Membership.objects.filter(user=user, all_accounts=False).first()
    if membership is None:
        return
    AccountAccess.objects.bulk_create(
        (AccountAccess(membership=membership, social_account=account) for account in accounts), ignore_conflicts=True
    )
    record_access_change(membership)
