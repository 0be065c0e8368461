"""Counts by delta: right after whatever happened, for what each member may see."""

from collections.abc import Iterator

import pytest

from accounts.models import Membership
from accounts.permissions import Role
from integrations.models import AccountAccess
from lib.tenancy.scope import scope
from moderation.models import Item, ItemCount
from moderation.services import counting
from moderation.services.counting import count_items, find_drift, fold_all, fold_counts, prove_all
from moderation.states import ItemState
from tests.factories import NOON, make_social_account
from tests.houses import House
from tests.moderation.factories import make_item, make_thread


@pytest.fixture
def bob(house: House) -> Iterator[Membership]:
    """An agent of Acme, in whose scope the test runs."""
    member = house.member(Role.AGENT, "Bob")
    with scope(organisation=house.acme.pk, user=member.user_id):
        yield member


def test_counts_follow_what_is_made_changed_and_deleted(bob: Membership) -> None:
    account = make_social_account()
    items = [make_item(thread=make_thread(social_account=account)) for _ in range(5)]
    Item.objects.filter(pk__in=[each.pk for each in items[:2]]).update(state=ItemState.ASSIGNED, assignee=bob.user)
    Item.objects.filter(pk=items[2].pk).update(state=ItemState.DEFERRED, deferred_until=NOON)
    items[4].delete()

    counts = count_items(bob)

    assert (counts.of(ItemState.NEW), counts.mine, counts.of(ItemState.DEFERRED)) == (1, 2, 1)
    assert counts.waiting == 3
    assert find_drift() == {}


def test_a_change_that_moves_no_item_adds_no_row(bob: Membership) -> None:
    item = make_item()
    before = ItemCount.objects.count()

    Item.objects.filter(pk=item.pk).update(excerpt="Hello")

    assert ItemCount.objects.count() == before


def test_folding_changes_no_count_and_leaves_one_row_a_state_and_agent(bob: Membership) -> None:
    account = make_social_account()
    items = [make_item(thread=make_thread(social_account=account)) for _ in range(4)]
    Item.objects.filter(pk=items[0].pk).update(state=ItemState.CLOSED)
    Item.objects.filter(pk=items[1].pk).update(state=ItemState.CLOSED)
    Item.objects.filter(pk=items[1].pk).update(state=ItemState.NEW)
    before = count_items(bob)

    assert fold_counts([account.pk]) == 10  # four made, three changes of two deltas each

    assert count_items(bob) == before
    assert ItemCount.objects.count() == 2
    assert find_drift() == {}


def test_a_member_with_chosen_accounts_counts_those_only(bob: Membership) -> None:
    open_to_bob, closed = make_social_account(), make_social_account()
    make_item(thread=make_thread(social_account=open_to_bob))
    make_item(thread=make_thread(social_account=closed))
    Membership.objects.filter(pk=bob.pk).update(all_accounts=False)
    bob.all_accounts = False
    AccountAccess.objects.create(membership=bob, social_account=open_to_bob)

    assert count_items(bob).waiting == 1


def test_drift_is_found(bob: Membership) -> None:
    item = make_item()
    ItemCount.objects.create(social_account=item.social_account, state=ItemState.NEW, count=3)

    assert find_drift() == {(item.social_account_id, "new", 0): -3}


def test_by_night_counts_are_proven_and_put_right(bob: Membership, caplog: pytest.LogCaptureFixture) -> None:
    item = make_item()
    assert prove_all() == 0
    ItemCount.objects.create(social_account=item.social_account, state=ItemState.NEW, count=3)

    assert prove_all() == 1

    assert "counts of its inbox were wrong" in caplog.text
    assert find_drift() == {}
    assert prove_all() == 0


def test_only_busy_accounts_are_folded(bob: Membership, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counting, "FOLD_FROM", 3)
    busy, calm = make_social_account(), make_social_account()
    for _ in range(4):
        make_item(thread=make_thread(social_account=busy))
    make_item(thread=make_thread(social_account=calm))

    assert fold_all() == 4
