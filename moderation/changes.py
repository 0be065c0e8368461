"""What every change of an item brings with it: browsers hear of it once it is committed."""

from collections.abc import Collection, Mapping

from live.changes import record_change
from moderation.models import Item

ITEM = "item"
BULK = "bulk"


def tell_item(item: Item) -> None:
    """Let those who look at this item, or at a list it stands in, know that it changed."""
    record_change(ITEM, item.pk, version=item.version, social_account=item.social_account_id)


def locate_items(ids: Collection[int]) -> Mapping[int, int | None]:
    """Say on which social account items stand."""
    return dict(Item.objects.filter(pk__in=ids).values_list("pk", "social_account_id"))
