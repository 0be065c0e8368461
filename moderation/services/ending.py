"""How moderation actions end, and what that changes: the action, our reply, the message it is about, its item."""

import logging
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import InterfaceError, OperationalError, connection
from django.db.models import F

from eventlog.services import record
from integrations.contract import Findings
from integrations.engagement import Act, Sent
from integrations.errors import (
    AuthorisationLost,
    OutcomeUnknown,
    PermanentError,
    ProviderError,
    RateLimited,
    Reach,
    TransientError,
)
from integrations.services import aftermath
from integrations.services.lanes import lower_lanes
from lib.addresses import web_address
from lib.claims.claiming import wait_before_retry
from lib.tenancy.scope import scope
from moderation import outcomes
from moderation.models import Identity, Item, Message, ModerationAction
from moderation.services.acting import QUEUE
from moderation.services.commands import move, save
from moderation.services.items import excerpt_of
from moderation.services.jobs import Job
from moderation.states import WAYS_OUT, ItemState, Visibility, WayOut

logger = logging.getLogger(__name__)

#: How long an action whose account cannot be spoken for is left alone; reconnecting opens its lane at once.
_HELD_PAUSE = timedelta(minutes=1)
#: How many looks must find nothing before it counts as proven that a reply never arrived.
EMPTY_LOOKS = 2
#: After so many tries a person is asked.
_TRIES_MAX = 12

#: As in sql/storing.sql: what came from the network ends where it is deleted there, by whomever.
_STAND = "SELECT moderation_stand(m, %s, greatest(m.visibility_at, %s), %s) FROM moderation_message m WHERE m.id = %s"


@dataclass(frozen=True, kw_only=True)
class Ended:
    """One step of an action that ended, and what comes of it."""

    job: Job
    after: WayOut
    available_at: datetime | None = None  # None: nothing more to do
    counts: bool = False  # one more try without success
    looks: int | None = None
    reason: str = ""
    reason_data: Mapping[str, Any] = field(default_factory=dict)
    sent: Sent | None = None
    error: ProviderError | None = None

    def __post_init__(self) -> None:
        before = self.job.state
        if self.after != before and self.after not in WAYS_OUT[before]:
            raise ValueError(f"no action goes from {before} to {self.after}")


# -- what a step came to -----------------------------------------------------------------------------------------------


def done(job: Job, sent: Sent | None = None) -> Ended:
    """The network accepted it."""
    return Ended(job=job, after=WayOut.SENT, sent=sent)


def not_made(job: Job, *, now: datetime) -> Ended:
    """Its moment had passed before the call: surely not sent, so due again."""
    return Ended(job=job, after=_back(job), available_at=now)


def held(job: Job, *, now: datetime) -> Ended:
    """Its account cannot be spoken for now."""
    return Ended(job=job, after=job.state, available_at=now + _HELD_PAUSE, reason="account_held")


def over_budget(job: Job, *, budget: str, until: datetime) -> Ended:
    """The network has no room before an hour."""
    data = {"budget": budget, "until_at": until.isoformat()}
    return Ended(job=job, after=job.state, available_at=until, reason="over_budget", reason_data=data)


def met(job: Job, error: ProviderError, *, now: datetime) -> Ended:
    """The network refused, failed or fell silent."""
    facts = {**error.parameters, "code": error.code, "detail": error.detail, "network": error.network}
    common: dict[str, Any] = {"job": job, "reason": error.key, "reason_data": facts, "error": error}
    if isinstance(error, OutcomeUnknown):
        until = now + job.provider.visibility_delay
        return Ended(after=WayOut.UNKNOWN, available_at=until, counts=True, looks=0, **common)
    if isinstance(error, PermanentError) and job.state is not WayOut.UNKNOWN:
        if error.look_first and job.is_answer:
            return Ended(after=WayOut.UNKNOWN, available_at=now, counts=True, looks=0, **common)
        return Ended(after=WayOut.REFUSED, **common)
    if job.action.attempts + 1 >= _TRIES_MAX:
        return Ended(after=WayOut.UNKNOWN if job.state is WayOut.UNKNOWN else WayOut.REFUSED, counts=True, **common)
    return Ended(after=_back(job), available_at=_again_at(job, error, now=now), counts=True, **common)


def looked(job: Job, findings: Findings, *, now: datetime) -> Ended:
    """One look at the network for a reply whose answer was lost."""
    if findings.published is not None:
        sent = Sent(
            network_id=findings.published.network_id,
            permalink=findings.published.permalink,
            sent_at=findings.published.published_at,
        )
        return Ended(job=job, after=WayOut.SENT, sent=sent)
    if findings.candidates:
        sightings = [{"network_id": each.network_id, "text": each.text} for each in findings.candidates]
        return Ended(job=job, after=WayOut.UNKNOWN, reason="look_alike", reason_data={"sightings": sightings})
    looks = job.action.looks + (1 if findings.covered else 0)
    if looks >= EMPTY_LOOKS:
        return Ended(job=job, after=WayOut.WAITING, available_at=now, looks=0, reason="proven_absent")
    if job.action.attempts + 1 >= _TRIES_MAX:
        return Ended(job=job, after=WayOut.UNKNOWN, counts=True, reason="look_too_short")
    until = now + wait_before_retry(job.action.attempts + 1)
    return Ended(job=job, after=WayOut.UNKNOWN, available_at=until, looks=looks, counts=True, reason="look_nothing_yet")


def _back(job: Job) -> WayOut:
    return WayOut.UNKNOWN if job.state is WayOut.UNKNOWN else WayOut.WAITING


def _again_at(job: Job, error: ProviderError, *, now: datetime) -> datetime:
    if isinstance(error, RateLimited) and error.reset_at is not None:
        return max(error.reset_at, now + timedelta(seconds=1))
    if isinstance(error, AuthorisationLost):
        return now + timedelta(seconds=15)  # a refresh takes seconds; else the lane is held, whatever the hour
    wait = wait_before_retry(job.action.attempts + 1)
    if isinstance(error, TransientError) and error.retry_after is not None:
        wait = max(error.retry_after, timedelta(seconds=1))
    return now + wait


# -- writing it down ---------------------------------------------------------------------------------------------------


def settle(ended: Sequence[Ended], *, now: datetime) -> int:
    """Write down how steps ended, one transaction per organisation; return how many were still ours to write."""
    grouped: dict[int, list[Ended]] = defaultdict(list)
    for each in ended:
        grouped[each.job.claim.organisation_id].append(each)
    settled = 0
    for organisation_id, group in sorted(grouped.items()):
        try:
            with scope(organisation=organisation_id):
                settled += _settle_organisation(group, now=now)
        except Exception as error:
            if isinstance(error, OperationalError | InterfaceError) and not connection.is_usable():
                raise
            logger.exception("moderation actions of organisation %s: how they ended was not written", organisation_id)
            if len(group) > 1:
                # One of them is at fault, or two were in each other's way: the others are not to wait for it.
                settled += sum(settle([each], now=now) for each in group)
    return settled


def _settle_organisation(ended: Sequence[Ended], *, now: datetime) -> int:
    """Items by ascending id first, then messages, actions and lanes: the order in which everybody locks."""
    ids = {each.job.action.item_id for each in ended} | _items_of_echoes(ended)
    locked = Item.objects.select_for_update(of=("self",)).select_related("assignee").filter(pk__in=ids).order_by("pk")
    items = {item.pk: item for item in locked}
    written = [each for each in ended if each.job.action.item_id in items and _write(each, now=now)]
    for each in written:
        _reflect(each, items[each.job.action.item_id], now=now)
    lower_lanes(_bounds(written))
    for each in written:
        _see_to(each, now=now)
    if asking := [each.job.action.pk for each in written if _asks(each)]:
        outcomes.tell(list(ModerationAction.objects.filter(pk__in=asking).order_by("pk")), now=now)
    return len(written)


def _write(each: Ended, *, now: datetime) -> bool:
    action = each.job.action
    values: dict[str, Any] = {
        "state": each.after,
        "lease_until": None,
        "available_at": each.available_at,
        "reason": each.reason,
        "reason_data": dict(each.reason_data),
        "ended_at": now if each.available_at is None else None,
    }
    if each.counts:
        values["attempts"] = F("attempts") + 1
    if each.looks is not None:
        values["looks"] = each.looks
    ours = ModerationAction.objects.filter(
        pk=action.pk, lease_token=each.job.claim.token, lease_until__isnull=False, state=each.job.state
    )
    if not ours.update(**values):
        logger.warning("moderation action %s: no longer ours, %s not written", action.pk, each.after)
        return False
    return True


def _reflect(each: Ended, item: Item, *, now: datetime) -> None:
    if each.job.is_answer:
        _reflect_reply(each, item, now=now)
    elif each.after is WayOut.SENT and each.job.act in {Act.BLOCK, Act.UNBLOCK}:
        _reflect_block(each.job.action, blocked=each.job.act is Act.BLOCK)
    elif each.after is WayOut.SENT:
        _reflect_act(each.job.act, each.job.action.message_id, item, now=now)
    if each.after is not each.job.state or each.available_at is None:
        data = {"message_id": each.job.action.message_id, "act": each.job.act.value, "key": each.reason}
        record(f"moderation.action.{each.after}", item, data=data)
    save(item, "is_hidden", "is_deleted", "excerpt", "message_count", "last_own_message_id")


def _reflect_reply(each: Ended, item: Item, *, now: datetime) -> None:
    reply = each.job.action.reply
    values: dict[str, Any] = {"way_out": each.after, "reason": each.reason, "reason_data": dict(each.reason_data)}
    if each.sent is not None:
        _adopt_echo(reply, each.sent, item, now=now)
        values |= {"network_id": each.sent.network_id, "permalink": web_address(each.sent.permalink, 500)}
        values |= {"written_at": each.sent.sent_at or reply.written_at}
    Message.objects.filter(pk=reply.pk).update(**values)
    if each.after is WayOut.REFUSED or (each.after is WayOut.UNKNOWN and each.available_at is None):
        _give_back(item, each, now=now)
    elif each.after is WayOut.SENT:
        item.send_failed = False


def _adopt_echo(reply: Message, sent: Sent, item: Item, *, now: datetime) -> None:
    """Take the place of our own reply's echo, which may have come in before the answer to the call was written.

    Where another reply of ours was taken for this one, it is looked for anew: words of an agent are never dropped.
    """
    same = Message.objects.filter(social_account=reply.social_account_id, network_id=sent.network_id)
    echo = same.exclude(pk=reply.pk).exclude(origin=Message.Origin.STRANGER).first()
    if echo is None:
        return
    if echo.origin != Message.Origin.NATIVE:
        _look_anew(echo, now=now)
        return
    if echo.item_id == item.pk:
        item.message_count = max(item.message_count - 1, 0)
        item.last_own_message_id = max(reply.pk, Message.objects.newest_own_id(item.pk, but=echo.pk))
    echo.delete()
    if echo.item_id not in {None, item.pk}:
        _leave_conversation(echo.item_id)


def _leave_conversation(item_id: int) -> None:
    """A private answer had come back as a line of the conversation with that person: it is kept where it answers."""
    for other in Item.objects.filter(pk=item_id):
        other.message_count = max(other.message_count - 1, 0)
        other.last_own_message_id = Message.objects.newest_own_id(item_id)
        last = Message.objects.filter(item=item_id).exclude(way_out=WayOut.CANCELLED).order_by("-written_at", "-pk")
        other.excerpt = excerpt_of(last.values_list("text", flat=True).first() or "")
        save(other, "message_count", "last_own_message_id", "excerpt")


def _items_of_echoes(ended: Sequence[Ended]) -> set[int]:
    """Return the conversations in which private answers may have come back already: they are locked with the rest."""
    sent = {
        (each.job.account_id, each.sent.network_id)
        for each in ended
        if each.sent is not None and each.job.act is Act.REPLY_PRIVATELY
    }
    if not sent:
        return set()
    accounts, network_ids = zip(*sent, strict=True)
    echoes = Message.objects.filter(social_account__in=accounts, network_id__in=network_ids, item__isnull=False)
    return set(echoes.values_list("item_id", flat=True))


def _look_anew(reply: Message, *, now: datetime) -> None:
    """Whether this reply arrived is unknown again, since the id it had is another's."""
    unknown: dict[str, Any] = {"reason": "no_answer", "reason_data": {}}
    Message.objects.filter(pk=reply.pk).update(network_id="", permalink="", way_out=WayOut.UNKNOWN, **unknown)
    action = ModerationAction.objects.filter(reply=reply.pk).first()
    if action is None or action.lane_id is None:
        return
    ModerationAction.objects.filter(pk=action.pk).update(
        state=WayOut.UNKNOWN, available_at=now, lease_until=None, ended_at=None, looks=0, **unknown
    )
    lower_lanes({action.lane_id: now})


def _give_back(item: Item, each: Ended, *, now: datetime) -> None:
    """A reply that did not go out, or may not have: its author has it before them again."""
    item.send_failed = True
    if item.state == ItemState.REPLIED and item.assignee_id is not None:
        move(item, ItemState.ASSIGNED, now=now)
        item.waiting_since = item.waiting_since or each.job.action.message.written_at


def _reflect_act(act: Act, message_id: int, item: Item, *, now: datetime) -> None:
    """What the network has just accepted is its newest word: it is stored as if the network had told it."""
    if act in {Act.LIKE, Act.UNLIKE}:
        Message.objects.filter(pk=message_id).update(is_liked=act is Act.LIKE, version=F("version") + 1)
        return
    stands = {Act.HIDE: Visibility.HIDDEN, Act.SHOW: Visibility.VISIBLE, Act.DELETE: Visibility.DELETED}[act]
    with connection.cursor() as cursor:
        cursor.execute(_STAND, [stands.value, now, now, message_id])
    item.refresh_from_db(fields=["excerpt", "is_hidden", "is_deleted"])


def _reflect_block(action: ModerationAction, *, blocked: bool) -> None:
    """Note with the author that this account lets nothing of theirs in, or does so again."""
    for author in Identity.objects.select_for_update().filter(messages=action.message_id):
        others = [each for each in author.blocked_by or [] if each != action.social_account_id]
        author.blocked_by = [*others, action.social_account_id] if blocked else others or None
        author.save(update_fields=["blocked_by"])


def _bounds(written: Sequence[Ended]) -> dict[int, datetime]:
    bounds: dict[int, datetime] = {}
    for each in written:
        lane_id = each.job.action.lane_id
        if each.available_at is not None and lane_id is not None:
            bounds[lane_id] = min(each.available_at, bounds.get(lane_id, each.available_at))
    return bounds


def _see_to(each: Ended, *, now: datetime) -> None:
    """Stop what the same trouble would meet."""
    job, error = each.job, each.error
    if isinstance(error, AuthorisationLost):
        aftermath.see_to_access(job.account_id, error, now=now)
        return
    if each.available_at is None:
        return
    reach = Reach.ACCOUNT if each.reason == "over_budget" else getattr(error, "reach", Reach.POST)
    if each.reason == "over_budget" or (isinstance(error, RateLimited) and reach is not Reach.POST):
        network, until = job.account.network, each.available_at
        aftermath.delay(job.account_id, network, reach, queues=(QUEUE,), until=until, reason=each.reason)


def _asks(each: Ended) -> bool:
    """Whether a person must know: it was refused, or nothing can be proven."""
    return each.available_at is None and each.after in {WayOut.REFUSED, WayOut.UNKNOWN}
