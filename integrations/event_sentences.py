"""What the event log says of social accounts and grants."""

from django.utils.translation import gettext_noop as _

SENTENCES = {
    "integrations.access.changed": _("%(actor)s chose the accounts for %(subject)s"),
    "integrations.account.connected": _("%(actor)s connected %(subject)s"),
    "integrations.account.disconnected": _("%(actor)s disconnected %(subject)s"),
    "integrations.account.lost": _("The network no longer lets us speak for %(subject)s"),
    "integrations.account.returned": _("The network lets us speak for %(subject)s again"),
    "integrations.data_key.rotated": _("A new data key seals the organisation's tokens"),
    "integrations.grant.consent_ending": _("The consent of %(subject)s is about to end"),
    "integrations.grant.given": _("%(actor)s brought a grant of %(subject)s"),
    "integrations.grant.lost": _("The grant of %(subject)s no longer works"),
    "integrations.grant.returned": _("The grant of %(subject)s works again"),
    "integrations.grant.revocation_failed": _("The network could not be told that the grant of %(subject)s ends"),
    "integrations.grant.revoked": _("The grant of %(subject)s ended at the network"),
    "integrations.grant.unknown": _("Whether the grant of %(subject)s was renewed is not known"),
    "integrations.link.ended": _("%(actor)s ended the link for %(subject)s"),
    "integrations.link.made": _("%(actor)s made a link by which %(subject)s may connect accounts"),
    "integrations.grant.withdrawn": _("The grant of %(subject)s was withdrawn at the network"),
}
