"""The same command for many items: each under its own permission, version and undo, with progress and a way back.

Nothing happens before the undo window is over, so that undoing a bulk command is nothing more than not beginning it.
"""

import logging
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import InterfaceError, OperationalError, connection, transaction

from accounts.models import Membership, Organisation, User
from accounts.permissions import Permission
from eventlog.services import Origin, acts_from, record
from integrations.engagement import Act
from lib.claims.claiming import Claim, Clock
from lib.claims.doorbell import ring
from lib.tenancy.scope import scope
from live.changes import record_change
from moderation.changes import BULK
from moderation.models import BulkCommand, Item, Message
from moderation.services import commands
from moderation.services.acting import act
from moderation.trouble import NotAllowed, NotPossible, Refused, Stale

logger = logging.getLogger(__name__)

#: How long a bulk command waits for somebody to think better of it.
UNDO_WINDOW = timedelta(seconds=6)
#: Items at a time in one transaction: others who want one of them wait for no longer.
_BATCH = 50
_LEASE = timedelta(minutes=2)
ITEMS_MAX = 5000


@dataclass(frozen=True)
class _Turn:
    """One item's turn in a bulk command."""

    item: Item
    details: Mapping[str, Any]
    command: Mapping[str, Any]  # version, key, actor, now: what every command takes


@transaction.atomic
def start_bulk(
    name: str,
    *,
    items: Sequence[tuple[int, int]],
    key: uuid.UUID,
    actor: Membership,
    now: datetime,
    details: Mapping[str, Any] | None = None,
) -> BulkCommand:
    """Write down a command for these items, as (id, version seen), and have it begun when the undo window is over.

    `details` are the command's own: `to` (a user's id or None) for assign, `until` (ISO) for defer, `reviewed` for
    close. The same key starts it once. Raises NotPossible for an unknown command or too many items, NotAllowed.
    """
    if name not in RUNS:
        raise NotPossible("bulk_unknown", {"name": name})
    if not actor.may(Permission.MODERATE_INBOX if name == "hide" else Permission.ANSWER_INBOX):
        raise NotAllowed
    if len(items) > ITEMS_MAX:
        raise NotPossible("bulk_too_many", {"found": len(items), "allowed": ITEMS_MAX})
    if (started := BulkCommand.objects.filter(key=key).first()) is not None:
        return started
    undo_until = now + UNDO_WINDOW
    command: BulkCommand = BulkCommand.objects.create(
        key=key,
        name=name,
        details=dict(details or {}),
        item_ids=[[item_id, version] for item_id, version in items],
        user=actor.user,
        created_at=now,
        undo_until=undo_until,
        available_at=undo_until,
    )
    record("moderation.bulk.started", data={"bulk_id": command.pk, "command": name, "items": len(items)})
    return command


@transaction.atomic
def undo_bulk(command: BulkCommand, *, actor: Membership, now: datetime) -> BulkCommand:
    """Take it back before it has begun. Raises NotPossible("undo_too_late")."""
    waiting = BulkCommand.objects.filter(
        pk=command.pk, user=actor.user, state=BulkCommand.State.WAITING, lease_until=None, done=0
    )
    if not waiting.update(state=BulkCommand.State.UNDONE, available_at=None, ended_at=now):
        raise NotPossible("undo_too_late")
    record("moderation.bulk.undone", data={"bulk_id": command.pk})
    command.refresh_from_db()
    return command


def run_due(clock: Clock) -> int:
    """Carry out the bulk commands whose undo window is over; return how many items were seen to."""
    done = 0
    while claims := _claim(now=clock()):
        for claim in claims:
            try:
                done += _run_one(claim, clock)
            except (OperationalError, InterfaceError):
                raise
            except Exception:
                # Somebody else's trouble to nobody: the lease ends, and what is left is tried again.
                logger.exception("bulk command %s could not be carried out", claim.id)
    return done


def _claim(*, now: datetime) -> list[Claim]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM passage.claim_bulk_commands(%s, %s, %s)", [4, now, now + _LEASE])
        return [Claim(*row) for row in cursor.fetchall()]


def _run_one(claim: Claim, clock: Clock) -> int:
    """Go through a command's items batch by batch; its progress is kept with each, so that a successor goes on."""
    done = 0
    while True:
        with scope(organisation=claim.organisation_id):
            command = BulkCommand.objects.select_for_update().filter(pk=claim.id, lease_token=claim.token).first()
            if command is None or command.state != BulkCommand.State.WAITING:
                return done
            if not Organisation.objects.filter(pk=claim.organisation_id, ends_at=None).exists():
                # Its end was announced in the middle of this: nothing changes any more, unless it is taken back.
                BulkCommand.objects.filter(pk=claim.id, lease_token=claim.token).update(lease_until=None)
                return done
            now = clock()
            batch = command.item_ids[command.done : command.done + _BATCH]
            command.skipped += _run_batch(command, batch, now=now)
            command.done += len(batch)
            command.lease_until = now + _LEASE
            if command.done >= len(command.item_ids):
                _finish(command, now=now)
            command.save()
            record_change(BULK, command.pk, user=command.user_id)
            done += len(batch)
            if command.state != BulkCommand.State.WAITING:
                break
    ring("moderation.tasks.moderate", queue="inbox")
    return done


def _finish(command: BulkCommand, *, now: datetime) -> None:
    command.state = BulkCommand.State.DONE
    command.available_at = command.lease_until = None
    command.ended_at = now
    data = {"bulk_id": command.pk, "items": command.done, "skipped": len(command.skipped)}
    record("moderation.bulk.done", data=data)


def _run_batch(command: BulkCommand, batch: Iterable[Sequence[int]], *, now: datetime) -> list[list[object]]:
    """Return what was left alone, as (item id, why). The rights are asked anew: they may have ended since."""
    actor = Membership.objects.select_related("user").filter(user=command.user_id).first()
    if actor is None:
        return [[item_id, "not_allowed"] for item_id, _version in batch]
    versions: dict[int, int] = {item_id: version for item_id, version in batch}  # noqa: C416  # says what a pair is
    found = {item.pk: item for item in Item.objects.open_to(actor).filter(pk__in=versions).order_by("pk")}
    skipped: list[list[object]] = [[item_id, "not_found"] for item_id in sorted(versions.keys() - found.keys())]
    with acts_from(Origin(actor_id=actor.user_id, actor_name=str(actor.user), at=now)):
        for item_id, item in sorted(found.items()):
            try:
                with transaction.atomic():
                    seen = {"version": versions[item_id], "key": command.key, "actor": actor, "now": now}
                    RUNS[command.name](_Turn(item, command.details, seen))
            except Refused as refusal:
                skipped.append([item_id, _why(refusal)])
            except (OperationalError, InterfaceError):
                raise
            except Exception:
                logger.exception("bulk command %s: item %s was left alone", command.pk, item_id)
                skipped.append([item_id, "failed"])
    return skipped


def _why(refusal: Refused) -> str:
    if isinstance(refusal, NotPossible):
        return refusal.key
    return {Stale: "stale", NotAllowed: "not_allowed"}.get(type(refusal), "refused")


def _assign(turn: _Turn) -> object:
    to = User.objects.filter(pk=turn.details["to"]).first() if turn.details.get("to") else None
    return commands.assign(turn.item, to=to, **turn.command)


def _defer(turn: _Turn) -> object:
    return commands.defer(turn.item, until=datetime.fromisoformat(turn.details["until"]), **turn.command)


def _close(turn: _Turn) -> object:
    return commands.close(turn.item, reviewed=bool(turn.details.get("reviewed", True)), **turn.command)


def _ignore(turn: _Turn) -> object:
    return commands.ignore(turn.item, **turn.command)


def _hide(turn: _Turn) -> object:
    strangers = Message.objects.filter(item=turn.item, origin=Message.Origin.STRANGER)
    message = strangers.select_related("social_account").order_by("-written_at", "-pk").first()
    if message is None:
        raise NotPossible("nothing_to_answer")
    return act(message, Act.HIDE, key=turn.command["key"], actor=turn.command["actor"], now=turn.command["now"])


RUNS: dict[str, Callable[[_Turn], object]] = {
    "assign": _assign,
    "close": _close,
    "defer": _defer,
    "hide": _hide,
    "ignore": _ignore,
}
