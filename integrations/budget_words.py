"""What the networks' budgets are called, and how much is left of them, in the reader's language."""

from collections.abc import Mapping

from django.utils.formats import number_format
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from integrations.budgets import PERCENT
from integrations.standings import Standing

MONEY = "mUSD"  # the unit of what is paid for: thousandths of a US dollar
APP_SUFFIX = ".app"  # the app's share of what each account has too

#: By the key of a budget; one of the app is called as the account's own.
NAMES: Mapping[str, Promise] = {
    "facebook.app": _("Calls of the app, in an hour"),
    "facebook.page": _("Calls for the page, in a day"),
    "facebook.reels": _("Reels in a day"),
    "google_business.accounts": _("Calls that list accounts"),
    "google_business.information": _("Calls about locations"),
    "google_business.verifications": _("Calls about confirmed owners"),
    "google_business.notifications": _("Calls about notifications"),
    "google_business.performance": _("Calls for figures"),
    "google_business.v4": _("Calls about posts and reviews"),
    "google_business.edits": _("Changes of a profile, in a minute"),
    "instagram.app": _("Calls of the app, in an hour"),
    "instagram.account": _("Calls for the account, in a day"),
    "instagram.posts": _("Posts in a day"),
    "instagram.containers": _("Posts made ready in a day"),
    "linkedin.posts": _("Calls about posts, in a day"),
    "linkedin.media": _("Calls about pictures, films and documents, in a day"),
    "linkedin.comments": _("Calls about comments, in a day"),
    "linkedin.reactions": _("Calls about reactions, in a day"),
    "linkedin.notifications": _("Calls for what is new, in a day"),
    "linkedin.organizations": _("Calls about pages, in a day"),
    "linkedin.statistics": _("Calls for figures, in a day"),
    "linkedin.subscriptions": _("Calls about notifications, in a day"),
    "x.posts": _("Posts sent"),
    "x.posts.day": _("Posts sent in a day"),
    "x.deletions": _("Deletions"),
    "x.timeline": _("Looks at the account's own posts"),
    "x.me": _("Looks at the account itself"),
    "x.uploads": _("Calls that upload"),
    "x.upload_status": _("Looks at uploads"),
    "x.alt_texts": _("Descriptions of pictures"),
    "x.mentions": _("Reading mentions"),
    "x.search": _("Reading answers"),
    "x.lookup": _("Looking posts up"),
    "x.hiding": _("Hiding answers"),
    "x.likes": _("Likes"),
    "x.likes.day": _("Likes in a day"),
    "x.webhooks": _("Calls about notifications"),
    "x.subscriptions": _("Calls about subscriptions"),
    "x.analytics": _("Calls for figures"),
    "x.messages": _("Reading private messages"),
    "x.messages.send": _("Sending private messages"),
    "x.reads": _("Posts read in a month"),
    "x.credits": _("Spent in a month"),
    "youtube.uploads": _("Films uploaded in a day"),
    "youtube.units": _("Units of the project, in a day"),
}


def name_of(key: str) -> str:
    """Return what a budget is called; one that has no words yet is shown by its key."""
    return str(NAMES.get(key) or NAMES.get(key.removesuffix(APP_SUFFIX)) or key)


def amount_of(standing: Standing) -> str:
    """Return how much is used, in the network's own unit."""
    used, limit = standing.used, standing.limit
    if standing.budget.unit == PERCENT:
        return gettext("%(used)s %% used") % {"used": used}
    if standing.budget.unit == MONEY:
        used_words, limit_words = _dollars(used), "" if limit is None else _dollars(limit)
    else:
        used_words, limit_words = _number(used), "" if limit is None else _number(limit)
    if not limit_words:
        return gettext("%(used)s used, no limit known") % {"used": used_words}
    return gettext("%(used)s of %(limit)s used") % {"used": used_words, "limit": limit_words}


def left_of(standing: Standing) -> str:
    """Return how much is left, empty where no figure is known."""
    if standing.limit is None:
        return ""
    left = max(standing.limit - standing.used, 0)
    if standing.budget.unit == PERCENT:
        return gettext("%(left)s %%") % {"left": left}
    return _dollars(left) if standing.budget.unit == MONEY else _number(left)


def _dollars(thousandths: int) -> str:
    return gettext("US$%(amount)s") % {"amount": number_format(thousandths / 1000, decimal_pos=2, force_grouping=True)}


def _number(value: int) -> str:
    return number_format(value, decimal_pos=0, force_grouping=True)
