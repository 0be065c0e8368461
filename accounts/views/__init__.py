"""Pages about people, organisations and what was done in them."""

from accounts.views.closing import close
from accounts.views.events import events, export_events
from accounts.views.invitations import invitation
from accounts.views.organisations import create, organisations, settings
from accounts.views.people import (
    give_role,
    invite_person,
    people,
    remove_person,
    resend_invitation,
    revoke_invitation,
)
from accounts.views.profile import profile

__all__ = [
    "close",
    "create",
    "events",
    "export_events",
    "give_role",
    "invitation",
    "invite_person",
    "organisations",
    "people",
    "profile",
    "remove_person",
    "resend_invitation",
    "revoke_invitation",
    "settings",
]
