from django.utils.translation import gettext_noop as _

SENTENCES = {
    "gallery.asset.added": _("%(actor)s added the picture %(subject)s"),
    "gallery.asset.described": _("%(actor)s described the picture %(subject)s"),
    "gallery.asset.deleted": _("%(actor)s deleted the picture %(subject)s"),
}
