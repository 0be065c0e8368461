"""Moderation actions: what an agent wants done at the network about a message, put on its way."""

import uuid
from datetime import datetime

from django.db import transaction

from accounts.models import Membership
from accounts.permissions import Permission
from eventlog.services import record
from integrations.contract import Feature
from integrations.engagement import ANSWERS, Act, MessageKind
from integrations.registry import engaging
from integrations.services.lanes import ensure_lanes, lower_lanes
from lib.claims.doorbell import ring_after_commit
from lib.tenancy.models import OwnedQuerySet
from moderation.changes import tell_item
from moderation.models import Item, Message, ModerationAction
from moderation.permissions import require
from moderation.states import Visibility, WayOut
from moderation.trouble import NotPossible

#: The lanes' queue of moderation actions.
QUEUE = "moderate"

_PAIRS = ((Act.HIDE, Act.SHOW), (Act.LIKE, Act.UNLIKE), (Act.BLOCK, Act.UNBLOCK))
#: An act that another one takes back: only one of the two may be on its way.
OPPOSITE = {one: other for pair in _PAIRS for one, other in (pair, pair[::-1])}
#: What is done about whoever wrote a message, not about the message.
_ABOUT_AUTHORS = frozenset({Act.BLOCK, Act.UNBLOCK})


def acts_offered(message: Message) -> frozenset[Act]:
    """Return what can be done about this message now, as its network offers it and as it stands there.

    Read the message with its author: whether they are blocked stands with them.
    """
    account = message.social_account
    network = engaging(account.network)
    if network is None or message.visibility == Visibility.DELETED or not message.network_id:
        return frozenset()
    offered = network.acts(MessageKind(message.kind), by_account=message.is_ours)
    if message.acts is not None:
        offered &= {Act(each) for each in message.acts}
    done = {
        Act.HIDE if message.visibility == Visibility.HIDDEN else Act.SHOW,
        Act.LIKE if message.is_liked else Act.UNLIKE,
    }
    if Feature.MESSAGES not in account.capabilities:
        done.add(Act.REPLY_PRIVATELY)
    if message.author is None or message.is_ours:
        return offered - done - _ABOUT_AUTHORS
    return offered - done - {Act.BLOCK if message.author.is_blocked_by(account.pk) else Act.UNBLOCK}


@transaction.atomic
def act(message: Message, wanted: Act, *, key: uuid.UUID, actor: Membership, now: datetime) -> ModerationAction:
    """Have something done about a message; answers go through `answering`.

    Asked again with the same key, or while the same is on its way, it returns what is there; asked for the opposite of
    what still waits, it takes that back and returns it. Raises NotPossible where
    the network does not offer it, NotAllowed.
    """
    item = _locked_item(message)
    require(actor, Permission.MODERATE_INBOX, item)
    same = ModerationAction.objects.filter(message=message)
    if (asked := same.filter(key=key).first()) is not None:
        return asked
    message.refresh_from_db(fields=["visibility", "is_liked", "network_id"])
    on_its_way = same.filter(act=wanted.value, state__in=[WayOut.WAITING, WayOut.SENDING]).first()
    if on_its_way is not None:
        return on_its_way
    if wanted in OPPOSITE and (waiting := _waiting(same.filter(act=OPPOSITE[wanted].value))) is not None:
        return take_back(waiting, actor=actor, now=now)  # nothing has been done yet, so there is nothing to undo there
    if wanted in ANSWERS or wanted not in acts_offered(message):
        raise NotPossible("act_not_offered", {"act": wanted.value})
    action = ModerationAction(act=wanted.value, item=item, message=message, user=actor.user, key=key)
    put_on_its_way(action, now=now)
    _touch(item)
    record(f"moderation.message.{_ASKED[wanted]}", item, data={"message_id": message.pk})
    return action


@transaction.atomic
def take_back(action: ModerationAction, *, actor: Membership, now: datetime) -> ModerationAction:
    """Take back an action that no worker has begun. Raises NotPossible("undo_too_late")."""
    item = _locked_item(action.message)
    require(actor, Permission.MODERATE_INBOX, item)
    if not _cancel(ModerationAction.objects.filter(pk=action.pk), now=now):
        raise NotPossible("undo_too_late")
    _touch(item)
    record("moderation.message.act_taken_back", item, data={"message_id": action.message_id, "act": action.act})
    action.refresh_from_db()
    return action


def put_on_its_way(action: ModerationAction, *, now: datetime) -> None:
    """Write an action into its account's lane and wake the workers after the commit."""
    account = action.item.social_account
    lane = ensure_lanes(account, [QUEUE])[QUEUE]
    action.social_account, action.lane = account, lane
    action.created_at = action.available_at = now
    action.save()
    lower_lanes({lane.pk: now})
    ring_after_commit("moderation.tasks.moderate", queue="inbox")


_ASKED = {
    Act.HIDE: "hide_asked",
    Act.SHOW: "show_asked",
    Act.DELETE: "delete_asked",
    Act.LIKE: "like_asked",
    Act.UNLIKE: "unlike_asked",
    Act.BLOCK: "block_asked",
    Act.UNBLOCK: "unblock_asked",
}


def _locked_item(message: Message) -> Item:
    items = Item.objects.select_for_update(of=("self",)).select_related("social_account")
    found: Item = items.get(messages=message)
    return found


def _waiting(actions: OwnedQuerySet[ModerationAction]) -> ModerationAction | None:
    return actions.filter(state=WayOut.WAITING, lease_until=None).select_related("message").first()


def _cancel(actions: OwnedQuerySet[ModerationAction], *, now: datetime) -> int:
    waiting = actions.filter(state=WayOut.WAITING, lease_until=None)
    return waiting.update(state=WayOut.CANCELLED, available_at=None, ended_at=now)


def _touch(item: Item) -> None:
    item.version += 1
    item.save(update_fields=["version"])
    tell_item(item)
