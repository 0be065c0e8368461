"""Leaving for a network, coming back, and choosing what to connect."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.middleware import open_memberships
from accounts.permissions import Permission
from accounts.requests import OrganisationRequest, requires
from integrations import registry
from integrations.models import ConnectAttempt, SocialAccount
from integrations.sentences import sentence
from integrations.services import connecting
from integrations.views import links
from integrations.views.choosing import A_PAGE, choices_of
from integrations.views.leaving import callback_url, come_back, depart, take_back


@never_cache
@require_POST
@requires(Permission.CONNECT_ACCOUNTS)
def connect(request: OrganisationRequest, network: str) -> HttpResponse:
    """Send the person to a network to allow a connection."""
    if network not in registry.provider_keys():
        raise Http404
    return _depart(request, network)


@never_cache
@require_POST
@requires(Permission.CONNECT_ACCOUNTS)
def reconnect(request: OrganisationRequest, account_id: int) -> HttpResponse:
    """Send the person to the network to bring one account back, and no other."""
    account = get_object_or_404(SocialAccount.objects.open_to(request.membership), pk=account_id)
    if account.network not in registry.provider_keys():
        raise Http404
    send_late = {"1": True, "0": False}.get(request.POST.get("send_late", ""))
    return _depart(request, account.network, account=account, send_late=send_late)


def _depart(
    request: OrganisationRequest,
    network: str,
    *,
    account: SocialAccount | None = None,
    send_late: bool | None = None,
) -> HttpResponse:
    departure = connecting.start(
        network,
        user=request.user,
        redirect_uri=callback_url(network),
        now=timezone.now(),
        account=account,
        send_late=send_late,
    )
    return depart(request, departure, network=network, organisation_id=request.organisation.pk)


@never_cache
@require_GET
@sensitive_variables("code")
def callback(request: HttpRequest, network: str) -> HttpResponse:
    """Take a person back from a network. The address names no organisation: the state leads to it."""
    departed = come_back(request)
    # Each network has its own address to come back to: one network's code must never be handed to another.
    if departed is None or departed.network != network:
        return render(request, "integrations/callback_lost.html", {"network": network}, status=400)
    if departed.by_link:
        return links.arrive(request, departed)
    if not request.user.is_authenticated:
        return redirect_to_login(request.get_full_path())
    user: Any = request.user
    membership = next((one for one in open_memberships(user) if one.organisation_id == departed.organisation_id), None)
    if membership is None or not membership.may(Permission.CONNECT_ACCOUNTS):
        raise Http404
    take_back(request, departed, user_id=user.pk)
    return redirect("integrations:attempt", slug=membership.organisation.slug, attempt_id=departed.attempt_id)


@never_cache
@require_http_methods(["GET", "POST"])
@requires(Permission.CONNECT_ACCOUNTS)
def attempt(request: OrganisationRequest, attempt_id: int) -> HttpResponse:
    """Show how an attempt at connecting went: what there is to choose, or what was wrong and what to do."""
    row = get_object_or_404(
        ConnectAttempt.objects.select_related("social_account", "grant", "user"), pk=attempt_id, user_id=request.user.pk
    )
    if row.step == ConnectAttempt.Step.DONE:
        return _done(request, row)
    found = connecting.found_by(row, now=timezone.now())
    if not found:
        return _failed(request, row)
    if request.method == "POST":
        return _choose(request, row, found)
    return _choice(request, row, found)


def _choose(request: OrganisationRequest, row: ConnectAttempt, found: list[connecting.Found]) -> HttpResponse:
    connected = connecting.choose(row, set(request.POST.getlist("presence")), now=timezone.now())
    if not connected:
        return _choice(request, row, found, nothing_ticked=True)
    words = ngettext("%(count)s account is connected.", "%(count)s accounts are connected.", len(connected))
    messages.success(request, words % {"count": len(connected)})
    if len(found) > A_PAGE:  # there may be more to choose on other pages
        return redirect("integrations:attempt", slug=request.organisation.slug, attempt_id=row.pk)
    return redirect("integrations:accounts", slug=request.organisation.slug)


def _choice(
    request: OrganisationRequest, row: ConnectAttempt, found: list[connecting.Found], *, nothing_ticked: bool = False
) -> HttpResponse:
    context = choices_of(request, row, found, nothing_ticked=nothing_ticked)
    return render(request, "integrations/choose.html", context, status=422 if nothing_ticked else 200)


def _failed(request: OrganisationRequest, row: ConnectAttempt) -> HttpResponse:
    key = row.reason or "connect_over"
    context = {
        "attempt": row,
        "network": row.network,
        "account": row.social_account,
        "explanation": sentence(key, row.reason_data, network=row.network),
    }
    return render(request, "integrations/connect_failed.html", context)


def _done(request: OrganisationRequest, row: ConnectAttempt) -> HttpResponse:
    slug = request.organisation.slug
    if row.social_account is not None:
        words = _("%(account)s is connected again. What was held goes on.")
        messages.success(request, words % {"account": row.social_account.title})
        return redirect("integrations:account", slug=slug, account_id=row.social_account.pk)
    account = SocialAccount.objects.filter(grant=row.grant).order_by("-checked_at").first()
    if account is None:
        return redirect("integrations:accounts", slug=slug)
    messages.success(request, _("%(account)s is connected.") % {"account": account.title})
    return redirect("integrations:account", slug=slug, account_id=account.pk)
