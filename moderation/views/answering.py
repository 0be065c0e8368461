"""Words of agents: answers, notes, drafts, and what of them is refused without being lost."""

from dataclasses import dataclass

from django.core.exceptions import BadRequest, PermissionDenied
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from accounts.models import Membership
from accounts.permissions import Permission
from accounts.requests import OrganisationRequest, requires
from integrations.sentences import NETWORK_NAMES
from moderation.forms import DraftForm, NoteForm, ReplyForm
from moderation.mentions import mentioned_in
from moderation.models import Draft, Item
from moderation.offers import ReplyOffer, count_reply, limits_of
from moderation.sentences import sentence
from moderation.services.answering import answer
from moderation.services.drafting import save_draft
from moderation.services.noting import add_note
from moderation.trouble import AlreadyEngaged, Missed, NotAllowed, NotPossible, Refused, TextRefused
from moderation.views.parts import Said, after, listed_item


@dataclass(frozen=True, kw_only=True)
class Guard:
    """Why nothing was sent, and which entries of the thread the author had not seen."""

    title: str
    text: str
    missed: str = ""  # ids of the page's elements, with blanks between them


@requires(Permission.ANSWER_INBOX)
@require_POST
def reply(request: OrganisationRequest, item_id: int) -> HttpResponse:
    """Hand an answer over. Where a colleague's word came first, nothing is sent and what was missed is shown."""
    item = listed_item(request, item_id)
    form = ReplyForm(request.POST)
    if not form.is_valid():
        raise BadRequest
    now, sent = timezone.now(), form.cleaned_data
    try:
        answered = answer(
            item,
            text=sent["text"],
            seen=form.seen,
            key=sent["key"],
            actor=request.membership,
            now=now,
            anyway=sent["anyway"],
            privately=sent["privately"],
        )
    except Refused as refusal:
        save_draft(item, text=sent["text"], purpose=Draft.Purpose.REPLY, actor=request.membership, now=now)
        return _refuse(request, item, refusal)
    network = NETWORK_NAMES.get(item.social_account.network, item.social_account.network)
    words = gettext("Handed over: it goes to %(network)s now.") % {"network": network}
    if sent["privately"]:
        words = gettext("Handed over: it goes to its author alone, on %(network)s.") % {"network": network}
    if answered.newer_words:
        words = gettext("Handed over. They have written again since you began: look at the last message.")
    return after(request, item_id, Said(words=words, tone="wait" if answered.newer_words else "", key="sent"))


@requires(Permission.ANSWER_INBOX)
@require_POST
def note(request: OrganisationRequest, item_id: int) -> HttpResponse:
    """Add a note; colleagues who are named in it are told."""
    item = listed_item(request, item_id)
    form = NoteForm(request.POST)
    if not form.is_valid():
        raise BadRequest
    now, text = timezone.now(), form.cleaned_data["note"]
    colleagues = [one.user for one in Membership.objects.select_related("user")] if "@" in text else []
    try:
        add_note(
            item,
            text=text,
            key=form.cleaned_data["note_key"],
            actor=request.membership,
            now=now,
            mentioned=mentioned_in(text, colleagues),
        )
    except Refused as refusal:
        save_draft(item, text=text, purpose=Draft.Purpose.NOTE, actor=request.membership, now=now)
        return _refuse(request, item, refusal)
    return after(request, item_id, Said(words=gettext("Noted, for colleagues only."), key="sent"))


@requires(Permission.ANSWER_INBOX)
@require_POST
def draft(request: OrganisationRequest, item_id: int) -> HttpResponse:
    """Keep what is being typed, and count it in the network's unit."""
    item = listed_item(request, item_id)
    form = DraftForm(request.POST)
    if not form.is_valid():
        raise BadRequest
    text, purpose = form.cleaned_data["text"], form.cleaned_data["purpose"]
    kept = save_draft(item, text=text, purpose=purpose, actor=request.membership, now=timezone.now())
    context = {
        "kept": kept,
        "reply": ReplyOffer(found=count_reply(item, text), allowed=limits_of(item).text_max)
        if purpose == Draft.Purpose.REPLY
        else None,
    }
    return render(request, "moderation/partials/draft.html", context)


def _refuse(request: OrganisationRequest, item: Item, refusal: Refused) -> HttpResponse:
    match refusal:
        case NotAllowed():
            raise PermissionDenied(str(Permission.ANSWER_INBOX.label))
        case Missed():
            said = Said(words="", tone="wait", key="missed")
            return after(request, item.pk, said, status=409, guard=_missed(refusal))
        case AlreadyEngaged():
            title = gettext("Nothing was sent: %(who)s has it in hand") % {"who": refusal.owner}
            text = gettext("Your text is kept; it is for you to choose.")
            said = Said(words="", tone="wait", key="engaged")
            return after(request, item.pk, said, status=409, guard=Guard(title=title, text=text))
        case TextRefused() | NotPossible():
            said = Said(words=sentence(refusal.key, refusal.facts), tone="alarm", key=refusal.key)
            return after(request, item.pk, said, status=422, with_item=False)
    raise refusal


def _missed(refusal: Missed) -> Guard:
    """Name the last of those who came first."""
    newest = max(
        [(one.written_at, str(one.user or ""), "answer") for one in refusal.messages]
        + [(one.written_at, str(one.user or ""), "note") for one in refusal.notes]
    )
    at, who, kind = newest
    names = {"who": who or gettext("Somebody"), "hour": timezone.localtime(at).strftime("%H:%M")}
    if kind == "note":
        title = gettext("Nothing was sent: %(who)s left a note at %(hour)s") % names
    elif who:
        title = gettext("Nothing was sent: %(who)s answered at %(hour)s") % names
    else:
        title = gettext("Nothing was sent: an answer was written on the network itself at %(hour)s") % names
    missed = [f"message-{one.pk}" for one in refusal.messages] + [f"note-{one.pk}" for one in refusal.notes]
    text = gettext("What you had not seen is outlined above. Your text is kept; it is for you to choose.")
    return Guard(title=title, text=text, missed=" ".join(missed))
