from django.utils.translation import gettext_noop as _

SENTENCES = {
    "accounts.user.registered": _("%(actor)s created an account"),
    "accounts.sign_in.succeeded": _("%(actor)s signed in"),
    "accounts.sign_in.failed": _("Somebody failed to sign in as %(subject)s"),
    "accounts.sign_in.ended": _("%(actor)s signed out"),
    "accounts.account.closed": _("%(actor)s closed their account"),
    "accounts.password.changed": _("%(actor)s changed the password of %(subject)s"),
    "accounts.organisation.created": _("%(actor)s created %(subject)s"),
    "accounts.organisation.changed": _("%(actor)s changed the settings of %(subject)s"),
    "accounts.membership.role_changed": _("%(actor)s gave another role: %(subject)s"),
    "accounts.membership.removed": _("%(actor)s removed %(subject)s"),
    "accounts.membership.left": _("%(actor)s left"),
    "accounts.invitation.sent": _("%(actor)s invited %(subject)s"),
    "accounts.invitation.revoked": _("%(actor)s took back the invitation of %(subject)s"),
    "accounts.invitation.accepted": _("%(actor)s accepted an invitation: %(subject)s"),
}
