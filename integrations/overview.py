"""What the accounts page shows of each account, worked out from rows already read: no query in here."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from gallery.media import is_reachable
from integrations import registry
from integrations.budgets import PERCENT
from integrations.contract import Feature
from integrations.engagement import tells_messages
from integrations.models import Grant, SocialAccount
from integrations.sentences import About, sentence
from integrations.standings import Standing

ENDS_SOON = timedelta(days=7)
CONSENT_ENDS_SOON = timedelta(days=30)
PUBLISHING_UNITS = frozenset({PERCENT, "posts"})  # of the budgets that the table shows


@dataclass(frozen=True, kw_only=True)
class Health:
    """How an account is, as a state: words, icon, tone."""

    words: str
    icon: str
    tone: str


@dataclass(frozen=True, kw_only=True)
class Meter:
    """How much of a budget is used."""

    value: int
    max: int
    words: str
    tone: str


@dataclass(frozen=True, kw_only=True)
class Row:
    """One account of the table."""

    account: SocialAccount
    health: Health
    waiting: int
    meter: Meter | None
    until: datetime | None  # when its access ends, unless `until_words` says it
    until_words: str
    until_tone: str


@dataclass(frozen=True, kw_only=True)
class Group:
    """The accounts that live by one grant; without a grant, those that are disconnected."""

    grant: Grant | None
    note: str
    rows: Sequence[Row]


@dataclass(frozen=True, kw_only=True)
class Ability:
    """One thing an account may be used for, or why not."""

    words: str
    has: bool


@dataclass(frozen=True, kw_only=True)
class Listening:
    """How what is written to an account arrives, and why it is not better."""

    words: str
    reason: str


def group_by_grant(
    accounts: Iterable[SocialAccount],
    *,
    waiting: Mapping[int, int],
    standings: Mapping[tuple[str, str], Sequence[Standing]],
    now: datetime,
) -> list[Group]:
    """Return the table: what needs a person first, the disconnected last."""
    by_grant: dict[int | None, list[SocialAccount]] = {}
    for account in accounts:
        by_grant.setdefault(account.grant_id, []).append(account)
    groups = [
        Group(
            grant=members[0].grant,
            note=note_on(members[0].grant, now=now),
            rows=[
                row_of(
                    account,
                    waiting=waiting.get(account.pk, 0),
                    standings=standings.get((account.network, account.network_id), ()),
                    now=now,
                )
                for account in members
            ],
        )
        for members in by_grant.values()
    ]
    return sorted(groups, key=_urgency)


def row_of(account: SocialAccount, *, waiting: int, standings: Sequence[Standing], now: datetime) -> Row:
    until, words, tone = _until(account, now=now)
    return Row(
        account=account,
        health=health_of(account, now=now),
        waiting=waiting,
        meter=_meter(standings[0]) if standings else None,
        until=until,
        until_words=words,
        until_tone=tone,
    )


def health_of(account: SocialAccount, *, now: datetime) -> Health:
    """Return the worst that is known of an account."""
    grant = account.grant
    if account.state == SocialAccount.State.DISCONNECTED:
        return Health(words=_("Disconnected"), icon="unplug", tone="quiet")
    if account.state == SocialAccount.State.LOST:
        return Health(words=_("Authorisation lost"), icon="plug", tone="alarm")
    if grant is not None and grant.state == Grant.State.UNKNOWN:
        return Health(words=_("Renewal unanswered"), icon="circle-question-mark", tone="doubt")
    if grant is not None and grant.state == Grant.State.LOST:
        return Health(words=_("Sign in again"), icon="hourglass", tone="wait")
    if Feature.PUBLISH not in account.capabilities:
        return Health(words=_("Cannot publish"), icon="circle-alert", tone="wait")
    if (days := _days_left(account, now=now)) is not None:
        words = ngettext("Ends in %(days)s day", "Ends in %(days)s days", days) % {"days": days}
        return Health(words=words, icon="hourglass", tone="wait")
    return Health(words=_("Healthy"), icon="check", tone="good")


def explanation_of(account: SocialAccount, *, now: datetime) -> str:
    """Return why an account or its grant is not well, or soon will not be, and what to do; empty when all is well."""
    grant = account.grant
    if account.state == SocialAccount.State.LOST:
        return sentence(account.state_reason or "access_lost", network=account.network)
    if grant is not None and grant.state in {Grant.State.UNKNOWN, Grant.State.LOST}:
        return sentence(grant.state_reason or "access_lost", network=account.network)
    if grant is not None and grant.consent_ends_at is not None and grant.consent_ends_at - now < CONSENT_ENDS_SOON:
        day = date_format(localtime(grant.consent_ends_at), "j F Y")
        return sentence("consent_ends_soon", {"found": day}, network=account.network)
    return ""


def reach_of(account: SocialAccount) -> str:
    """Return why the network cannot fetch files from this installation, where it would have to; empty when it can."""
    if not registry.provider(account.network).fetches_media or is_reachable():
        return ""
    return sentence("address_missing", network=account.network)


def abilities_of(account: SocialAccount) -> list[Ability]:
    """Return what an account may be used for, of what its network offers here."""
    scopes = registry.provider(account.network).scopes
    words = {
        Feature.PUBLISH: (_("Publish posts, links and pictures"), _("Publish")),
        Feature.ENGAGE: (
            _("Read and answer what is written in public"),
            _("Read and answer what is written in public"),
        ),
        Feature.MESSAGES: (_("Read and answer private messages"), _("Read and answer private messages")),
    }
    return [
        Ability(words=has, has=True)
        if feature in account.capabilities
        else Ability(words=_why_not(account, lacks, needed=scopes[feature]), has=False)
        for feature, (has, lacks) in words.items()
        if feature in scopes
    ]


def listening_of(account: SocialAccount) -> Listening | None:
    """Return how what is written to an account arrives; None where it does not, or nobody has asked yet."""
    provider = registry.engaging(account.network)
    if account.listening == SocialAccount.Listening.TOLD and provider is not None and not tells_messages(provider):
        reason = _("The network tells of new films by itself, of comments it does not.")
        return Listening(words=_("With some delay: Portevoix has to ask"), reason=reason)
    if account.listening == SocialAccount.Listening.TOLD:
        return Listening(words=_("At once: the network tells us by itself"), reason="")
    if account.listening == SocialAccount.Listening.POLLED:
        reason = sentence(account.listening_reason, network=account.network, about=About.MESSAGE)
        return Listening(words=_("With some delay: Portevoix has to ask"), reason=reason)
    return None


def note_on(grant: Grant | None, *, now: datetime) -> str:
    """Return what to know about a grant, in one line."""
    if grant is None:
        return _("their history stays")
    if grant.state == Grant.State.LOST:
        return _("no longer accepted; nothing is lost")
    if grant.state == Grant.State.UNKNOWN:
        return _("a renewal was sent and not answered; it is tried again")
    if grant.available_at is not None and grant.consent_ends_at is not None:
        return _("renews itself as long as the consent lasts")
    if grant.available_at is not None:
        return _("renews itself")
    if grant.expires_at is None:
        return _("ends only if it is withdrawn")
    return _("renewed by signing in")


def _why_not(account: SocialAccount, what: str, *, needed: Collection[str]) -> str:
    """Say why something is not possible: refused, never asked for, or not in the person's role."""
    grant = account.grant
    if grant is not None and set(needed) & set(grant.missing_scopes):
        return _("%(what)s: this was not allowed when it was connected") % {"what": what}
    if grant is not None and not set(needed) <= set(grant.scopes):
        return _("%(what)s: connect it again to allow this") % {"what": what}
    return _("%(what)s: the role of the person who connected it does not include it") % {"what": what}


def _urgency(group: Group) -> tuple[int, str, str]:
    if group.grant is None:
        return (2, "", "")
    calm = all(row.health.tone in {"good", "quiet"} for row in group.rows)
    return (int(calm), group.grant.network, group.grant.name.casefold())


def _until(account: SocialAccount, *, now: datetime) -> tuple[datetime | None, str, str]:
    grant = account.grant
    if account.state == SocialAccount.State.LOST:
        return None, _("withdrawn"), "alarm"
    if account.state == SocialAccount.State.DISCONNECTED or grant is None:
        return None, "", ""
    if grant.consent_ends_at is not None and grant.state != Grant.State.LOST:
        return grant.consent_ends_at, "", "wait" if grant.consent_ends_at - now < CONSENT_ENDS_SOON else ""
    if grant.available_at is not None and grant.state != Grant.State.LOST:
        return None, _("renews itself"), ""
    if account.sealed is not None or grant.expires_at is None:
        return None, _("until withdrawn"), ""
    return grant.expires_at, "", "wait" if grant.expires_at - now < ENDS_SOON else ""


def _days_left(account: SocialAccount, *, now: datetime) -> int | None:
    """Return the days until somebody must sign in again, when they are few."""
    grant = account.grant
    if grant is not None and grant.consent_ends_at is not None:
        left = grant.consent_ends_at - now
        return max(left.days, 0) if left < CONSENT_ENDS_SOON else None
    if grant is None or account.sealed is not None or grant.available_at is not None or grant.expires_at is None:
        return None
    left = grant.expires_at - now
    return max(left.days, 0) if left < ENDS_SOON else None


def _meter(standing: Standing) -> Meter:
    share = standing.used / standing.limit if standing.limit else 0
    window = _window(standing)
    if standing.budget.unit == PERCENT:
        words = _("%(used)s %% of %(window)s") % {"used": standing.used, "window": window}
    else:
        words = _("%(used)s / %(limit)s in %(window)s") % {
            "used": standing.used,
            "limit": standing.limit,
            "window": window,
        }
    return Meter(value=standing.used, max=standing.limit or 0, words=words, tone="wait" if share >= 0.8 else "")


def _window(standing: Standing) -> str:
    window = standing.budget.window
    if window is None:
        return _("a month")
    minutes = int(window.total_seconds() // 60)
    if minutes == 60:
        return _("an hour")
    if minutes == 1440:
        return _("a day")
    return ngettext("%(minutes)s minute", "%(minutes)s minutes", minutes) % {"minutes": minutes}
