"""What people decide about publications: when they go, that they do not, what became of them.

Every act locks the rows it is about in ascending order, then moves them by conditional updates whose row count is
checked; a worker or a colleague who was faster makes it `NotPossible`. A row that a worker holds before the point of
no return is taken back by raising its lease token: whatever that worker still writes misses.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import F

from accounts.models import Membership, User
from eventlog.services import Origin, current_origin, record
from integrations.models import SocialAccount
from integrations.registry import provider
from integrations.services.lanes import ensure_lanes, lower_lanes
from live.changes import record_change
from scheduler.bells import ring_after_commit
from scheduler.compositions import composition_of
from scheduler.models import Amendment, Delivery, Post, Publication, Queue
from scheduler.services.refusals import NotPossible
from scheduler.states import MOVES, Outcome, State

#: How long before its hour a publication's media go to the network. X forgets uploads after 24 hours.
MEDIA_LEAD = timedelta(minutes=15)

_PLANNABLE = (State.DRAFT, State.IN_REVIEW, State.APPROVED)


def schedule_post(
    post: Post, *, publish_at: datetime, actor: User, now: datetime, member: Membership | None = None
) -> list[Publication]:
    """Schedule every publication of a post that is still being planned, move those that are scheduled already.

    Given a member, only those on accounts that are open to them. An hour that has passed means at once. Asked twice, it
    changes nothing the second time.
    """
    publish_at = max(publish_at, now)
    publications = lock_publications(post)
    if member is not None and not member.all_accounts:
        reachable = set(post.publications.open_to(member).values_list("pk", flat=True))
        publications = [each for each in publications if each.pk in reachable]
    planned = [each for each in publications if each.state in _PLANNABLE]
    moved = [each for each in publications if each.state == State.SCHEDULED and each.publish_at != publish_at]
    if publish_at == now and not planned:
        moved = []  # a second click on "now" must not push the hour further
    for each in (*planned, *moved):
        enter(each, publish_at=publish_at, now=now)
    if planned or moved:
        data = {"publications": len(planned) + len(moved), "publish_at": publish_at.isoformat()}
        record("scheduler.post.scheduled", post, data=data, origin=_origin(actor))
    return [each for each in publications if each.state == State.SCHEDULED]


def move_publication(publication: Publication, *, publish_at: datetime, actor: User, now: datetime) -> None:
    """Give a scheduled publication another hour."""
    if publish_at <= now:
        raise NotPossible("hour_past")
    require_state(publication, State.SCHEDULED)
    enter(publication, publish_at=publish_at, now=now)
    record_verb("moved", publication, actor, publish_at=publish_at.isoformat())


def unschedule_publication(publication: Publication, *, actor: User, now: datetime) -> None:
    """Take a scheduled publication back into the drafts."""
    require_state(publication, State.SCHEDULED)
    leave(publication, State.DRAFT, now=now)
    record_verb("unscheduled", publication, actor)


def cancel_publication(publication: Publication, *, actor: User, now: datetime) -> None:
    """End a publication that has not gone out."""
    require_state(publication, *(state for state, targets in MOVES.items() if State.CANCELLED in targets))
    leave(publication, State.CANCELLED, now=now)
    record_verb("cancelled", publication, actor)


def retry_publication(publication: Publication, *, actor: User, now: datetime) -> None:
    """Send a failed publication again at once, its media anew."""
    require_state(publication, State.FAILED)
    enter(publication, publish_at=now, now=now, progress={})
    record_verb("retried", publication, actor)


def send_late(publication: Publication, *, actor: User, now: datetime) -> None:
    """Send a scheduled publication at once, late or early."""
    require_state(publication, State.SCHEDULED)
    enter(publication, publish_at=now, now=now)
    record_verb("sent_late", publication, actor)


def record_as_published(
    publication: Publication,
    *,
    network_id: str,
    permalink: str,
    published_at: datetime | None,
    actor: User,
    now: datetime,
) -> None:
    """Close an unknown outcome: a person has recognised the post at the network."""
    require_state(publication, State.OUTCOME_UNKNOWN)
    others = Publication.objects.filter(social_account_id=publication.social_account_id, network_id=network_id)
    if not network_id or others.exists():
        raise NotPossible("moved_on")
    _move(
        publication,
        State.PUBLISHED,
        now=now,
        network_id=network_id,
        permalink=permalink,
        published_at=published_at or now,
        is_judged=True,
        available_at=None,
        reason="",
        reason_data={},
    )
    _close_unknown_delivery(publication, Outcome.PUBLISHED)
    record_verb("recognised", publication, actor, network_id=network_id)
    go_on_after(publication, now=now)


def send_again(publication: Publication, *, actor: User, now: datetime) -> None:
    """Send a publication of unknown outcome again at once: a person has looked, and it is not there.

    Not while our own looks are still to come: what was sent a moment ago may not be shown yet, to people either.
    """
    require_state(publication, State.OUTCOME_UNKNOWN)
    if publication.is_being_looked_for:
        raise NotPossible("looks_first")
    _close_unknown_delivery(publication, Outcome.ABSENT)
    enter(publication, publish_at=now, now=now)
    record_verb("sent_again", publication, actor)


def prepare_again(post: Post, *, now: datetime) -> None:
    """Have the scheduled publications of a post take up its new words and pictures.

    Call it after the change, with the publications locked by `lock_publications` before it.
    """
    for publication in lock_publications(post):
        if publication.state == State.SCHEDULED and publication.publish_at is not None:
            is_waiting = publication.available_at is not None or publication.lease_until is not None
            enter(publication, publish_at=publication.publish_at, now=now, is_waiting=is_waiting)


def lock_publications(post: Post) -> list[Publication]:
    """Lock and return a post's publications, in the order in which everybody locks them."""
    rows = Publication.objects.filter(post=post).select_for_update(of=("self",))
    return list(rows.select_related("social_account").order_by("pk"))


@dataclass(frozen=True)
class Entry:
    """Where a publication starts to wait."""

    queue: Queue
    available_at: datetime
    is_prepared: bool


def entry_for(post: Post, network: str, *, publish_at: datetime, now: datetime) -> Entry:
    """Return where a publication with this hour waits first: media begin ahead of it."""
    if provider(network).needs_preparation(composition_of(post, network)):
        return Entry(Queue.MEDIA, max(now, publish_at - MEDIA_LEAD), is_prepared=False)
    return Entry(Queue.PUBLISH, publish_at, is_prepared=True)


def enter(
    publication: Publication, *, publish_at: datetime, now: datetime, is_waiting: bool = True, **fields: Any
) -> None:
    """Put a publication into the lane it starts from; the same lock order as everywhere: publication, then lane."""
    account: SocialAccount = publication.social_account
    entry = entry_for(publication.post, account.network, publish_at=publish_at, now=now)
    lane = ensure_lanes(account, Queue)[entry.queue]
    _move(
        publication,
        State.SCHEDULED,
        now=now,
        publish_at=publish_at,
        queue=entry.queue,
        lane=lane,
        available_at=entry.available_at if is_waiting else None,
        is_prepared=entry.is_prepared,
        **({"attempts": 0, "reason": "", "reason_data": {}} if is_waiting else {}),
        **fields,
    )
    if is_waiting:
        lower_lanes({lane.pk: entry.available_at})
        if entry.available_at <= now:
            ring_after_commit(entry.queue)


def go_on_after(publication: Publication, *, now: datetime) -> None:
    """Let a worker do at once what is to be done for a publication that is out. Call it with the row locked.

    Whoever holds the row at this moment keeps it: what it then writes makes room for what has come meanwhile.
    """
    account: SocialAccount = publication.social_account
    speaks, composition = provider(account.network), composition_of(publication.post, account.network)
    is_wanted = publication.amendments.filter(state=Amendment.State.WAITING).exists()
    if not (is_wanted or speaks.follow_ups(composition)):
        return
    lane = ensure_lanes(account, Queue)[Queue.AFTER]
    Publication.objects.filter(pk=publication.pk).update(queue=Queue.AFTER, lane=lane, available_at=now)
    lower_lanes({lane.pk: now})
    publication.refresh_from_db()
    record_change("publication", publication.pk, social_account=publication.social_account_id)
    ring_after_commit(Queue.AFTER)


def leave(publication: Publication, state: State, *, now: datetime, reason: str = "") -> None:
    """Take a publication out of its lane, into a state in which no worker looks at it."""
    _move(publication, state, now=now, available_at=None, reason=reason, reason_data={})


def set_aside(publication: Publication, *, reason: str, now: datetime) -> None:
    """Let a scheduled publication wait for a person's decision."""
    _move(publication, State.SCHEDULED, now=now, available_at=None, reason=reason, reason_data={})


def _move(publication: Publication, state: State, *, now: datetime, **fields: Any) -> None:
    """Move a publication from the state it was read in, away from any worker that holds it."""
    before = State(publication.state)
    if state != before and state not in MOVES[before]:
        raise NotPossible("moved_on")
    moved = Publication.objects.filter(pk=publication.pk, state=before).update(
        state=state,
        lease_until=None,
        lease_token=F("lease_token") + 1,
        **({"state_changed_at": now} if state != before else {}),
        **fields,
    )
    if moved != 1:
        raise NotPossible("moved_on")
    publication.refresh_from_db()
    record_change("publication", publication.pk, social_account=publication.social_account_id)


def require_state(publication: Publication, *states: State) -> None:
    """Lock the row, read it anew, and refuse an act that its state no longer allows."""
    publication.refresh_from_db(from_queryset=Publication.objects.select_for_update(of=("self",)))
    if publication.state == State.SENDING:
        raise NotPossible("being_sent")
    if publication.state not in states:
        raise NotPossible("moved_on")


def _close_unknown_delivery(publication: Publication, outcome: Outcome) -> None:
    Delivery.objects.filter(publication=publication, outcome=Outcome.UNKNOWN).update(outcome=outcome)


def record_verb(verb: str, publication: Publication, actor: User, **data: str) -> None:
    record(f"scheduler.publication.{verb}", publication, data=data, origin=_origin(actor))


def _origin(actor: User) -> Origin:
    """Return the request's origin when it is the actor's; otherwise say at least who it was."""
    origin = current_origin()
    return origin if origin.actor_id == actor.pk else Origin(actor_id=actor.pk, actor_name=str(actor))
