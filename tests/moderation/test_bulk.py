"""Bulk commands: one by one under the same rights, with progress, and a way back before they begin."""

import uuid
from datetime import timedelta
from typing import Any

import pytest

from accounts.models import Membership, Organisation
from accounts.permissions import Role
from integrations.engagement import Act
from integrations.models import AccountAccess
from moderation.models import BulkCommand, Item, ModerationAction
from moderation.services import bulk
from moderation.services.bulk import UNDO_WINDOW, run_due, start_bulk, undo_bulk
from moderation.states import ItemState
from moderation.trouble import NotAllowed, NotPossible
from tests.moderation.conftest import Inbox


def start(inbox: Inbox, name: str, items: list[Item], **details: Any) -> BulkCommand:
    seen = [(item.pk, item.version) for item in items]
    return start_bulk(name, items=seen, key=uuid.uuid4(), actor=inbox.bob, now=inbox.now, details=details)


def let_it_run(inbox: Inbox) -> int:
    inbox.clock.now += UNDO_WINDOW
    return run_due(inbox.clock)


def test_nothing_happens_within_the_undo_window(inbox: Inbox) -> None:
    with inbox.scope():
        items = [inbox.written().item for _ in range(3)]
        command = start(inbox, "ignore", items)

    assert run_due(inbox.clock) == 0
    with inbox.scope():
        undo_bulk(command, actor=inbox.bob, now=inbox.now)

    assert let_it_run(inbox) == 0
    with inbox.scope():
        assert set(Item.objects.values_list("state", flat=True)) == {ItemState.NEW}


def test_each_item_is_seen_to_once_and_what_moved_on_is_left_alone(
    inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk, "_BATCH", 2)
    with inbox.scope():
        items = [inbox.written().item for _ in range(5)]
        command = start(inbox, "assign", items, to=inbox.beth.user_id)
        Item.objects.filter(pk=items[3].pk).update(version=7)

    assert let_it_run(inbox) == 5

    with inbox.scope():
        command.refresh_from_db()
        assert (command.state, command.done, command.skipped) == ("done", 5, [[items[3].pk, "stale"]])
        assert Item.objects.filter(assignee=inbox.beth.user).count() == 4
    assert run_due(inbox.clock) == 0


def test_hiding_in_bulk_puts_one_action_a_message_on_its_way(inbox: Inbox) -> None:
    with inbox.scope():
        start(inbox, "hide", [inbox.written().item for _ in range(3)])
    let_it_run(inbox)

    inbox.work()

    with inbox.scope():
        assert ModerationAction.objects.filter(act=Act.HIDE.value, state="sent").count() == 3
        assert Item.objects.filter(is_hidden=True).count() == 3


def test_accounts_closed_to_the_agent_are_left_alone(inbox: Inbox) -> None:
    with inbox.scope():
        item = inbox.written().item
        command = start(inbox, "ignore", [item])
        Membership.objects.filter(pk=inbox.bob.pk).update(all_accounts=False)
    let_it_run(inbox)

    with inbox.scope():
        command.refresh_from_db()
        assert command.skipped == [[item.pk, "not_found"]]
        AccountAccess.objects.create(membership=inbox.bob, social_account=inbox.account)
        command = start(inbox, "ignore", [item])
    let_it_run(inbox)

    with inbox.scope():
        assert inbox.fresh(item).state == ItemState.IGNORED


def test_a_member_who_left_meanwhile_changes_nothing(inbox: Inbox) -> None:
    with inbox.scope():
        item = inbox.written().item
        command = start(inbox, "ignore", [item])
        Membership.objects.filter(pk=inbox.bob.pk).delete()
    let_it_run(inbox)

    with inbox.scope():
        command.refresh_from_db()
        assert command.skipped == [[item.pk, "not_allowed"]]
        assert inbox.fresh(item).state == ItemState.NEW


def test_it_goes_on_where_a_dead_worker_stopped(inbox: Inbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk, "_BATCH", 1)

    class Killed(BaseException):
        pass

    run, turns = bulk.RUNS["ignore"], iter(range(10))

    def die_at_the_second(turn: Any) -> object:
        if next(turns) == 1:
            raise Killed
        return run(turn)

    with inbox.scope():
        command = start(inbox, "ignore", [inbox.written().item for _ in range(3)])
    monkeypatch.setitem(bulk.RUNS, "ignore", die_at_the_second)
    with pytest.raises(Killed):
        let_it_run(inbox)
    inbox.clock.forward(minutes=5)

    assert run_due(inbox.clock) == 2

    with inbox.scope():
        command.refresh_from_db()
        assert (command.done, command.skipped) == (3, [])


def test_an_item_that_is_trouble_is_left_alone_and_holds_up_no_other(
    inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    with inbox.scope():
        items = [inbox.written().item for _ in range(2)]
        broken = start(inbox, "defer", items)  # without its hour
        sound = start(inbox, "ignore", items)

    let_it_run(inbox)

    with inbox.scope():
        broken.refresh_from_db()
        sound.refresh_from_db()
        assert (broken.state, broken.skipped) == ("done", [[one.pk, "failed"] for one in items])
        assert (sound.state, sound.skipped) == ("done", [])


def test_what_cannot_be_asked_is_refused_at_once(inbox: Inbox) -> None:
    analyst = inbox.house.member(Role.ANALYST)
    with inbox.scope():
        with pytest.raises(NotPossible, match="bulk_unknown"):
            start(inbox, "erase", [])
        with pytest.raises(NotAllowed):
            start_bulk("ignore", items=[], key=uuid.uuid4(), actor=analyst, now=inbox.now)


def test_it_waits_while_an_end_is_announced_and_goes_on_when_that_is_taken_back(inbox: Inbox) -> None:
    with inbox.scope():
        items = [inbox.written().item for _ in range(2)]
        start(inbox, "ignore", items)
        Organisation.objects.filter(pk=items[0].organisation_id).update(ends_at=inbox.now + timedelta(days=30))

    assert let_it_run(inbox) == 0
    with inbox.scope():
        assert set(Item.objects.values_list("state", flat=True)) == {ItemState.NEW}
        Organisation.objects.filter(pk=items[0].organisation_id).update(ends_at=None)
    assert run_due(inbox.clock) == 2


def test_an_end_that_is_announced_in_the_middle_stops_it(inbox: Inbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk, "_BATCH", 1)
    with inbox.scope():
        items = [inbox.written().item for _ in range(3)]
        start(inbox, "ignore", items)
    ignore = bulk.RUNS["ignore"]

    def announce(turn: Any) -> object:
        Organisation.objects.filter(pk=turn.item.organisation_id).update(ends_at=inbox.now + timedelta(days=30))
        return ignore(turn)

    monkeypatch.setitem(bulk.RUNS, "ignore", announce)

    assert let_it_run(inbox) == 1
    with inbox.scope():
        assert sorted(Item.objects.values_list("state", flat=True)) == ["ignored", "new", "new"]
