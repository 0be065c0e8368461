"""Leaving for a network, coming back, and choosing what to connect."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.middleware import open_memberships
from accounts.permissions import Permission
from accounts.requests import OrganisationRequest, requires
from config.env import env
from integrations import registry
from integrations.contract import Feature
from integrations.models import ConnectAttempt, SocialAccount
from integrations.sentences import sentence
from integrations.services import connecting

SESSION_KEY = "connecting"  # state hash -> [organisation id, attempt id, network]; no secret among them
AWAY_AT_ONCE = 5  # attempts one session may have open, in several tabs
A_PAGE = 50


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
    """Answer with a page that leads on by itself.

    Not with a redirect: Chromium holds the whole chain of redirects after a form to the policy `form-action`, and
    which addresses a network's own sign-in passes through is not ours to list.
    """
    departure = connecting.start(
        network,
        user=request.user,
        redirect_uri=_callback_url(network),
        now=timezone.now(),
        account=account,
        send_late=send_late,
    )
    away: dict[str, list[Any]] = dict(list(request.session.get(SESSION_KEY, {}).items())[-(AWAY_AT_ONCE - 1) :])
    away[departure.state_hash] = [request.organisation.pk, departure.attempt_id, network]
    request.session[SESSION_KEY] = away
    return render(request, "integrations/depart.html", {"url": departure.url, "network": network})


@never_cache
@require_GET
@login_required
@sensitive_variables("code")
def callback(request: HttpRequest, network: str) -> HttpResponse:
    """Take a person back from a network. The address names no organisation: the state leads to it."""
    away = request.session.get(SESSION_KEY, {})
    organisation_id, attempt_id, left_for = away.pop(
        connecting.hash_state(request.GET.get("state", "")), (None, None, None)
    )
    # Each network has its own address to come back to: one network's code must never be handed to another.
    if left_for != network:
        return render(request, "integrations/callback_lost.html", {"network": network}, status=400)
    request.session[SESSION_KEY] = away
    user: Any = request.user
    membership = next((one for one in open_memberships(user) if one.organisation_id == organisation_id), None)
    if membership is None or not membership.may(Permission.CONNECT_ACCOUNTS):
        raise Http404
    connecting.arrive(
        attempt_id,
        organisation_id=organisation_id,
        user_id=user.pk,
        code=request.GET.get("code", ""),
        denied="error" in request.GET,
        redirect_uri=_callback_url(network),
        now=timezone.now(),
    )
    return redirect("integrations:attempt", slug=membership.organisation.slug, attempt_id=attempt_id)


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
    query = request.GET.get("q", "").strip()
    matching = [each for each in found if query.casefold() in f"{each.name} {each.handle}".casefold()]
    first = _first_shown(request.GET.get("from", ""), len(matching))
    shown = matching[first : first + A_PAGE]
    known = {
        account.network_id: account
        for account in SocialAccount.objects.filter(
            network=row.network, network_id__in=[each.network_id for each in shown]
        ).select_related("grant")
    }
    context = {
        "attempt": row,
        "network": row.network,
        "choices": [_choice_of(each, known.get(each.network_id), row) for each in shown],
        "count": len(found),
        "matching": len(matching),
        "query": query,
        "previous": max(first - A_PAGE, 0) if first else None,
        "following": first + A_PAGE if first + A_PAGE < len(matching) else None,
        "nothing_ticked": nothing_ticked,
        "lost": SocialAccount.objects.filter(grant=row.grant, state=SocialAccount.State.LOST).in_order()[:20],
    }
    return render(request, "integrations/choose.html", context, status=422 if nothing_ticked else 200)


def _choice_of(found: connecting.Found, account: SocialAccount | None, row: ConnectAttempt) -> dict[str, object]:
    connected = account is not None and account.state != SocialAccount.State.DISCONNECTED
    return {
        "found": found,
        "is_here": connected and account is not None and account.grant_id == row.grant_id,
        "other_grant": account.grant
        if connected and account is not None and account.grant_id != row.grant_id
        else None,
        "comes_back": account is not None and not connected,
        "may_publish": Feature.PUBLISH.value in found.able,
    }


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


def _first_shown(value: str, count: int) -> int:
    first = int(value) if value.isdecimal() and len(value) < 6 else 0
    return first if first < count else 0


def _callback_url(network: str) -> str:
    return env.public_base_url + reverse("connect_callback", kwargs={"network": network})
