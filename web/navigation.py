"""What stands in the rail. The calendar and approvals take their places here once they exist."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.permissions import Permission


@dataclass(frozen=True, kw_only=True)
class Section:
    """One entry of the rail: where it leads, who sees it, which keys reach it."""

    name: str
    label: str | Promise
    icon: str
    route: str  # a URL name that takes the organisation's slug
    keys: str = ""  # pressed one after the other
    permission: Permission | None = None  # None: every member sees it
    exact: bool = False  # current on its own address only, not on those below it


WORK = (
    Section(name="home", label=_("Home"), icon="house", route="organisation_home", keys="g h", exact=True),
    Section(
        name="inbox",
        label=_("Inbox"),
        icon="inbox",
        route="moderation:inbox",
        keys="g i",
        permission=Permission.VIEW_INBOX,
    ),
    Section(
        name="posts",
        label=_("Posts"),
        icon="newspaper",
        route="scheduler:publications",
        keys="g p",
        permission=Permission.VIEW_POSTS,
    ),
    Section(name="gallery", label=_("Gallery"), icon="image", route="gallery:assets", permission=Permission.VIEW_POSTS),
)
ORGANISATION = (
    Section(name="notices", label=_("Notices"), icon="bell", route="notifications:notices", keys="g n"),
    Section(
        name="accounts",
        label=_("Accounts"),
        icon="plug",
        route="integrations:accounts",
        keys="g a",
        permission=Permission.VIEW_ACCOUNTS,
    ),
    Section(name="people", label=_("People"), icon="users", route="accounts:people"),
    Section(
        name="events",
        label=_("Event log"),
        icon="scroll-text",
        route="accounts:events",
        permission=Permission.VIEW_EVENT_LOG,
    ),
    Section(
        name="retention",
        label=_("Retention"),
        icon="shield-check",
        route="privacy:retention",
        permission=Permission.MANAGE_PRIVACY,
    ),
    Section(
        name="settings",
        label=_("Settings"),
        icon="sliders-horizontal",
        route="accounts:settings",
        permission=Permission.MANAGE_ORGANISATION,
    ),
)
COMPOSE = Section(
    name="compose",
    label=_("Compose"),
    icon="square-pen",
    route="scheduler:compose",
    keys="c",
    permission=Permission.WRITE_POSTS,
)
