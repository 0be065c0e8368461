"""What happened to a publication, oldest first: acts of people, deliveries, looks, and what comes next."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from eventlog.models import Event
from integrations.sentences import NETWORK_NAMES, SENTENCES, sentence
from scheduler.labels import follow_up_name
from scheduler.models import Delivery, Look, Publication, Queue
from scheduler.states import Outcome, State
from scheduler.telling import later_than_planned, reason_sentence

MOST_EVENTS = 80

#: Event name -> (tone, what to say); %(who)s did it.
_ACTS: dict[str, tuple[str, str | Promise]] = {
    "scheduler.post.created": ("", _("%(who)s wrote it")),
    "scheduler.post.approval_asked": ("wait", _("%(who)s asked for approval")),
    "scheduler.post.approved": ("good", _("%(who)s approved it")),
    "scheduler.post.sent_back": ("wait", _("%(who)s sent it back")),
    "scheduler.post.scheduled": ("", _("%(who)s scheduled it")),
    "scheduler.publication.moved": ("", _("%(who)s gave it another hour")),
    "scheduler.publication.unscheduled": ("", _("%(who)s took it back into the drafts")),
    "scheduler.publication.cancelled": ("", _("%(who)s cancelled it")),
    "scheduler.publication.retried": ("calm", _("%(who)s sent it again")),
    "scheduler.publication.sent_late": ("calm", _("%(who)s sent it off at once")),
    "scheduler.publication.sent_again": ("calm", _("%(who)s found that it was not there, and sent it again")),
    "scheduler.publication.recognised": ("good", _("%(who)s recognised it at the network")),
    "scheduler.publication.prepared": ("", _("Its files were sent ahead to %(network)s")),
    "scheduler.publication.checked": ("", _("%(network)s has its files ready")),
    "scheduler.publication.late": ("wait", _("Its hour passed before it could go out")),
    "scheduler.publication.accepted": ("good", _("%(network)s accepted it")),
    "scheduler.publication.refused_after": ("alarm", _("%(network)s refused it after all")),
    "scheduler.publication.verdict_missing": ("wait", _("%(network)s never said whether it shows it")),
    "scheduler.publication.followed_up": ("good", _("It was followed by %(what)s")),
    "scheduler.publication.follow_up_unknown": ("doubt", _("No answer came to %(what)s")),
    "scheduler.publication.follow_up_refused": ("alarm", _("%(network)s refused %(what)s")),
    "scheduler.publication.follow_up_asked": ("doubt", _("Whether %(what)s arrived could not be proven")),
    "scheduler.publication.follow_up_again": ("calm", _("%(who)s had %(what)s tried again")),
    "scheduler.publication.let_be": ("", _("%(who)s let it be")),
    "scheduler.publication.edit_asked": ("calm", _("%(who)s changed its words")),
    "scheduler.publication.edited": ("good", _("%(network)s shows the new words")),
    "scheduler.publication.edit_refused": ("alarm", _("%(network)s did not change its words")),
    "scheduler.publication.delete_asked": ("calm", _("%(who)s wanted it deleted at %(network)s")),
    "scheduler.publication.deleted": ("", _("%(network)s deleted it")),
    "scheduler.publication.delete_refused": ("alarm", _("%(network)s did not delete it")),
}


@dataclass(frozen=True, kw_only=True)
class Chapter:
    """One line of the story."""

    at: datetime
    text: str
    tone: str = ""
    is_ahead: bool = False

    @property
    def when(self) -> str:
        """The hour to the second today, the weekday with it this week, the day with it before."""
        local, today = timezone.localtime(self.at), timezone.localtime()
        days = (today.date() - local.date()).days
        if days == 0:
            return f"{local:%H:%M:%S}"
        return f"{date_format(local, 'D' if 0 < days < 7 else gettext('j M'))} {local:%H:%M}"


def story_of(publication: Publication, deliveries: Sequence[Delivery], *, now: datetime) -> list[Chapter]:
    """Return all that happened, in order, then what is expected next."""
    past = [*_acts(publication), *_sent(publication, deliveries), *_looked(publication, deliveries)]
    return [*sorted(past, key=lambda chapter: chapter.at), *_ahead(publication, now=now)]


def _acts(publication: Publication) -> Iterator[Chapter]:
    of_post = Q(subject_type="post", subject_id=publication.post_id)
    of_it = Q(subject_type="publication", subject_id=publication.pk)
    events = Event.objects.filter(of_post | of_it, organisation_id=publication.organisation_id)
    network = publication.social_account.network
    for event in events.filter(name__in=_ACTS).order_by("at")[:MOST_EVENTS]:
        tone, words = _ACTS[event.name]
        names = {
            "who": event.actor_name or gettext("Portevoix"),
            "network": NETWORK_NAMES.get(network, network),
            "what": follow_up_name(str(event.data.get("name", "")), network),
        }
        text = str(words) % names
        why = str(event.data.get("key", ""))
        if tone == "alarm" and why in SENTENCES:
            text = f"{text}. {sentence(why, network=network)}"
        yield Chapter(at=event.at, tone=tone, text=text)


def _sent(publication: Publication, deliveries: Sequence[Delivery]) -> Iterator[Chapter]:
    network = publication.social_account.network
    names = {"network": NETWORK_NAMES.get(network, network)}
    for one in deliveries:
        if one.number == 1:
            text = gettext("Sent to %(network)s") % names
        else:
            text = gettext("Sent to %(network)s again, attempt %(number)s") % {**names, "number": one.number}
        yield Chapter(at=one.started_at, tone="calm", text=text)
        if one.ended_at is not None and one.outcome != Outcome.OPEN:
            yield _ended(publication, one, at=one.ended_at)


def _ended(publication: Publication, delivery: Delivery, *, at: datetime) -> Chapter:
    network = publication.social_account.network
    name = NETWORK_NAMES.get(network, network)
    reason = reason_sentence(delivery.reason, delivery.reason_data, network=network) if delivery.reason else ""
    match delivery.outcome:
        case Outcome.PUBLISHED:
            return Chapter(at=at, tone="good", text=gettext("%(network)s published it") % {"network": name})
        case Outcome.REFUSED:
            return Chapter(at=at, tone="alarm", text=_because(gettext("%(network)s refused it"), name, reason))
        case Outcome.POSTPONED:
            return Chapter(at=at, tone="wait", text=_because(gettext("%(network)s did not take it yet"), name, reason))
        case Outcome.ABSENT:
            text = gettext("%(network)s did not answer. Later looks proved that it had not arrived")
            return Chapter(at=at, text=text % {"network": name})
    text = gettext("%(network)s did not answer, so nobody knows yet whether it is out")
    return Chapter(at=at, tone="doubt", text=text % {"network": name})


def _because(words: str, network: str, reason: str) -> str:
    said = words % {"network": network}
    return f"{said}. {reason}" if reason else said


def _looked(publication: Publication, deliveries: Sequence[Delivery]) -> Iterator[Chapter]:
    for delivery in deliveries:
        looks: list[dict[str, Any]] = getattr(delivery, "looked", [])
        for look in looks:
            yield _look(look, NETWORK_NAMES.get(publication.social_account.network, ""))


def _look(look: dict[str, Any], network: str) -> Chapter:
    at = datetime.fromisoformat(look["looked_at"])
    match look["verdict"]:
        case Look.Verdict.FOUND:
            return Chapter(
                at=at, tone="good", text=gettext("Portevoix looked on %(network)s: it is there") % {"network": network}
            )
        case Look.Verdict.ALIKE:
            count = len(look["sightings"])
            words = ngettext(
                "Portevoix looked on %(network)s and found %(count)s post that is alike in part",
                "Portevoix looked on %(network)s and found %(count)s posts that are alike in part",
                count,
            )
            return Chapter(at=at, tone="doubt", text=words % {"network": network, "count": count})
        case Look.Verdict.FAILED:
            return Chapter(
                at=at, tone="wait", text=gettext("%(network)s did not let Portevoix look") % {"network": network}
            )
    return Chapter(
        at=at, text=gettext("Portevoix looked on %(network)s: nothing like it so far") % {"network": network}
    )


def _ahead(publication: Publication, *, now: datetime) -> Iterator[Chapter]:
    if publication.state == State.OUTCOME_UNKNOWN and publication.queue == Queue.RECONCILE and publication.available_at:
        yield Chapter(at=publication.available_at, text=gettext("Portevoix looks again"), is_ahead=True)
    after_at = publication.available_at if publication.queue == Queue.AFTER and publication.is_out else None
    if after_at is not None and after_at > now:
        is_asked = publication.reason == "awaiting_verdict"
        text = gettext("Portevoix asks the network again") if is_asked else gettext("What is left is done")
        yield Chapter(at=after_at, text=text, is_ahead=True)
    if publication.state == State.SCHEDULED and publication.publish_at and not publication.social_account.is_held:
        at = later_than_planned(publication, now=now) or publication.publish_at
        if at > now:
            yield Chapter(at=at, text=gettext("It goes out"), is_ahead=True)
