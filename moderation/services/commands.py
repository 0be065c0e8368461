"""What agents do with an item itself: engage, assign, defer, close, ignore, reopen, mute, and undo.

Every command carries the version of the item that its page showed and a key that the page drew. The same key again
changes nothing and returns the item as it is; another version means that the agent decided about something else, so
nothing is done and `Stale` shows what it is now. Engaging alone needs no version: whose the item is decides.
"""

import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Max

from accounts.models import Membership, User
from accounts.permissions import Permission
from eventlog.services import record
from integrations.services.access import find_reach
from moderation.changes import tell_item
from moderation.models import Command, Intervention, Item, Message
from moderation.permissions import require
from moderation.services.handling import end_intervention, find_intervention, hand_to, open_intervention
from moderation.states import MOVES, ItemState
from moderation.trouble import AlreadyEngaged, NotPossible, Stale

#: What is put off for longer is forgotten; and no calendar goes on for ever.
DEFERRED_MOST = timedelta(days=366)

_FIELDS = ("state", "state_changed_at", "assignee", "deferred_until", "waiting_since", "is_muted", "send_failed")


@transaction.atomic
def engage(item: Item, *, key: uuid.UUID, actor: Membership, now: datetime) -> Item:
    """Take the item in hand. Raises AlreadyEngaged with the owner's name when a colleague has it."""

    def take(item: Item) -> bool:
        owner = item.assignee if item.state == ItemState.ASSIGNED else None
        if owner is not None and owner.pk != actor.user_id:
            raise AlreadyEngaged(owner)
        open_intervention(item, actor.user, now=now)
        if owner is not None:
            return False
        move(item, ItemState.ASSIGNED, now=now)
        hand_to(item, actor.user, by=actor, now=now)
        return True

    return _carry_out("engage", item, take, version=None, key=key, actor=actor, now=now)


@transaction.atomic
def assign(item: Item, *, to: User | None, version: int, key: uuid.UUID, actor: Membership, now: datetime) -> Item:
    """Give the item to a colleague, to oneself, or back to everybody (None)."""

    def give(item: Item) -> bool:
        if to is not None:
            _require_able(to, item)
        running = find_intervention(item)
        if running is not None and running.user_id != (to.pk if to else None):
            end_intervention(running, Intervention.Outcome.HANDED_OVER, now=now)
        move(item, ItemState.ASSIGNED if to is not None else ItemState.NEW, now=now)
        hand_to(item, to, by=actor, now=now)
        return True

    return _carry_out(
        "assign", item, give, version=version, key=key, actor=actor, now=now, data={"to": to.pk if to else None}
    )


@transaction.atomic
def defer(item: Item, *, until: datetime, version: int, key: uuid.UUID, actor: Membership, now: datetime) -> Item:
    """Put the item off until an hour; it comes back to whoever has it, sooner if its author writes again."""
    if until <= now:
        raise NotPossible("defer_into_the_past")
    if until > now + DEFERRED_MOST:
        raise NotPossible("defer_too_far")

    def put_off(item: Item) -> bool:
        move(item, ItemState.DEFERRED, now=now)
        item.deferred_until = until
        return True

    data = {"until": until.isoformat()}
    return _carry_out("defer", item, put_off, version=version, key=key, actor=actor, now=now, data=data)


@transaction.atomic
def close(
    item: Item, *, version: int, key: uuid.UUID, actor: Membership, now: datetime, reviewed: bool = False
) -> Item:
    """End the handling: after at least one reply, or marked as reviewed when nothing was to be said."""

    def end(item: Item) -> bool:
        if not reviewed and not _is_answered(item):
            raise NotPossible("close_needs_reply_or_review")
        move(item, ItemState.CLOSED, now=now)
        running = open_intervention(item, actor.user, now=now)
        running.is_reviewed = reviewed and running.first_reply_at is None
        end_intervention(running, Intervention.Outcome.CLOSED, now=now)
        item.waiting_since = None
        return True

    return _carry_out("close", item, end, version=version, key=key, actor=actor, now=now, data={"reviewed": reviewed})


@transaction.atomic
def ignore(item: Item, *, version: int, key: uuid.UUID, actor: Membership, now: datetime) -> Item:
    """Say that there is nothing to answer, now or later: its author's next words do not wake it."""

    def rest(item: Item) -> bool:
        move(item, ItemState.IGNORED, now=now)
        running = find_intervention(item)
        if running is not None:
            running.is_reviewed = True
            end_intervention(running, Intervention.Outcome.CLOSED, now=now)
        item.waiting_since = None
        return True

    return _carry_out("ignore", item, rest, version=version, key=key, actor=actor, now=now)


@transaction.atomic
def reopen(item: Item, *, version: int, key: uuid.UUID, actor: Membership, now: datetime) -> Item:
    """Bring an item back among those to be handled: to whoever had it, or to everybody."""

    def wake(item: Item) -> bool:
        move(item, ItemState.ASSIGNED if item.assignee_id else ItemState.NEW, now=now)
        item.waiting_since = item.waiting_since or _last_words_at(item) or now
        return True

    return _carry_out("reopen", item, wake, version=version, key=key, actor=actor, now=now)


@transaction.atomic
def mute(item: Item, *, muted: bool, version: int, key: uuid.UUID, actor: Membership, now: datetime) -> Item:
    """Let the item's news call nobody any more, or again; its state stays."""

    def quieten(item: Item) -> bool:
        item.is_muted = muted
        return True

    name = "mute" if muted else "unmute"
    return _carry_out(name, item, quieten, version=version, key=key, actor=actor, now=now)


@transaction.atomic
def undo(item: Item, *, key: uuid.UUID, actor: Membership, now: datetime) -> Item:
    """Take back the command of this key, as long as nothing has come after it. Raises NotPossible("undo_too_late")."""
    item = locked(item)
    require(actor, Permission.ANSWER_INBOX, item)
    command = Command.objects.filter(item=item, key=key, user=actor.user).first()
    if command is None or item.version != command.before["version"] + 1:
        raise NotPossible("undo_too_late")
    before = command.before
    move(item, ItemState(before["state"]), now=now, checked=False)
    hand_to(item, User.objects.filter(pk=before["assignee_id"]).first(), by=actor, now=now)
    item.deferred_until = _hour(before["deferred_until"])
    item.waiting_since = _hour(before["waiting_since"])
    item.is_muted = before["is_muted"]
    _undo_intervention(item, command, now=now)
    command.delete()
    save(item)
    record(f"moderation.item.{_PAST[command.name]}_undone", item)
    return item


def move(item: Item, state: ItemState, *, now: datetime, checked: bool = True) -> None:
    """Bring the item into a state; into the one it is in already, nothing happens. Raises NotPossible."""
    if item.state == state:
        return
    if checked and state not in MOVES[ItemState(item.state)]:
        raise NotPossible("move_not_allowed", {"from": item.state, "to": state.value})
    item.state, item.state_changed_at = state, now
    if state != ItemState.DEFERRED:
        item.deferred_until = None


def save(item: Item, *also: str) -> None:
    """Write an item that was read under its lock, `also` fields beside its state, and let those who look at it know."""
    item.version += 1
    item.save(update_fields=[*_FIELDS, "version", *also])
    tell_item(item)


def _carry_out(
    name: str,
    item: Item,
    change: Callable[[Item], bool],
    *,
    version: int | None,
    key: uuid.UUID,
    actor: Membership,
    now: datetime,
    data: dict[str, Any] | None = None,
) -> Item:
    item = locked(item)
    require(actor, Permission.ANSWER_INBOX, item)
    if Command.objects.filter(item=item, key=key).exists():
        return item
    if version is not None and version != item.version:
        raise Stale(item)
    before = _snapshot(item)
    if not change(item):
        return item
    save(item)
    Command.objects.create(item=item, key=key, name=name, user=actor.user, at=now, before=before)
    record(f"moderation.item.{_PAST[name]}", item, data=data)
    return item


_PAST = {
    "engage": "engaged",
    "assign": "assigned",
    "defer": "deferred",
    "close": "closed",
    "ignore": "ignored",
    "reopen": "reopened",
    "mute": "muted",
    "unmute": "unmuted",
}


def locked(item: Item) -> Item:
    """Read the item anew, and keep it from changing until the transaction ends."""
    found: Item = Item.objects.select_for_update(of=("self",)).select_related("assignee").get(pk=item.pk)
    return found


def _snapshot(item: Item) -> dict[str, Any]:
    return {
        "version": item.version,
        "state": item.state,
        "assignee_id": item.assignee_id,
        "deferred_until": item.deferred_until and item.deferred_until.isoformat(),
        "waiting_since": item.waiting_since and item.waiting_since.isoformat(),
        "is_muted": item.is_muted,
    }


def _undo_intervention(item: Item, command: Command, *, now: datetime) -> None:
    """Open again what the command ended, and forget what it began."""
    Intervention.objects.filter(item=item, opened_at=command.at, first_reply_at=None).delete()
    ended = Intervention.objects.filter(item=item, ended_at=command.at).first()
    if ended is not None and find_intervention(item) is None:
        ended.outcome, ended.ended_at, ended.is_reviewed = Intervention.Outcome.OPEN, None, False
        ended.save(update_fields=["outcome", "ended_at", "is_reviewed"])


def _is_answered(item: Item) -> bool:
    running = find_intervention(item)
    return item.state == ItemState.REPLIED or (running is not None and running.first_reply_at is not None)


def _last_words_at(item: Item) -> datetime | None:
    strangers = Message.objects.filter(item=item, origin=Message.Origin.STRANGER)
    found: datetime | None = strangers.aggregate(at=Max("written_at"))["at"]
    return found


def _require_able(user: User, item: Item) -> None:
    """Refuse to give an item to somebody who could not answer it."""
    memberships = [one for one in Membership.objects.filter(user=user) if one.may(Permission.ANSWER_INBOX)]
    if not find_reach(memberships, [item.social_account_id])[item.social_account_id]:
        raise NotPossible("assign_to_somebody_who_cannot")


def _hour(value: str | None) -> datetime | None:
    return datetime.fromisoformat(value) if value else None
