"""Who is told of what. Called inside the transaction of what happened: the notice stands or falls with it."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from accounts.models import Membership
from accounts.permissions import ALLOWED, Permission, Role
from integrations.events import AccountLost, ConsentEnding
from integrations.services.access import find_reach
from lib.claims import doorbell
from lib.tenancy.scope import require_organisation_id
from live.changes import record_change
from moderation.models import ModerationAction, Note
from moderation.states import WayOut
from notifications.models import MailPreference, Notice
from privacy.models import Export
from scheduler.models import Publication
from scheduler.states import State

_KINDS = {
    State.FAILED: Notice.Kind.FAILED,
    State.OUTCOME_UNKNOWN: Notice.Kind.UNKNOWN,
    State.PUBLISHED: Notice.Kind.AFTER,
}
#: What is told of these may happen more than once while the state stays.
_TOLD_ANEW = frozenset({Notice.Kind.LATE, Notice.Kind.AFTER})
#: Looks at the network settle most unknown outcomes by themselves; only what they do not settle is worth a mail.
UNKNOWN_WAITS = timedelta(minutes=5)
MAIL_BELL = ("notifications.tasks.send_due_mail", "house")


def tell_of_publications(publications: Sequence[Publication], now: datetime) -> None:
    """Tell each author; where the author cannot decide, or is gone, those who administer the organisation too.

    Nobody is told of an account that is not open to them.
    """
    members = Membership.objects.filter(role__in=_roles(Permission.VIEW_POSTS))
    reach = find_reach(members, {one.social_account_id for one in publications})
    people = [
        Notice(
            user_id=user_id,
            kind=_kind_of(one),
            publication=one,
            happened_at=now if _kind_of(one) in _TOLD_ANEW else one.state_changed_at,
        )
        for one in publications
        for user_id in _readers(one, reach[one.social_account_id])
    ]
    _notify(people, now=now)


def _kind_of(publication: Publication) -> Notice.Kind:
    return _KINDS.get(State(publication.state), Notice.Kind.LATE)


def tell_of_lost_accounts(event: AccountLost) -> None:
    """Tell those who can connect these accounts again; where an account is open to none of them, the owners."""
    members = list(Membership.objects.filter(role__in=_roles(Permission.CONNECT_ACCOUNTS)).order_by("pk"))
    owners = [one for one in members if one.role == Role.OWNER]
    people = [
        Notice(user_id=one.user_id, kind=kind, social_account_id=account_id, happened_at=event.at)
        for account_id, reached in find_reach(members, event.social_account_ids).items()
        for kind, who in [(Notice.Kind.ACCOUNT_LOST, reached) if reached else (Notice.Kind.OUT_OF_REACH, owners)]
        for one in who
    ]
    _notify(people, now=event.at)


def tell_of_ending_consents(event: ConsentEnding) -> None:
    """Tell those who can connect again, once for all that one consent holds; where none of it is open to any, owners.

    The notice is about the first account that its reader may work with.
    """
    members = list(Membership.objects.filter(role__in=_roles(Permission.CONNECT_ACCOUNTS)).order_by("pk"))
    owners = [one for one in members if one.role == Role.OWNER]
    first: dict[int, int] = {}
    for account_id, reached in find_reach(members, event.social_account_ids).items():
        for one in reached:
            first.setdefault(one.user_id, account_id)
    told = first or {one.user_id: event.social_account_ids[0] for one in owners}
    people = [
        Notice(user_id=user_id, kind=Notice.Kind.CONSENT_ENDING, social_account_id=account_id, happened_at=event.at)
        for user_id, account_id in told.items()
    ]
    _notify(people, now=event.at)


def tell_of_actions(actions: Sequence[ModerationAction], now: datetime) -> None:
    """Tell each agent whose answer or act was refused, or is of an outcome that nothing proves; or who administers."""
    members = Membership.objects.filter(role__in=_roles(Permission.ANSWER_INBOX)).order_by("pk")
    reach = find_reach(members, {one.social_account_id for one in actions})
    people = [
        Notice(
            user_id=user_id,
            kind=Notice.Kind.REPLY_UNKNOWN if one.state == WayOut.UNKNOWN else Notice.Kind.REPLY_REFUSED,
            item_id=one.item_id,
            happened_at=now,
        )
        for one in actions
        for user_id in _agents(one, reach[one.social_account_id])
    ]
    _notify(people, now=now)


def tell_of_mentions(note: Note, user_ids: Sequence[int], now: datetime) -> None:
    """Tell the colleagues whom a note names, as far as its account is open to them."""
    members = Membership.objects.filter(user__in=user_ids, role__in=_roles(Permission.VIEW_INBOX)).order_by("pk")
    account_id = note.item.social_account_id
    people = [
        Notice(
            user_id=one.user_id, kind=Notice.Kind.MENTIONED, item=note.item, by=note.user, happened_at=note.written_at
        )
        for one in find_reach(members, [account_id])[account_id]
    ]
    _notify(people, now=now)


def tell_of_export(export: Export, now: datetime) -> None:
    """Tell whoever asked for an export that it is ready or failed, by mail as well: they were told to leave."""
    kind = Notice.Kind.EXPORT_READY if export.state == Export.State.READY else Notice.Kind.EXPORT_FAILED
    members = Membership.objects.filter(user=export.asked_by_id, role__in=_roles(Permission.EXPORT_ORGANISATION))
    people = [Notice(user_id=one.user_id, kind=kind, export=export, happened_at=now) for one in members]
    _notify(people, now=now, asked_for=True)


def _notify(notices: Iterable[Notice], *, now: datetime, asked_for: bool = False) -> None:
    """Add notices, each once, with mail for those who want it, or who wait for what they asked for."""
    organisation_id = require_organisation_id()
    rows = list(notices)
    silent = set(
        MailPreference.objects.filter(user_id__in={one.user_id for one in rows}, on_trouble=False).values_list(
            "user_id", flat=True
        )
    )
    for one in rows:
        one.organisation_id = organisation_id
        waits = UNKNOWN_WAITS if one.kind == Notice.Kind.UNKNOWN else timedelta(0)
        one.available_at = None if one.user_id in silent and not asked_for else now + waits
    Notice.objects.bulk_create(rows, ignore_conflicts=True)
    for user_id in {one.user_id for one in rows}:
        record_change("notice", user_id, user=user_id)
    doorbell.ring_after_commit(MAIL_BELL[0], queue=MAIL_BELL[1])


def _readers(publication: Publication, members: Sequence[Membership]) -> list[int]:
    author = next((one for one in members if one.user_id == publication.post.author_id), None)
    if author is not None and author.may(Permission.SCHEDULE_POSTS):
        return [author.user_id]
    administrators = [one.user_id for one in members if one.role in (Role.OWNER, Role.ADMINISTRATOR)]
    return list(dict.fromkeys([*([author.user_id] if author else []), *administrators]))


def _agents(action: ModerationAction, members: Sequence[Membership]) -> list[int]:
    if action.user_id in {one.user_id for one in members}:
        return [action.user_id] if action.user_id else []
    return [one.user_id for one in members if one.role in (Role.OWNER, Role.ADMINISTRATOR)]


def _roles(permission: Permission) -> list[Role]:
    return [role for role, allowed in ALLOWED.items() if permission in allowed]
