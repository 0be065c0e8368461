from django.utils.translation import gettext_noop as _

SENTENCES = {
    "gallery.asset.added": _("%(actor)s added the file %(subject)s"),
    "gallery.asset.described": _("%(actor)s described the file %(subject)s"),
    "gallery.asset.deleted": _("%(actor)s deleted the file %(subject)s"),
}
