"""What agents do with an item: each command once, under the version it saw, by those who may."""

import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from accounts.models import Membership
from accounts.permissions import Role
from eventlog.models import Event
from integrations.models import AccountAccess
from moderation.models import Assignment, Command, Intervention, Item
from moderation.services import commands
from moderation.states import ItemState
from moderation.trouble import AlreadyEngaged, NotAllowed, NotPossible, Stale
from tests.moderation.conftest import Inbox

Do = Callable[..., Item]


def given(inbox: Inbox, *, by: Membership | None = None, **more: Any) -> dict[str, Any]:
    return {"key": uuid.uuid4(), "actor": by or inbox.bob, "now": inbox.now, **more}


def test_engaging_takes_the_item_in_hand(inbox: Inbox) -> None:
    with inbox.scope():
        item = inbox.written().item

        engaged = commands.engage(item, **given(inbox))

        assert (engaged.state, engaged.assignee, engaged.version) == (ItemState.ASSIGNED, inbox.bob.user, 2)
        assert Intervention.objects.get(item=item).user == inbox.bob.user
        assert Assignment.objects.get(item=item).user == inbox.bob.user
        assert Event.objects.filter(name="moderation.item.engaged", subject_id=item.pk).count() == 1


def test_engaging_what_a_colleague_has_answers_with_their_name(inbox: Inbox) -> None:
    with inbox.scope():
        item = inbox.written().item
        commands.engage(item, **given(inbox))

        with pytest.raises(AlreadyEngaged) as caught:
            commands.engage(item, **given(inbox, by=inbox.beth))

        assert caught.value.owner == inbox.bob.user


def test_the_same_key_does_it_once(inbox: Inbox) -> None:
    with inbox.scope():
        item = inbox.written().item
        words = given(inbox)

        commands.engage(item, **words)
        commands.engage(item, **words)

        assert inbox.fresh(item).version == 2
        assert Command.objects.filter(item=item).count() == 1


@pytest.mark.parametrize("name", ["assign", "defer", "close", "ignore", "reopen", "mute"])
def test_a_stale_version_does_nothing_and_shows_what_is_now(inbox: Inbox, name: str) -> None:
    more: dict[str, dict[str, Any]] = {
        "assign": {"to": inbox.beth.user},
        "defer": {"until": inbox.now + timedelta(hours=1)},
        "close": {"reviewed": True},
        "mute": {"muted": True},
    }
    with inbox.scope():
        item = inbox.written().item
        commands.engage(item, **given(inbox))

        with pytest.raises(Stale) as caught:
            getattr(commands, name)(item, version=1, **given(inbox, **more.get(name, {})))

        assert caught.value.item.state == ItemState.ASSIGNED
        assert inbox.fresh(item).version == 2


def test_an_item_goes_from_hand_to_hand_and_back_to_everybody(inbox: Inbox) -> None:
    with inbox.scope():
        item = commands.engage(inbox.written().item, **given(inbox))

        item = commands.assign(item, to=inbox.beth.user, version=item.version, **given(inbox))
        assert (item.state, item.assignee) == (ItemState.ASSIGNED, inbox.beth.user)
        item = commands.assign(item, to=None, version=item.version, **given(inbox))

        assert (item.state, item.assignee) == (ItemState.NEW, None)
        assert Intervention.objects.get(item=item).outcome == Intervention.Outcome.CANCELLED
        assert list(Assignment.objects.filter(item=item, ended_at=None)) == []


def test_nobody_is_given_an_item_they_could_not_answer(inbox: Inbox) -> None:
    analyst = inbox.house.member(Role.ANALYST)
    with inbox.scope():
        item = inbox.written().item

        with pytest.raises(NotPossible, match="assign_to_somebody_who_cannot"):
            commands.assign(item, to=analyst.user, version=1, **given(inbox))
        with pytest.raises(NotPossible, match="assign_to_somebody_who_cannot"):
            commands.assign(item, to=inbox.house.charlie, version=1, **given(inbox))


def test_closing_needs_a_reply_or_a_review(inbox: Inbox) -> None:
    with inbox.scope():
        item = commands.engage(inbox.written().item, **given(inbox))

        with pytest.raises(NotPossible, match="close_needs_reply_or_review"):
            commands.close(item, version=item.version, **given(inbox))
        closed = commands.close(item, version=item.version, reviewed=True, **given(inbox))

        assert (closed.state, closed.waiting_since) == (ItemState.CLOSED, None)
        intervention = Intervention.objects.get(item=item)
        assert (intervention.outcome, intervention.is_reviewed) == (Intervention.Outcome.CLOSED, True)


def test_deferring_is_for_an_hour_to_come(inbox: Inbox) -> None:
    with inbox.scope():
        item = inbox.written().item

        with pytest.raises(NotPossible, match="defer_into_the_past"):
            commands.defer(item, until=inbox.now, version=1, **given(inbox))
        item = commands.defer(item, until=inbox.now + timedelta(hours=2), version=1, **given(inbox))

        assert (item.state, item.deferred_until) == (ItemState.DEFERRED, inbox.now + timedelta(hours=2))


@pytest.mark.parametrize("name", ["assign", "close", "ignore", "defer"])
def test_a_command_can_be_undone_until_something_else_happens(inbox: Inbox, name: str) -> None:
    more: dict[str, dict[str, Any]] = {
        "assign": {"to": inbox.beth.user},
        "close": {"reviewed": True},
        "defer": {"until": inbox.now + timedelta(hours=1)},
    }
    with inbox.scope():
        item = commands.engage(inbox.written().item, **given(inbox))
        words = given(inbox, **more.get(name, {}))
        inbox.clock.forward(seconds=1)
        changed = getattr(commands, name)(item, version=item.version, **{**words, "now": inbox.now})

        back = commands.undo(changed, key=words["key"], actor=inbox.bob, now=inbox.now)

        assert (back.state, back.assignee, back.waiting_since) == (
            ItemState.ASSIGNED,
            inbox.bob.user,
            item.waiting_since,
        )
        assert Intervention.objects.get(item=item).outcome in {"open", "cancelled"}
        with pytest.raises(NotPossible, match="undo_too_late"):
            commands.undo(back, key=words["key"], actor=inbox.bob, now=inbox.now)


def test_undoing_comes_too_late_after_another_change(inbox: Inbox) -> None:
    with inbox.scope():
        words = given(inbox)
        item = commands.ignore(inbox.written().item, version=1, **words)
        commands.reopen(item, version=item.version, **given(inbox))

        with pytest.raises(NotPossible, match="undo_too_late"):
            commands.undo(item, key=words["key"], actor=inbox.bob, now=inbox.now)


def test_a_reopened_item_waits_again_since_its_last_words(inbox: Inbox) -> None:
    with inbox.scope():
        message = inbox.written()
        item = commands.close(message.item, version=1, reviewed=True, **given(inbox))
        inbox.clock.forward(days=1)

        item = commands.reopen(item, version=item.version, **given(inbox))

        assert (item.state, item.waiting_since) == (ItemState.NEW, message.written_at)


@pytest.mark.parametrize("role", [Role.ANALYST, Role.PLANNER, Role.APPROVER, Role.CONTRIBUTOR])
def test_only_those_who_may_answer_handle_items(inbox: Inbox, role: Role) -> None:
    member = inbox.house.member(role)
    with inbox.scope():
        item = inbox.written().item

        with pytest.raises(NotAllowed):
            commands.engage(item, **given(inbox, by=member))


def test_an_agent_with_chosen_accounts_handles_no_others(inbox: Inbox) -> None:
    with inbox.scope():
        item = inbox.written().item
        Membership.objects.filter(pk=inbox.beth.pk).update(all_accounts=False)
        inbox.beth.all_accounts = False

        with pytest.raises(NotAllowed):
            commands.engage(item, **given(inbox, by=inbox.beth))
        AccountAccess.objects.create(membership=inbox.beth, social_account=inbox.account)

        assert commands.engage(item, **given(inbox, by=inbox.beth)).assignee == inbox.beth.user
