"""Sending notices by mail: a queue of rows with leases, each row tried a few times and then left alone.

A mail that fails never touches what it tells of, and never the other mails.
"""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from smtplib import SMTPException

from django.core.mail import EmailMultiAlternatives
from django.db import connection
from django.template.loader import render_to_string
from django.utils import timezone, translation

from accounts.models import Membership
from accounts.permissions import Permission
from config.env import env
from lib.tenancy.scope import scope
from notifications.models import Notice
from notifications.wording import Wording, wording_of
from scheduler.states import State

logger = logging.getLogger(__name__)

BATCH = 20
LEASE = timedelta(minutes=2)
MOST_ATTEMPTS = 5
FIRST_WAIT = timedelta(minutes=1)


@dataclass(frozen=True, kw_only=True)
class Claimed:
    """A notice whose mail this worker sends, for as long as its token is the newest."""

    notice_id: int
    organisation_id: int
    lease_token: int


def send_due(*, now: datetime) -> int:
    """Send what is due, batch after batch, and return how many went out."""
    sent = 0
    while claimed := _claim(now=now):
        sent += sum(_send(one, now=now) for one in claimed)
    return sent


def _claim(*, now: datetime) -> list[Claimed]:
    lease = f"{LEASE.total_seconds()} seconds"
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM passage.claim_notices(%s, %s, %s, %s)", [BATCH, lease, MOST_ATTEMPTS, now])
        return [Claimed(notice_id=row[0], organisation_id=row[1], lease_token=row[2]) for row in cursor.fetchall()]


def _send(claimed: Claimed, *, now: datetime) -> bool:
    message = _message(claimed)
    if message is None:
        _settle(claimed, available_at=None)
        return False
    try:
        message.send()
    except (SMTPException, OSError) as error:
        logger.warning("mail of notice %s not sent: %s", claimed.notice_id, type(error).__name__)
        _put_off(claimed, now=now)
        return False
    _finish(claimed, now=now)
    return True


def _message(claimed: Claimed) -> EmailMultiAlternatives | None:
    """Write the mail in its reader's language and the organisation's zone.

    None when it is settled, when they have left, or when what it tells of is not open to them any more.
    """
    with scope(organisation=claimed.organisation_id):
        rows = Notice.objects.filter(pk=claimed.notice_id, lease_token=claimed.lease_token)
        notice = rows.select_related(
            *("user", "organisation", "by", "publication__post", "publication__social_account"),
            *("social_account__grant", "item__social_account", "export"),
        ).first()
        if notice is None or _is_settled(notice) or not _is_open(notice):
            return None
        with translation.override(notice.user.language), timezone.override(notice.organisation.time_zone):
            return _written(notice, wording_of(notice))


def _is_settled(notice: Notice) -> bool:
    """Tell whether what was unknown has been found out before its mail was due."""
    return notice.kind == Notice.Kind.UNKNOWN and notice.publication.state != State.OUTCOME_UNKNOWN


def _is_open(notice: Notice) -> bool:
    """Tell whether its reader is still a member, and may still know of the account it is about."""
    membership = Membership.objects.filter(user_id=notice.user_id).first()
    if membership is None or not membership.may(Permission.VIEW_POSTS):
        return False
    if notice.export_id is not None and not membership.may(Permission.EXPORT_ORGANISATION):
        return False
    return bool(Notice.objects.filter(pk=notice.pk).open_to(membership).exists())


def _written(notice: Notice, wording: Wording) -> EmailMultiAlternatives:
    context = {
        "notice": notice,
        "wording": wording,
        "organisation": notice.organisation,
        "url": env.public_base_url + wording.url,
        "language": notice.user.language,
    }
    subject = render_to_string("notifications/emails/notice-subject.txt", context)
    body = render_to_string("notifications/emails/notice-body.txt", context)
    message = EmailMultiAlternatives(subject=" ".join(subject.split()), body=body, to=[notice.user.email])
    message.attach_alternative(render_to_string("notifications/emails/notice-body.html", context), "text/html")
    return message


def _finish(claimed: Claimed, *, now: datetime) -> None:
    _settle(claimed, available_at=None, mailed_at=now)


def _put_off(claimed: Claimed, *, now: datetime) -> None:
    """Try again later, each time after twice as long; the claim gives up after the last attempt."""
    with scope(organisation=claimed.organisation_id):
        attempts = Notice.objects.filter(pk=claimed.notice_id).values_list("attempts", flat=True).first() or 1
    is_over = attempts >= MOST_ATTEMPTS
    _settle(claimed, available_at=None if is_over else now + FIRST_WAIT * 2 ** (attempts - 1))


def _settle(claimed: Claimed, **fields: datetime | None) -> None:
    with scope(organisation=claimed.organisation_id):
        rows = Notice.objects.filter(pk=claimed.notice_id, lease_token=claimed.lease_token)
        rows.update(lease_until=None, **fields)
