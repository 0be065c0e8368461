"""What of the inbox needs a person, for home: who waits, which replies did not arrive; in one statement."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext, ngettext

from accounts.models import Membership
from accounts.permissions import Permission
from integrations.sentences import NETWORK_NAMES
from moderation.models import Item
from moderation.states import WAITING
from scheduler.needs import Need

SHOWN_FAILED = 3
_SAID = (
    *("organisation", "state", "author_name", "excerpt", "send_failed", "last_activity_at", "waiting_since"),
    *("first_message_at", "social_account__network"),
)


@dataclass(frozen=True, kw_only=True)
class Share:
    """How many of those who wait do so on one network."""

    network: str
    count: int


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """Those who wait for an answer: how many, and on which networks."""

    count: int
    shares: Sequence[Share]


def waiting_on(networks: Mapping[str, int]) -> Waiting:
    """Sum what is counted by network, the network with most first."""
    shares = [Share(network=network, count=count) for network, count in networks.items() if count]
    return Waiting(
        count=sum(one.count for one in shares), shares=sorted(shares, key=lambda one: (-one.count, one.network))
    )


def inbox_needs(member: Membership, waiting: Waiting, *, is_unsent: bool) -> list[Need]:
    """Return what this member can answer: replies that did not arrive first, then those who wait, as one line.

    Reads nothing where nobody waits and no reply is unsent.
    """
    if not member.may(Permission.ANSWER_INBOX) or not (waiting.count or is_unsent):
        return []
    slug = member.organisation.slug
    failed, first = _first_ones(member)
    return [*_failed(failed, slug), *_waiting(waiting, first, slug)]


def _first_ones(member: Membership) -> tuple[list[Item], Item | None]:
    """Return the last items whose reply was not sent, and the one that has waited longest, in one statement.

    Each half has its own index to start from, and stops after a few rows.
    """
    items = Item.objects.open_to(member)
    failed = items.filter(send_failed=True).order_by("-last_activity_at", "-id").values("pk")[:SHOWN_FAILED]
    longest = items.waiting().filter(waiting_since__isnull=False).order_by("waiting_since", "id").values("pk")[:1]
    found = list(items.filter(Q(pk__in=failed) | Q(pk__in=longest)).select_related("social_account").only(*_SAID))
    shown = sorted((one for one in found if one.send_failed), key=lambda one: one.last_activity_at, reverse=True)
    waiting = [one for one in found if one.state in WAITING and one.waiting_since is not None]
    return shown[:SHOWN_FAILED], min(waiting, key=lambda one: one.waiting_since or one.first_message_at, default=None)


def _failed(items: Sequence[Item], slug: str) -> Iterator[Need]:
    for one in items:
        names = {
            "who": one.author_name or gettext("somebody"),
            "network": NETWORK_NAMES.get(one.social_account.network, one.social_account.network),
        }
        yield Need(
            tone="alarm",
            icon="circle-x",
            title=gettext("A reply to %(who)s did not reach %(network)s") % names,
            text=gettext("What was written is kept. Look why, then send it again or close it."),
            at=one.last_activity_at,
            url=reverse("moderation:item", args=[slug, one.pk]),
            action=gettext("Look"),
        )


def _waiting(waiting: Waiting, first: Item | None, slug: str) -> Iterator[Need]:
    if not waiting.count:
        return
    title = ngettext("%(count)s person waits for an answer", "%(count)s people wait for an answer", waiting.count) % {
        "count": waiting.count
    }
    text, at = "", None
    if first is not None and first.waiting_since is not None:
        names = {"who": first.author_name or gettext("Somebody"), "words": first.excerpt}
        text = gettext("%(who)s has waited longest: “%(words)s”") % names
        at = first.waiting_since
    yield Need(
        tone="wait",
        icon="inbox",
        title=title,
        text=text,
        at=at,
        url=reverse("moderation:inbox", args=[slug]),
        action=gettext("Answer"),
    )
