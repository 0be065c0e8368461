"""What a notice says, in the language and zone that are active: on the page and in the mail alike."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext

from integrations.sentences import NETWORK_NAMES
from notifications.models import Notice
from scheduler.telling import reason_of


@dataclass(frozen=True, kw_only=True)
class Wording:
    """A title, a sentence, and where to act on it."""

    title: str
    text: str
    action: str
    url: str
    icon: str
    tone: str


def wording_of(notice: Notice) -> Wording:
    """Say what happened. Needs the notice's publication with post and account, or its account, loaded."""
    if notice.kind == Notice.Kind.ACCOUNT_LOST:
        return _of_account(notice)
    if notice.kind == Notice.Kind.OUT_OF_REACH:
        return _of_account_out_of_reach(notice)
    return _of_publication(notice)


def _of_account(notice: Notice) -> Wording:
    return Wording(
        title=_no_longer(notice),
        text=gettext("What is planned there waits until you reconnect it. Nothing is lost."),
        action=gettext("Reconnect"),
        url=reverse("integrations:accounts", args=[notice.organisation.slug]),
        icon="plug",
        tone="alarm",
    )


def _of_account_out_of_reach(notice: Notice) -> Wording:
    return Wording(
        title=_no_longer(notice),
        text=gettext(
            "What is planned there waits. Nobody who may connect accounts has this one: open it to one of them, or to "
            "yourself, then it can be reconnected."
        ),
        action=gettext("People"),
        url=reverse("accounts:people", args=[notice.organisation.slug]),
        icon="plug",
        tone="alarm",
    )


def _no_longer(notice: Notice) -> str:
    account = notice.social_account
    names = {"account": account, "network": NETWORK_NAMES.get(account.network, account.network)}
    return gettext("%(network)s no longer lets us speak for %(account)s") % names


def _of_publication(notice: Notice) -> Wording:
    publication = notice.publication
    account = publication.social_account
    names = {
        "title": publication.post.title or gettext("Without words"),
        "account": account,
        "network": NETWORK_NAMES.get(account.network, account.network),
    }
    url = reverse("scheduler:publication", args=[notice.organisation.slug, publication.pk])
    if notice.kind == Notice.Kind.UNKNOWN:
        return Wording(
            title=gettext("%(network)s may have published “%(title)s”") % names,
            text=gettext(
                "It was sent once and the answer was lost. Portevoix looks for it; should it not be found, compare "
                "and decide."
            ),
            action=gettext("Compare"),
            url=url,
            icon="circle-help",
            tone="doubt",
        )
    if notice.kind == Notice.Kind.FAILED:
        return Wording(
            title=gettext("“%(title)s” did not go out on %(network)s") % names,
            text=reason_of(publication) or gettext("Look at its story, then send it again or drop it."),
            action=gettext("Look"),
            url=url,
            icon="circle-x",
            tone="alarm",
        )
    return Wording(
        title=gettext("“%(title)s” missed its hour") % names,
        text=gettext("It was due on %(account)s. Send it now, move it or drop it.") % names,
        action=gettext("Decide"),
        url=url,
        icon="alarm-clock",
        tone="wait",
    )
