"""Invitations: a place offered by mail, through a link that works once, for seven days, for one address."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from allauth.account.models import EmailAddress
from django.db import connection, transaction
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.mails import send_mail_after_commit
from accounts.models import Invitation, Membership, Organisation, User
from accounts.permissions import Permission, Role
from accounts.services.members import Refused
from config.env import env
from eventlog.services import record
from lib.tenancy.scope import scope

LIFE = timedelta(days=7)


@dataclass(frozen=True, kw_only=True)
class Found:
    """What a link leads to, for whoever holds it."""

    organisation: Organisation
    invitation: Invitation


def invite(email: str, role: Role, *, actor: Membership, now: datetime) -> Invitation:
    """Offer a place and write to the address. An invitation still open for it ends: one link per person."""
    if role is Role.OWNER and not actor.may(Permission.MANAGE_OWNERS):
        raise Refused(_("Only owners may make owners."))
    if Membership.objects.filter(user__email=email).exists():
        raise Refused(_("This person is a member already. Change their role in the list."))
    Invitation.objects.filter(email=email, accepted_at=None, revoked_at=None).update(revoked_at=now)
    token = secrets.token_urlsafe(32)
    invitation: Invitation = Invitation.objects.create(
        email=email,
        role=role,
        token_hash=_hash(token),
        invited_by=actor.user,
        created_at=now,
        expires_at=now + LIFE,
    )
    record("accounts.invitation.sent", invitation, data={"role": role.value})
    _write(invitation, token, actor=actor)
    return invitation


def send_again(invitation: Invitation, *, actor: Membership, now: datetime) -> Invitation:
    """Write once more, with a new link; the old one ends, since only its hash is left of it."""
    return invite(invitation.email, Role(invitation.role), actor=actor, now=now)


def revoke(invitation: Invitation, *, actor: Membership, now: datetime) -> None:
    if invitation.role == Role.OWNER and not actor.may(Permission.MANAGE_OWNERS):
        raise Refused(_("Only owners may change what owners are."))
    if Invitation.objects.filter(pk=invitation.pk, accepted_at=None, revoked_at=None).update(revoked_at=now):
        record("accounts.invitation.revoked", invitation)


def find_invitation(token: str, *, now: datetime) -> Found | None:
    """Return what an open link leads to; None for a wrong, spent, revoked or old one alike."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT organisation_id, invitation_id FROM passage.find_invitation(%s, %s)", [_hash(token), now]
        )
        row = cursor.fetchone()
    if row is None:
        return None
    with scope(organisation=row[0]):
        return Found(
            organisation=Organisation.objects.get(pk=row[0], closed_at=None),
            invitation=Invitation.objects.select_related("invited_by").get(pk=row[1]),
        )


def accept(found: Found, *, user: User, now: datetime) -> None:
    """Make the user a member; raise Refused when the address is another's or the link was spent meanwhile."""
    if user.email != found.invitation.email:
        raise Refused(_("This invitation is for another address."))
    with scope(organisation=found.organisation.pk, user=user.pk):
        open_now = Invitation.objects.filter(pk=found.invitation.pk).open(now)
        if not open_now.update(accepted_at=now):
            raise Refused(_("This link is spent. Ask for a new invitation."))
        membership, is_new = Membership.objects.get_or_create(user=user, defaults={"role": found.invitation.role})
        record("accounts.invitation.accepted", membership, data={"role": membership.role, "is_new": is_new})


@transaction.atomic
def register_invited(found: Found, *, name: str, password: str) -> User:
    """Create the account of somebody invited. The link came by mail, so the address is theirs: no second proof."""
    email = found.invitation.email
    user = User.objects.create_user(email, password, name=name, language=found.organisation.language)
    EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
    return user


def _write(invitation: Invitation, token: str, *, actor: Membership) -> None:
    organisation = actor.organisation
    with translation.override(organisation.language):
        role = str(Role(invitation.role).label)
    context = {
        "inviter": str(actor.user),
        "organisation": organisation.name,
        "role": role,
        "address": env.public_base_url + reverse("accounts:invitation", kwargs={"token": token}),
    }
    send_mail_after_commit("invitation", to=invitation.email, context=context, language=organisation.language)


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
