"""What a notice says, in the language and zone that are active: on the page and in the mail alike."""

from dataclasses import dataclass
from datetime import timedelta

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext

from integrations.sentences import NETWORK_NAMES
from notifications.models import Notice
from scheduler.telling import reason_of

#: An end that lies further ahead of its notice than any is told belongs to a later consent.
CONSENT_RENEWED = timedelta(days=31)


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
    """Say what happened. Needs what the notice is about loaded, with its account and post."""
    if notice.kind == Notice.Kind.ACCOUNT_LOST:
        return _of_account(notice)
    if notice.kind == Notice.Kind.CONSENT_ENDING:
        return _of_ending_consent(notice)
    if notice.kind == Notice.Kind.OUT_OF_REACH:
        return _of_account_out_of_reach(notice)
    if notice.export_id is not None:
        return _of_export(notice)
    if notice.item_id is not None:
        return _of_item(notice)
    return _of_publication(notice)


def _of_item(notice: Notice) -> Wording:
    """No word of the stranger's: a mail outlives what was said, wherever it lies."""
    account = notice.item.social_account
    names = {
        "account": account,
        "network": NETWORK_NAMES.get(account.network, account.network),
        "colleague": notice.by or gettext("A colleague"),
    }
    url = reverse("moderation:item", args=[notice.organisation.slug, notice.item_id])
    if notice.kind == Notice.Kind.MENTIONED:
        return Wording(
            title=gettext("%(colleague)s named you in a note") % names,
            text=gettext("It is about something written to %(account)s.") % names,
            action=gettext("Read"),
            url=url,
            icon="sticky-note",
            tone="wait",
        )
    if notice.kind == Notice.Kind.REPLY_UNKNOWN:
        return Wording(
            title=gettext("Whether an answer arrived on %(network)s is unknown") % names,
            text=gettext("It was sent for %(account)s and the network never confirmed it. Look and decide.") % names,
            action=gettext("Look"),
            url=url,
            icon="circle-help",
            tone="doubt",
        )
    return Wording(
        title=gettext("%(network)s refused what you sent for %(account)s") % names,
        text=gettext("Your words are kept. Read why, then send again or leave it."),
        action=gettext("Look"),
        url=url,
        icon="circle-x",
        tone="alarm",
    )


def _of_export(notice: Notice) -> Wording:
    """The way to the page, which asks who comes: no address that opens by itself stands in a mail."""
    url = reverse("privacy:exports", args=[notice.organisation.slug])
    if notice.kind == Notice.Kind.EXPORT_READY:
        return Wording(
            title=gettext("Your export is ready"),
            text=gettext("Everything the organisation has, as one file. Download it before it is deleted."),
            action=gettext("Go to the exports"),
            url=url,
            icon="package",
            tone="good",
        )
    return Wording(
        title=gettext("Your export could not be made"),
        text=gettext("It was tried several times. Ask for it again, or ask us."),
        action=gettext("Go to the exports"),
        url=url,
        icon="circle-x",
        tone="alarm",
    )


def _of_account(notice: Notice) -> Wording:
    return Wording(
        title=_no_longer(notice),
        text=gettext("What is planned there waits until you reconnect it. Nothing is lost."),
        action=gettext("Reconnect"),
        url=reverse("integrations:accounts", args=[notice.organisation.slug]),
        icon="plug",
        tone="alarm",
    )


def _of_ending_consent(notice: Notice) -> Wording:
    """The day stands with the grant; one that was given anew has another, or none."""
    account = notice.social_account
    names = {"account": account, "network": NETWORK_NAMES.get(account.network, account.network)}
    ends_at = account.grant.consent_ends_at if account.grant is not None else None
    if ends_at is None or ends_at - notice.happened_at > CONSENT_RENEWED:
        text = gettext("It has been given anew since; there is nothing to do.")
    else:
        text = gettext(
            "It ends on %(day)s, with everything that was connected by the same person, and cannot be extended. "
            "Reconnect before that day: nothing is lost."
        ) % {"day": date_format(localtime(ends_at), "j F Y")}
    return Wording(
        title=gettext("The consent for %(account)s on %(network)s is about to end") % names,
        text=text,
        action=gettext("Reconnect"),
        url=reverse("integrations:accounts", args=[notice.organisation.slug]),
        icon="hourglass",
        tone="wait",
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
    if notice.kind == Notice.Kind.AFTER:
        return Wording(
            title=gettext("“%(title)s” is out on %(network)s, and something is left to decide") % names,
            text=reason_of(publication) or gettext("It has been decided meanwhile. Its story tells how."),
            action=gettext("Decide"),
            url=url,
            icon="circle-alert",
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
