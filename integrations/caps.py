"""What the networks' terms say of storing their content, and which accounts have lost the right to theirs.

Sources, read 2026-11-22: networks' README files. X, Developer Agreement and Policy: content follows X, at once and at
the latest 24 hours after a written request; all of it goes when access is lost. Meta, Platform Terms 3.d: no day
counts; deleted on the request of Meta or the user, and when the purpose, the product or the connection ends.
LinkedIn, Marketing API Data Storage Requirements: members' social activity 48 hours, their profiles 24 (we keep none),
a page's own posts six months, figures a year. Google Business Profile APIs policies, "Content storage": 30 calendar
days, then deleted or fetched anew.
YouTube, Developer Policies III.E.4: 30 days, then fetched anew or deleted (figures: the access looked at anew); after a
revocation seven days.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from integrations.models import Network, SocialAccount
from privacy.caps import NetworkCap

_CAPS: Mapping[str, Sequence[NetworkCap]] = {
    Network.FACEBOOK: [NetworkCap(network="facebook", period=_("at once"), what=_("when deleted there or asked"))],
    Network.INSTAGRAM: [NetworkCap(network="instagram", period=_("at once"), what=_("when deleted there or asked"))],
    Network.GOOGLE_BUSINESS: [
        NetworkCap(network="google_business", period=_("30 days"), what=_("unless fetched anew"))
    ],
    Network.LINKEDIN: [
        NetworkCap(network="linkedin", period=_("48 h"), what=_("members' comments and mentions")),
        NetworkCap(network="linkedin", period=_("1 year"), what=_("figures of a page")),
    ],
    Network.YOUTUBE: [
        NetworkCap(network="youtube", period=_("30 days"), what=_("then asked for anew, or deleted")),
        NetworkCap(network="youtube", period=_("7 days"), what=_("after access was withdrawn")),
    ],
    Network.X: [NetworkCap(network="x", period=_("24 h"), what=_("after a deletion or change there"))],
}

#: How long a lost authorisation may wait for somebody to reconnect before the content that came through it ends.
LOST_FOR = timedelta(hours=24)


def applying() -> list[NetworkCap]:
    """Return the limits of the networks whose accounts the organisation in scope has connected."""
    connected = set(SocialAccount.objects.connected().values_list("network", flat=True))
    return [cap for network in Network.values if network in connected for cap in _CAPS.get(network, ())]


def accounts_without_grant(now: datetime) -> Iterable[int]:
    """Return the accounts in scope that a person disconnected, or whose authorisation nobody brought back in a day."""
    gone = Q(state=SocialAccount.State.DISCONNECTED)
    lost = Q(state=SocialAccount.State.LOST, state_changed_at__lte=now - LOST_FOR)
    return SocialAccount.objects.filter(gone | lost).values_list("pk", flat=True)
