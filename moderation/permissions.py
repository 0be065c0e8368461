"""What a member may do in the inbox: the role says what, the chosen accounts say where."""

from accounts.models import Membership
from accounts.permissions import Permission
from moderation.models import Item
from moderation.trouble import NotAllowed


def require(actor: Membership, permission: Permission, item: Item) -> None:
    """Refuse with NotAllowed unless the member's role and accounts allow this on the item's account."""
    if not actor.may(permission) or not _may_work_with(actor, item):
        raise NotAllowed


def _may_work_with(actor: Membership, item: Item) -> bool:
    return actor.all_accounts or actor.accesses.filter(social_account_id=item.social_account_id).exists()
