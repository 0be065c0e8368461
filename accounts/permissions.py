"""Who may do what: one table from roles to permissions. Pages, services and tasks ask `Membership.may`."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Role(TextChoices):
    """What a member is in one organisation."""

    OWNER = "owner", _("Owner")
    ADMINISTRATOR = "administrator", _("Administrator")
    PLANNER = "planner", _("Planner")
    CONTRIBUTOR = "contributor", _("Contributor")
    AGENT = "agent", _("Agent")
    ANALYST = "analyst", _("Analyst")
    APPROVER = "approver", _("Client approver")


class Permission(TextChoices):
    """One thing that can be allowed."""

    VIEW_POSTS = "view_posts", _("See posts and publications")
    WRITE_POSTS = "write_posts", _("Write posts and ask for approval")
    APPROVE_POSTS = "approve_posts", _("Approve posts")
    SCHEDULE_POSTS = "schedule_posts", _("Schedule posts, and decide unknown outcomes")
    MANAGE_GALLERY = "manage_gallery", _("Add pictures and describe them")
    VIEW_ACCOUNTS = "view_accounts", _("See social accounts")
    CONNECT_ACCOUNTS = "connect_accounts", _("Connect and disconnect social accounts")
    MANAGE_PEOPLE = "manage_people", _("Invite people and change their roles")
    MANAGE_OWNERS = "manage_owners", _("Make and unmake owners")
    MANAGE_ORGANISATION = "manage_organisation", _("Change the organisation's settings")
    END_ORGANISATION = "end_organisation", _("End the organisation")
    EXPORT_ORGANISATION = "export_organisation", _("Take out everything the organisation has")
    MANAGE_PRIVACY = "manage_privacy", _("Decide how long data is kept, and place legal holds")
    VIEW_EVENT_LOG = "view_event_log", _("Read the event log")
    VIEW_INBOX = "view_inbox", _("Read the inbox")
    ANSWER_INBOX = "answer_inbox", _("Answer and handle what comes into the inbox")
    MODERATE_INBOX = "moderate_inbox", _("Hide, show, delete and like at the networks")


_READ = {Permission.VIEW_POSTS, Permission.VIEW_ACCOUNTS}
_WRITE = {*_READ, Permission.WRITE_POSTS, Permission.MANAGE_GALLERY}
_PLAN = {*_WRITE, Permission.SCHEDULE_POSTS, Permission.APPROVE_POSTS, Permission.VIEW_INBOX}
_ANSWER = {Permission.VIEW_INBOX, Permission.ANSWER_INBOX, Permission.MODERATE_INBOX}
_OWN = {Permission.MANAGE_OWNERS, Permission.END_ORGANISATION, Permission.EXPORT_ORGANISATION}
_ADMINISTER = set(Permission) - _OWN

ALLOWED: dict[Role, frozenset[Permission]] = {
    Role.OWNER: frozenset(Permission),
    Role.ADMINISTRATOR: frozenset(_ADMINISTER),
    Role.PLANNER: frozenset(_PLAN),
    Role.CONTRIBUTOR: frozenset(_WRITE),
    Role.AGENT: frozenset({*_READ, *_ANSWER}),
    Role.ANALYST: frozenset({*_READ, Permission.VIEW_INBOX}),
    Role.APPROVER: frozenset({Permission.VIEW_POSTS, Permission.APPROVE_POSTS}),
}
