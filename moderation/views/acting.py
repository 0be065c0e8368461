"""What agents have done at the network about a message: hide, show, like, block, delete; and taking it back."""

from django.core.exceptions import BadRequest
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from accounts.permissions import Permission
from accounts.requests import OrganisationRequest, requires
from integrations.engagement import ANSWERS, Act
from integrations.sentences import NETWORK_NAMES
from moderation.forms import CommandForm
from moderation.models import Item, Message, ModerationAction
from moderation.services import acting
from moderation.states import WayOut
from moderation.telling import words_of
from moderation.trouble import NotPossible, Refused
from moderation.views.commands import refuse
from moderation.views.parts import Said, after


@requires(Permission.MODERATE_INBOX)
@require_POST
def act(request: OrganisationRequest, message_id: int, act: str) -> HttpResponse:
    """Put an act on its way; its progress shows below the message."""
    items = Item.objects.open_to(request.membership)
    found = Message.objects.filter(item__in=items.values("pk")).select_related("item__social_account", "social_account")
    message = get_object_or_404(found, pk=message_id)
    if act not in set(Act) - ANSWERS:
        raise Http404
    form = CommandForm({**request.POST.dict(), "version": 0})
    if not form.is_valid():
        raise BadRequest
    item, wanted = message.item, Act(act)
    try:
        action = acting.act(message, wanted, key=form.cleaned_data["key"], actor=request.membership, now=timezone.now())
    except Refused as refusal:
        return refuse(request, item, refusal)
    said = Said(words=_words(action), undo_url=_undo_url(request, action))
    return after(request, item.pk, said)


@requires(Permission.MODERATE_INBOX)
@require_POST
def take_back(request: OrganisationRequest, action_id: int) -> HttpResponse:
    """Take an act back before it is done; where it has been done, do its opposite."""
    items = Item.objects.open_to(request.membership)
    found = ModerationAction.objects.filter(item__in=items.values("pk")).filter(reply=None)
    action = get_object_or_404(found.select_related("item", "message__social_account"), pk=action_id)
    form = CommandForm({**request.POST.dict(), "version": 0})
    if not form.is_valid():
        raise BadRequest
    now, opposite = timezone.now(), acting.OPPOSITE.get(Act(action.act))
    try:
        try:
            acting.take_back(action, actor=request.membership, now=now)
            words = gettext("Taken back before it was done.")
        except NotPossible:
            if opposite is None:
                raise
            key = form.cleaned_data["key"]
            words = _words(acting.act(action.message, opposite, key=key, actor=request.membership, now=now))
    except Refused as refusal:
        return refuse(request, action.item, refusal)
    return after(request, action.item_id, Said(words=words))


def _words(action: ModerationAction) -> str:
    names = {"network": NETWORK_NAMES.get(action.social_account.network, action.social_account.network)}
    if action.state == WayOut.SENT:
        return words_of(Act(action.act), WayOut.SENT, who=str(action.user or ""), network=action.social_account.network)
    return {
        Act.HIDE: gettext("It is being hidden on %(network)s."),
        Act.SHOW: gettext("It is being shown again on %(network)s."),
        Act.LIKE: gettext("%(network)s is being told that you like it."),
        Act.UNLIKE: gettext("The like is being taken back on %(network)s."),
        Act.BLOCK: gettext("Its author is being blocked on %(network)s."),
        Act.UNBLOCK: gettext("Its author is being let in again on %(network)s."),
        Act.DELETE: gettext("It is being deleted on %(network)s."),
    }[Act(action.act)] % names


def _undo_url(request: OrganisationRequest, action: ModerationAction) -> str:
    if action.act == Act.DELETE:
        return ""  # it was asked before, and goes out at once
    return reverse("moderation:take_back", args=[request.organisation.slug, action.pk])
