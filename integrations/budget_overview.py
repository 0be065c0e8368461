"""What the page of budgets shows: per network what is left, the app's, the grants' and the accounts'."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from integrations import budget_words
from integrations.errors import Reach
from integrations.events import Wait
from integrations.models import Lane, SocialAccount
from integrations.sentences import About, sentence
from integrations.services.lanes import HELD_UNTIL
from integrations.standings import Standing

NEARLY_FULL = 0.8


@dataclass(frozen=True, kw_only=True)
class Line:
    """One budget."""

    name: str
    used: str
    left: str
    value: int
    max: int | None
    until: datetime | None
    tone: str


@dataclass(frozen=True, kw_only=True)
class Holder:
    """Whose budgets these are: this installation's, a grant's or an account's."""

    name: str
    lines: Sequence[Line]


@dataclass(frozen=True, kw_only=True)
class OfNetwork:
    """All budgets of one network."""

    network: str
    holders: Sequence[Holder]


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """Work of one account that waits until an hour."""

    account: SocialAccount
    what: str
    until: datetime
    why: str


def by_network(accounts: Sequence[SocialAccount], found: Iterable[Standing]) -> list[OfNetwork]:
    """Return the networks of these accounts, each with whose budgets are known, the widest first.

    Of an account's own many budgets those are shown of which something is used. What the operator spends is the
    operator's matter for as long as nothing waits for it: `/operations/` shows it.
    """
    of: dict[tuple[str, Reach, str], list[Standing]] = {}
    for each in found:
        if each.budget.unit == budget_words.MONEY and each.limit is None:
            continue
        if each.used or each.budget.reach is Reach.APP:
            of.setdefault((each.network, each.budget.reach, each.subject), []).append(each)
    networks = sorted({account.network for account in accounts})
    shown = [OfNetwork(network=network, holders=_holders(network, accounts, of)) for network in networks]
    return [each for each in shown if each.holders]


def waiting(accounts: Sequence[SocialAccount], *, reading: Iterable[Wait], now: datetime) -> list[Waiting]:
    """Return what waits for an hour, the soonest first: lanes that are held back, and what others told of."""
    by_id = {account.pk: account for account in accounts}
    lanes = Lane.objects.filter(
        social_account__in=by_id, next_at__isnull=False, not_before__gt=now, not_before__lt=HELD_UNTIL
    )
    waits = [
        *(
            Wait(social_account_id=lane.social_account_id, what=lane.queue, until=until, reason=lane.not_before_reason)
            for lane in lanes
            if (until := lane.not_before) is not None
        ),
        *reading,
    ]
    return sorted((_waiting(by_id[each.social_account_id], each) for each in waits), key=lambda each: each.until)


def _holders(
    network: str, accounts: Sequence[SocialAccount], of: Mapping[tuple[str, Reach, str], Sequence[Standing]]
) -> list[Holder]:
    ours = [account for account in accounts if account.network == network]
    grants = {account.grant.outside_id: account.grant.name for account in ours if account.grant is not None}
    names = [
        (Reach.APP, "", _("Shared by all who use this installation")),
        *((Reach.GRANT, key, _("Granted by %(person)s") % {"person": name}) for key, name in grants.items()),
        *((Reach.ACCOUNT, account.network_id, account.title) for account in ours),
    ]
    return [
        Holder(name=name, lines=[_line(each) for each in lines])
        for reach, subject, name in names
        if (lines := of.get((network, reach, subject)))
    ]


def _line(standing: Standing) -> Line:
    share = standing.used / standing.limit if standing.limit else 0
    return Line(
        name=budget_words.name_of(standing.budget.key),
        used=budget_words.amount_of(standing),
        left=budget_words.left_of(standing),
        value=standing.used,
        max=standing.limit,
        until=standing.until,
        tone="alarm" if share >= 1 else "wait" if share >= NEARLY_FULL else "",
    )


def _waiting(account: SocialAccount, wait: Wait) -> Waiting:
    words = {
        "media": _("Uploading what posts need"),
        "publish": _("Publishing"),
        "reconcile": _("Looking for a post whose answer was lost"),
        "after": _("What follows a post"),
        "moderate": _("Answers and other acts of the inbox"),
        "poll": _("Reading what is new"),
    }
    if wait.reason == "over_budget":
        why = _("The network's budget is used up as far as this work may use it.")
    else:
        why = sentence(wait.reason, network=account.network, about=About.MESSAGE)
    return Waiting(account=account, what=words.get(wait.what, wait.what), until=wait.until, why=why)
