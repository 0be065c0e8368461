"""How what is done about a message is told to people."""

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from integrations.engagement import Act
from integrations.sentences import NETWORK_NAMES
from moderation.states import WayOut

_UNDER_WAY: dict[Act, str | Promise] = {
    Act.HIDE: _("being hidden on %(network)s, for %(who)s"),
    Act.SHOW: _("being shown again on %(network)s, for %(who)s"),
    Act.DELETE: _("being deleted on %(network)s, for %(who)s"),
    Act.LIKE: _("being liked on %(network)s, for %(who)s"),
    Act.UNLIKE: _("the like is being taken back on %(network)s, for %(who)s"),
    Act.REPLY: _("a reply is on its way to %(network)s, for %(who)s"),
    Act.REPLY_PRIVATELY: _("a private answer is on its way to %(network)s, for %(who)s"),
    Act.BLOCK: _("its author is being blocked on %(network)s, for %(who)s"),
    Act.UNBLOCK: _("its author is being let in again on %(network)s, for %(who)s"),
}
_DONE: dict[Act, str | Promise] = {
    Act.HIDE: _("%(who)s hid it on %(network)s"),
    Act.SHOW: _("%(who)s showed it again on %(network)s"),
    Act.DELETE: _("%(who)s deleted it on %(network)s"),
    Act.LIKE: _("%(who)s liked it on %(network)s"),
    Act.UNLIKE: _("%(who)s took the like back on %(network)s"),
    Act.REPLY: _("%(who)s answered it on %(network)s"),
    Act.REPLY_PRIVATELY: _("%(who)s answered it privately on %(network)s"),
    Act.BLOCK: _("%(who)s blocked its author on %(network)s"),
    Act.UNBLOCK: _("%(who)s let its author in again on %(network)s"),
}
_REFUSED: dict[Act, str | Promise] = {
    Act.HIDE: _("%(network)s did not hide it"),
    Act.SHOW: _("%(network)s did not show it again"),
    Act.DELETE: _("%(network)s did not delete it"),
    Act.LIKE: _("%(network)s did not take the like"),
    Act.UNLIKE: _("%(network)s did not take the like back"),
    Act.REPLY: _("%(network)s did not take the reply"),
    Act.REPLY_PRIVATELY: _("%(network)s did not take the private answer"),
    Act.BLOCK: _("%(network)s did not block its author"),
    Act.UNBLOCK: _("%(network)s did not let its author in again"),
}
ACT_ICONS = {
    Act.HIDE: "eye-off",
    Act.SHOW: "eye",
    Act.DELETE: "trash-2",
    Act.LIKE: "heart",
    Act.UNLIKE: "heart-off",
    Act.REPLY: "reply",
    Act.REPLY_PRIVATELY: "lock",
    Act.BLOCK: "ban",
    Act.UNBLOCK: "user-check",
}


def words_of(act: Act, state: WayOut, *, who: str, network: str) -> str:
    """Say how far something that is done about a message has come."""
    names = {"who": who or gettext("Portevoix"), "network": NETWORK_NAMES.get(network, network)}
    if state == WayOut.SENT:
        return str(_DONE[act]) % names
    if state == WayOut.REFUSED:
        return str(_REFUSED[act]) % names
    if state == WayOut.CANCELLED:
        return gettext("%(who)s took it back before it was done") % names
    return str(_UNDER_WAY[act]) % names
