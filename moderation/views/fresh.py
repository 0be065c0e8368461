"""Content that is no longer kept, as it stands at the network now: shown, and stored nowhere."""

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.permissions import Permission
from accounts.requests import OrganisationRequest, opens_scope_itself, requires, scope_of
from integrations.errors import ProviderError
from integrations.models import SocialAccount
from moderation.models import Item, Message
from moderation.services.fetching import Errand, fetch_all, target_of
from moderation.states import Visibility


@require_safe
@opens_scope_itself  # the network is asked in between, with no transaction open
@requires(Permission.VIEW_INBOX)
def fresh(request: OrganisationRequest, message_id: int) -> HttpResponse:
    """Fetch a message whose content has ended and show it to whoever has opened its thread."""
    with scope_of(request):
        message = _find(request, message_id)
        errand = Errand(account=message.social_account, targets=(target_of(message),))
        is_held = message.social_account.state != SocialAccount.State.ACTIVE
    answer = {} if is_held else fetch_all([errand], now=timezone.now())[0]
    found = None if isinstance(answer, ProviderError) else answer.get(message.network_id)
    is_gone = not isinstance(answer, ProviderError) and message.network_id in answer and found is None
    response = render(
        request,
        "moderation/partials/fresh.html",
        {"message": message, "text": found.text if found else "", "is_gone": is_gone},
    )
    response["Cache-Control"] = "no-store"
    return response


def _find(request: OrganisationRequest, message_id: int) -> Message:
    open_items = Item.objects.open_to(request.membership)
    found = Message.objects.filter(pk=message_id, item__in=open_items, blanked_at__isnull=False)
    message: Message | None = (
        found.exclude(visibility=Visibility.DELETED).select_related("thread", "author", "social_account__grant").first()
    )
    if message is None or not message.network_id:
        raise Http404
    return message
