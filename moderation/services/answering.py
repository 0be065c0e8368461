"""Answers: an agent's words to a stranger, guarded against a colleague's that the agent has not seen.

An answer is a message of ours and the action that carries it to the network, written in one transaction. The guard
compares what the page had shown with what stands in the item now, under the item's lock, so that of two agents who
answer in the same moment exactly one goes out and the other is shown what was missed.
"""

import uuid
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from accounts.models import Membership
from accounts.permissions import Permission
from eventlog.services import record
from integrations.engagement import Act, EngagingProvider, MessageKind, PrivatelyAnswering, ReplyLimits
from integrations.registry import engaging
from lib.words import lexemes, words_of
from moderation.models import Draft, Item, Message, ModerationAction, Note
from moderation.permissions import require
from moderation.services.acting import acts_offered, put_on_its_way
from moderation.services.commands import locked, move, save
from moderation.services.handling import hand_to, open_intervention
from moderation.services.items import excerpt_of
from moderation.states import ItemState, Visibility, WayOut
from moderation.trouble import AlreadyEngaged, Missed, NotPossible, TextRefused


@dataclass(frozen=True, kw_only=True)
class Seen:
    """The newest of each kind that the author of an answer has had on the page; 0 for none."""

    message_id: int = 0  # a stranger's
    own_id: int = 0  # of ours: a colleague's, or written on the network itself
    note_id: int = 0


@dataclass(frozen=True, kw_only=True)
class Answered:
    """What was handed over; `newer_words`: the stranger has written since, which only warns."""

    message: Message
    newer_words: bool


@transaction.atomic
def answer(
    item: Item,
    *,
    text: str,
    seen: Seen,
    key: uuid.UUID,
    actor: Membership,
    now: datetime,
    target: Message | None = None,
    anyway: bool = False,
    privately: bool = False,
) -> Answered:
    """Answer the stranger's last message, or `target`, and hand the answer to the network's lane.

    `privately`: what was written in public is answered to its author alone, once, where the network offers that.

    `anyway`: the author has seen whose the item is and answers all the same. What `Missed` showed is answered all the
    same by handing over what has now been `seen`: should yet another word have come, that is shown as well.
    Raises Missed, AlreadyEngaged, TextRefused, NotPossible, NotAllowed; then nothing is written.
    """
    item = locked(item)
    require(actor, Permission.ANSWER_INBOX, item)
    if (written := Message.objects.filter(client_key=key, item=item).first()) is not None:
        return Answered(message=written, newer_words=False)
    target = target or _last_words(item)
    way = Act.REPLY_PRIVATELY if privately else Act.REPLY
    limits = _require_answerable(item, target, way, now=now)
    _require_text(item, text, limits)
    if not anyway:
        _require_free(item, actor)
    _require_seen(item, seen, actor)
    kind = MessageKind.PRIVATE.value if privately else item.kind
    message = _write(item, target, text=text, kind=kind, key=key, actor=actor, now=now)
    action = ModerationAction(act=way.value, item=item, message=target, reply=message, user=actor.user, key=key)
    put_on_its_way(action, now=now)
    _reflect(item, message, actor=actor, now=now)
    Draft.objects.filter(item=item, user=actor.user, purpose=Draft.Purpose.REPLY).delete()
    event = "moderation.item.answered_privately" if privately else "moderation.item.answered"
    record(event, item, data={"message_id": message.pk, "anyway": anyway})
    return Answered(message=message, newer_words=item.last_stranger_message_id > seen.message_id)


def _last_words(item: Item) -> Message:
    strangers = Message.objects.filter(item=item, origin=Message.Origin.STRANGER)
    found: Message | None = strangers.exclude(visibility=Visibility.DELETED).order_by("-written_at", "-pk").first()
    if found is None:
        raise NotPossible("nothing_to_answer")
    return found


def _require_answerable(item: Item, target: Message, way: Act, *, now: datetime) -> ReplyLimits:
    if target.item_id != item.pk or target.is_ours:
        raise NotPossible("nothing_to_answer")
    if target.visibility == Visibility.DELETED:
        raise NotPossible("message_gone")
    network = engaging(item.social_account.network)
    if network is None or way not in acts_offered(target):
        raise NotPossible("act_not_offered", {"act": way.value})
    if way is Act.REPLY_PRIVATELY:
        return _require_private_room(network, target, now=now)
    limits = network.reply_limits(MessageKind(item.kind), item.social_account.details)
    if limits.window is not None and now > _last_words(item).written_at + limits.window:
        raise NotPossible("reply_window_over", {"hours": int(limits.window.total_seconds() // 3600)})
    return limits


def _require_private_room(network: EngagingProvider, target: Message, *, now: datetime) -> ReplyLimits:
    """Networks take one private answer to a message, and count from when it was written."""
    if not isinstance(network, PrivatelyAnswering):
        raise NotPossible("act_not_offered", {"act": Act.REPLY_PRIVATELY.value})
    if ModerationAction.objects.answering_privately(target.pk).exists():
        raise NotPossible("answered_privately")
    limits = network.private_limits()
    if limits.window is not None and now > target.written_at + limits.window:
        raise NotPossible("private_answer_window_over", {"days": limits.window.days})
    return limits


def _require_text(item: Item, text: str, limits: ReplyLimits) -> None:
    if not text.strip():
        raise TextRefused("text_missing")
    network = engaging(item.social_account.network)
    found = network.count_reply(text) if network is not None else 0
    if found > limits.text_max:
        facts = {"found": found, "allowed": limits.text_max, "over": found - limits.text_max}
        raise TextRefused("text_too_long", {**facts, "network": item.social_account.network})


def _require_free(item: Item, actor: Membership) -> None:
    if item.state == ItemState.ASSIGNED and item.assignee is not None and item.assignee_id != actor.user_id:
        raise AlreadyEngaged(item.assignee)


def _require_seen(item: Item, seen: Seen, actor: Membership) -> None:
    """Refuse what its author might not have written had they seen what colleagues said; one's own words are seen."""
    messages = Message.objects.filter(item=item, pk__gt=seen.own_id).exclude(origin=Message.Origin.STRANGER)
    messages = messages.exclude(user=actor.user).exclude(way_out=WayOut.CANCELLED).order_by("pk")
    notes = Note.objects.filter(item=item, pk__gt=seen.note_id).exclude(user=actor.user).order_by("pk")
    missed = Missed(list(messages.select_related("user")), list(notes.select_related("user")))
    if missed.messages or missed.notes:
        raise missed


def _write(
    item: Item, target: Message, *, text: str, kind: str, key: uuid.UUID, actor: Membership, now: datetime
) -> Message:
    message: Message = Message.objects.create(
        thread=item.thread,
        item=item,
        social_account=item.social_account,
        client_key=key,
        origin=Message.Origin.AGENT,
        kind=kind,
        user=actor.user,
        text=text,
        words=lexemes(words_of(text), organisation_id=item.organisation_id),
        answers_id=target.network_id,
        written_at=now,
        received_at=now,
        way_out=WayOut.WAITING,
    )
    return message


def _reflect(item: Item, message: Message, *, actor: Membership, now: datetime) -> None:
    """Let the item show that it is answered, and whose the answer is."""
    intervention = open_intervention(item, actor.user, now=now)
    if intervention.first_reply_at is None:
        intervention.first_reply_at = now
        intervention.save(update_fields=["first_reply_at"])
    hand_to(item, actor.user, by=actor, now=now)
    move(item, ItemState.REPLIED, now=now)
    item.waiting_since, item.send_failed = None, False
    item.excerpt = excerpt_of(message.text)
    item.message_count += 1
    item.last_activity_at = now
    item.last_own_message_id = message.pk
    save(item, "excerpt", "message_count", "last_activity_at", "last_own_message_id")
