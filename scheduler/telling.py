"""How publications are told to people: what keeps one waiting, why it failed, what becomes of it next."""

from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from integrations.models import SocialAccount
from integrations.sentences import NETWORK_NAMES, SENTENCES, sentence
from integrations.services.lanes import HELD_UNTIL
from lib.addresses import address_of
from scheduler.labels import follow_up_name
from scheduler.models import Publication, Queue
from scheduler.states import TO_DECIDE, State

LATE = "late_ask"  # the reason of a scheduled publication whose hour passed, and about which a person decides

#: Reasons of our own; those of the networks stand in integrations.sentences.
OWN_SENTENCES: dict[str, Promise] = {
    LATE: _("Its hour passed before it could go out. Send it now, give it another hour, or cancel it."),
    "late": _(
        "Its hour passed before it could go out, and this organisation lets late posts fail. Send it now or not."
    ),
    "late_dropped": _(
        "Its hour passed before it could go out, and this organisation lets late posts fail. Send it now or not."
    ),
    "over_budget": _("%(network)s takes no more for now. It goes out as soon as there is room again."),
    "attempts_exhausted": _("%(network)s could not be reached in all attempts. Nothing was published; send it again."),
    "account_disconnected": _("The account was disconnected. Connect it again, or publish elsewhere."),
    "worker_lost": _(
        "The worker that sent it stopped before the answer came. Portevoix looks whether it is there before doing "
        "anything else."
    ),
    "account_held": _("The account waits to be connected again. What is planned on it goes out afterwards."),
    "look_alike": _("%(network)s shows a post that resembles this one. Compare both texts, then decide."),
    "look_too_short": _("%(network)s does not show enough of its past to be sure. Portevoix looks again by itself."),
    "look_nothing_yet": _("%(network)s does not show it so far. Portevoix looks once more before it sends it again."),
    "proven_absent": _("It never arrived at %(network)s, so it is sent again."),
    "media_processing": _("%(network)s is still working on the pictures. The post goes out when they are ready."),
    "media_unreadable": _("A picture of this post could not be read. Portevoix tries again; replace it if that lasts."),
    "awaiting_verdict": _("%(network)s has taken it and is still judging it. Portevoix asks until it knows."),
    "verdict_missing": _("%(network)s has not said whether it shows this post. Open it there and see."),
    "follow_up_waits": _("It is out; %(what)s comes next."),
    "follow_up_refused": _("It is out, but %(network)s refused %(what)s."),
    "follow_up_unknown": _(
        "It is out, but whether %(what)s arrived at %(network)s is unknown. Look at it there, and try again only if it "
        "is missing."
    ),
    "edit_waits": _("Its words are about to change at %(network)s."),
    "edit_refused": _("%(network)s did not change its words. What stands there is as it was."),
    "delete_waits": _("It is about to be deleted at %(network)s."),
    "delete_refused": _("%(network)s did not delete it. It still stands there."),
    "taken_by_another": _(
        "%(network)s named a post that another publication already has. Compare both texts, then decide."
    ),
}


@dataclass(frozen=True, kw_only=True)
class Note:
    """A few words beside a state, and their tone."""

    text: str
    tone: str = ""


def reason_of(publication: Publication) -> str:
    """Return why it waits, failed or is unknown, as a sentence; nothing where no reason is kept."""
    if not publication.reason:
        return ""
    return reason_sentence(publication.reason, publication.reason_data, network=publication.social_account.network)


def reason_sentence(key: str, facts: dict[str, object], *, network: str) -> str:
    """Return a reason's sentence. `facts` are what an error left (ProviderError.facts), or its parameters alone."""
    if key in OWN_SENTENCES:
        what = follow_up_name(str(facts.get("name", "")), network)
        words = str(OWN_SENTENCES[key]) % {"network": NETWORK_NAMES.get(network, network), "what": what}
        why = str(facts.get("key", ""))
        return f"{words} {sentence(why, facts, network=network)}" if key in TO_DECIDE and why in SENTENCES else words
    known = str(facts.get("key", key))
    parameters = facts.get("parameters", facts)
    values = parameters if isinstance(parameters, dict) else {}
    return sentence(known if known in SENTENCES else "refused", values, network=network)


def words_of_network(publication: Publication) -> str:
    """Return what the network itself wrote about a failure, to be shown escaped below our sentence."""
    return str(publication.reason_data.get("detail") or "")


def note_of(publication: Publication, *, now: datetime) -> Note | None:
    """Return what to say beside the state, when the state does not say it all."""
    match publication.state:
        case State.SCHEDULED:
            return _note_of_scheduled(publication, now=now)
        case State.OUTCOME_UNKNOWN:
            return Note(text=gettext("compare and decide"), tone="doubt")
        case State.FAILED:
            return Note(text=reason_of(publication), tone="alarm")
        case State.PUBLISHED:
            return _note_of_published(publication)
        case State.IN_REVIEW:
            return Note(text=gettext("waits for approval"), tone="wait")
    return None


def address_of_publication(publication: Publication, slug: str) -> str:
    """Return where a line about it leads: to the composer while its post is being written, else to its story."""
    if publication.state in (State.DRAFT, State.IN_REVIEW, State.APPROVED):
        return address_of("scheduler:edit", slug, publication.post_id)
    return address_of("scheduler:publication", slug, publication.pk)


def later_than_planned(publication: Publication, *, now: datetime) -> datetime | None:
    """Return the hour until which a budget, a limit or a disturbance puts it off; None when nothing does."""
    hours = [publication.available_at, publication.lane.not_before if publication.lane else None]
    latest = max((hour for hour in hours if hour is not None), default=None)
    if latest is None or publication.publish_at is None or publication.queue in (Queue.RECONCILE, Queue.AFTER):
        return None
    is_put_off = latest > max(publication.publish_at, now) and latest < HELD_UNTIL
    return latest if is_put_off else None


def _note_of_scheduled(publication: Publication, *, now: datetime) -> Note | None:
    if publication.social_account.state == SocialAccount.State.LOST:
        return Note(text=gettext("held, authorisation lost"), tone="alarm")
    if publication.social_account.state == SocialAccount.State.DISCONNECTED:
        return Note(text=gettext("held, account disconnected"), tone="alarm")
    if publication.reason == LATE:
        return Note(text=gettext("late, decide"), tone="wait")
    later = later_than_planned(publication, now=now)
    if later is not None:
        words = gettext("later, at %(hour)s") % {"hour": near(later, now=now)}
        return Note(text=f"{words}: {reason_of(publication)}" if publication.reason else words)
    if not publication.is_prepared and publication.available_at is not None and publication.available_at <= now:
        return Note(text=gettext("pictures on their way"))
    return None


def _note_of_published(publication: Publication) -> Note | None:
    if publication.deleted_at is not None:
        return Note(text=gettext("deleted there"))
    if publication.reason in TO_DECIDE:
        return Note(text=reason_of(publication), tone="alarm")
    if publication.reason == "awaiting_verdict":
        return Note(text=gettext("still being judged there"), tone="wait")
    if publication.reason == "verdict_missing":
        return Note(text=gettext("see whether it is shown"), tone="wait")
    return Note(text=reason_of(publication)) if publication.reason else None


def near(at: datetime, *, now: datetime) -> str:
    """Return an hour of today, or the day with it, in the current zone."""
    local, today = timezone.localtime(at), timezone.localtime(now)
    if local.date() == today.date():
        return local.strftime("%H:%M")
    return f"{date_format(local, gettext('j M'))}, {local:%H:%M}"
