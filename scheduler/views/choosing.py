"""What only the account itself can offer to choose from, its playlists for example: asked of its network."""

import json
from collections.abc import Sequence
from dataclasses import replace

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from accounts.permissions import Permission
from accounts.requests import OrganisationRequest, opens_scope_itself, requires, scope_of
from integrations import vault
from integrations.contract import Choice
from integrations.errors import ProviderError
from integrations.models import SocialAccount
from integrations.registry import provider
from integrations.sentences import NETWORK_NAMES, sentence
from scheduler.shapes import GAP, name_of, offered_choices
from scheduler.views.sheets import accounts_for, find_post, sheet_of, show_page, standing_of


@opens_scope_itself
@require_safe
@requires(Permission.WRITE_POSTS)
def choices(request: OrganisationRequest, account_id: int, option: str) -> HttpResponse:
    """Ask the network what an account has to choose from: its playlists, for example. No call inside a transaction."""
    account, found, trouble = _ask(request, account_id, option)
    chosen, _gap, name = request.GET.get(name_of(account.network, option), "").partition(GAP)
    context = {"choices": offered_choices(found, chosen, name)}
    with scope_of(request):
        response = render(request, "scheduler/partials/choices.html", context)
    if trouble:
        response["HX-Trigger"] = json.dumps({"toast": {"text": trouble}})
    return response


@opens_scope_itself
@require_safe
@requires(Permission.WRITE_POSTS)
def choose(request: OrganisationRequest, post_id: int, account_id: int, option: str) -> HttpResponse:
    """Show a post with what an account has to choose from: what `choices` does for browsers that run no scripts."""
    account, found, trouble = _ask(request, account_id, option)
    with scope_of(request):
        accounts = accounts_for(request)
        post, publications = find_post(request, post_id, accounts)
        sheet = sheet_of(request, post, publications, accounts)
        offered = {(account.network, option): found}
        standing = standing_of(request, post, publications)
        return show_page(request, standing, replace(sheet, offered=offered), refusal=trouble)


def _ask(request: OrganisationRequest, account_id: int, option: str) -> tuple[SocialAccount, Sequence[Choice], str]:
    """Ask the network what an account has to choose from; also return what went wrong, in words."""
    with scope_of(request):
        accounts = SocialAccount.objects.connected().open_to(request.membership).select_related("grant")
        account = get_object_or_404(accounts, pk=account_id)
        sealed = vault.sealed_account(account)
    speaks = provider(account.network)
    if option not in {each.name for each in speaks.options if each.asks}:
        raise Http404
    try:
        found = speaks.choices(vault.open_account(sealed), option, now=timezone.now())
    except ProviderError as error:
        return account, (), sentence(error.key, error.parameters, network=account.network)
    none = gettext("%(account)s has nothing to choose from here. Make it on %(network)s first.")
    trouble = none % {"account": account, "network": NETWORK_NAMES.get(account.network, account.network)}
    return account, found, "" if found else trouble
