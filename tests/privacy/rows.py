"""One row for each rule that concerns a model which exists: how it is made with its clock at an hour, how it ends."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from accounts.models import Invitation
from gallery.models import Asset
from insights.models import AccountMeasure, PostMeasure
from integrations.models import ConnectAttempt, ConnectLink
from live.models import LiveEvent
from moderation.models import BulkCommand, Command, Contact, EarlyNews, Identity, InboundEvent, Message
from notifications.models import Notice
from privacy.models import Export
from privacy.periods import Period, days, months, years
from scheduler.models import Delivery, Look, Post
from scheduler.states import Outcome, State
from tests.factories import make_asset, make_post, make_publication, make_social_account, make_user
from tests.moderation.factories import make_identity, make_item, make_message, make_thread


@dataclass(frozen=True, kw_only=True)
class Row:
    """A row of an organisation under one rule."""

    name: str
    key: str
    period: Period
    make: Callable[[datetime], Any]
    is_over: Callable[[Any], bool] = lambda row: not type(row).objects.filter(pk=row.pk).exists()


def _is_blank(column: str) -> Callable[[Any], bool]:
    def check(row: Any) -> bool:
        row.refresh_from_db()
        return not getattr(row, column)

    return check


def _thread(at: datetime) -> Message:
    """A message written long before the thread's last activity: the thread's clock counts."""
    item = make_item(thread=make_thread(last_activity_at=at), at=at)
    return make_message(item, written_at=at - timedelta(days=400))


def _identity(at: datetime) -> Identity:
    return make_identity(last_activity_at=at)


def _contact(at: datetime) -> Contact:
    contact: Contact = Contact.objects.create(name="Camille", emails=["camille@example.org"], last_activity_at=at)
    return contact


def _inbound(at: datetime) -> InboundEvent:
    event: InboundEvent = InboundEvent.objects.create(
        network="facebook", social_account=make_social_account(), key=str(at), payload={"a": 1}, received_at=at
    )
    return event


def _command(at: datetime) -> Command:
    command: Command = Command.objects.create(
        key="0" * 32, item=make_item(), name="close", at=at, before={"state": "new"}
    )
    return command


def _bulk(at: datetime) -> BulkCommand:
    bulk: BulkCommand = BulkCommand.objects.create(
        key="0" * 32, name="close", item_ids=[], created_at=at, undo_until=at
    )
    return bulk


def _delivery(at: datetime, **fields: Any) -> Delivery:
    publication = make_publication(available_at=None, **{"state": State.PUBLISHED, "network_id": "1_2", **fields})
    delivery: Delivery = Delivery.objects.create(
        publication=publication,
        number=1,
        lease_token=1,
        fingerprint="f",
        text="The stollen is back.",
        outcome=Outcome.PUBLISHED,
        started_at=at,
        ended_at=at,
    )
    return delivery


def _look(at: datetime) -> Look:
    look: Look = Look.objects.create(
        delivery=_delivery(at), looked_at=at, verdict=Look.Verdict.ALIKE, sightings=[{"text": "The stollen"}]
    )
    return look


def unknown_delivery(at: datetime) -> Delivery:
    return _delivery(at, state=State.OUTCOME_UNKNOWN, network_id="")


def _notice(at: datetime) -> Notice:
    notice: Notice = Notice.objects.create(
        user=make_user(), kind=Notice.Kind.ACCOUNT_LOST, social_account=make_social_account(), happened_at=at
    )
    return notice


def _invitation(at: datetime) -> Invitation:
    invitation: Invitation = Invitation.objects.create(
        email="new@example.org", role="agent", token_hash=f"{at:%s}".zfill(64), expires_at=at
    )
    return invitation


def _attempt(at: datetime) -> ConnectAttempt:
    attempt: ConnectAttempt = ConnectAttempt.objects.create(
        network="facebook", user=make_user(), state_hash=f"{at:%s}".zfill(64), started_at=at
    )
    return attempt


def _connect_link(at: datetime) -> ConnectLink:
    link: ConnectLink = ConnectLink.objects.create(
        name="Mme Lambert", token_hash=f"{at:%s}".zfill(64), created_at=at - timedelta(days=7), expires_at=at
    )
    return link


def _account_measure(at: datetime) -> AccountMeasure:
    measure: AccountMeasure = AccountMeasure.objects.create(
        social_account=make_social_account(), metric="reach", day=at.date(), value=60, taken_at=at
    )
    return measure


def _post_measure(at: datetime) -> PostMeasure:
    measure: PostMeasure = PostMeasure.objects.create(
        publication=make_publication(), metric="likes", day=at.date(), value=3, taken_at=at
    )
    return measure


def _export(at: datetime) -> Export:
    export: Export = Export.objects.create(
        state=Export.State.READY, language="en", asked_at=at - timedelta(days=1), ready_at=at, sealed=b"key", parts=1
    )
    export.pieces.create(number=1, storage_key="organisations/1/exports/a.part", size_bytes=10, is_stored=True)
    return export


def _live_event(at: datetime) -> LiveEvent:
    event: LiveEvent = LiveEvent.objects.create(sequence=1, kind="item", subject_id=1, version=1, at=at)
    return event


def _early_news(at: datetime) -> EarlyNews:
    news: EarlyNews = EarlyNews.objects.create(
        social_account=make_social_account(), network_id="n", visibility="deleted", at=at, received_at=at
    )
    return news


ROWS = [
    Row(name="a thread's message", key="messages", period=years(2), make=_thread),
    Row(name="an identity", key="people", period=years(2), make=_identity),
    Row(name="a contact", key="people", period=years(2), make=_contact),
    Row(name="a raw event", key="raw_events", period=days(14), make=_inbound),
    Row(name="a command", key="raw_events", period=days(14), make=_command),
    Row(name="a bulk command", key="raw_events", period=days(14), make=_bulk),
    Row(name="the text of a delivery", key="raw_events", period=days(14), make=_delivery, is_over=_is_blank("text")),
    Row(name="what a look saw", key="raw_events", period=days(14), make=_look, is_over=_is_blank("sightings")),
    Row(name="a change told to browsers", key="raw_events", period=days(14), make=_live_event),
    Row(name="early news", key="raw_events", period=days(14), make=_early_news),
    Row(name="an export", key="exports", period=days(7), make=_export),
    Row(name="a notice", key="notices", period=years(1), make=_notice),
    Row(name="an invitation", key="notices", period=years(1), make=_invitation),
    Row(name="a link to connect by", key="notices", period=years(1), make=_connect_link),
    Row(name="an account's figure", key="statistics", period=months(26), make=_account_measure),
    Row(name="a post's figure", key="statistics", period=months(26), make=_post_measure),
    Row(name="an attempt to connect", key="connect_attempts", period=days(1), make=_attempt),
]


def old_post(at: datetime, **fields: Any) -> Post:
    post = make_post(updated_at=at, created_at=at)
    make_publication(
        post=post,
        publish_at=at,
        available_at=None,
        **{"state": State.PUBLISHED, "network_id": "9_9", "state_changed_at": at, **fields},
    )
    return post


def old_asset(at: datetime) -> Asset:
    return make_asset(uploaded_at=at)
