"""Connecting by a link: making and ending one, and what whoever follows it meets, without an account here.

Members' pages stand in the organisation's scope. A guest's open it for as long as they read or write: the organisation
is the link's, and what a guest may see of it is its name and what their own attempt found.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.permissions import Permission
from accounts.requests import OrganisationRequest, origin_of, requires
from config.env import env
from eventlog.services import Origin, acts_from
from integrations import registry
from integrations.forms import LinkForm
from integrations.models import ConnectAttempt, ConnectLink
from integrations.sentences import sentence
from integrations.services import connecting
from integrations.services.links import end_link, find_link, make_link
from integrations.views.choosing import choices_of
from integrations.views.leaving import Departed, callback_url, depart, take_back
from lib.tenancy.scope import scope

GUEST_KEY = "connected_by_link"  # state hash -> [organisation id, attempt id]: what this browser may come back to
KEPT_AT_ONCE = 10

# -- members -----------------------------------------------------------------------------------------------------------


@never_cache
@require_POST
@requires(Permission.CONNECT_ACCOUNTS)
@sensitive_variables("token")
def make(request: OrganisationRequest) -> HttpResponse:
    """Make a link and show it, this once."""
    form = LinkForm(request.POST)
    if not form.is_valid():
        return render(request, "integrations/link_made.html", {"form": form}, status=422)
    link, token = make_link(form.cleaned_data["name"], user=request.user, now=timezone.now())
    address = env.public_base_url + reverse("connect_link", kwargs={"token": token})
    return render(request, "integrations/link_made.html", {"link": link, "address": address})


@require_POST
@requires(Permission.CONNECT_ACCOUNTS)
def end(request: OrganisationRequest, link_id: int) -> HttpResponse:
    """End a link before its time."""
    end_link(get_object_or_404(ConnectLink, pk=link_id), now=timezone.now())
    return redirect("integrations:accounts", slug=request.organisation.slug)


# -- whoever has the link ----------------------------------------------------------------------------------------------


@never_cache
@require_safe
@sensitive_variables("token")
def follow(request: HttpRequest, token: str) -> HttpResponse:
    """Say who asks, what it means, and where to begin."""
    found = find_link(token, now=timezone.now())
    if found is None:
        return render(request, "integrations/link_over.html", status=404)
    context = {"found": found, "networks": registry.provider_keys(), "token": token}
    return render(request, "integrations/link.html", context)


@never_cache
@require_POST
@sensitive_variables("token")
def leave(request: HttpRequest, token: str, network: str) -> HttpResponse:
    """Send whoever has the link to a network."""
    found = find_link(token, now=timezone.now())
    if found is None or network not in registry.provider_keys():
        raise Http404
    organisation_id = found.organisation.pk
    with scope(organisation=organisation_id):
        departure = connecting.start(
            network, user=None, link=found.link, redirect_uri=callback_url(network), now=timezone.now()
        )
    return depart(request, departure, network=network, organisation_id=organisation_id, by_link=True)


def arrive(request: HttpRequest, departed: Departed) -> HttpResponse:
    """Take somebody back who came by a link, and remember that this browser may choose."""
    with _acts_by_link(request, departed.organisation_id, departed.attempt_id):
        take_back(request, departed, user_id=None)
    kept = dict(list(request.session.get(GUEST_KEY, {}).items())[-(KEPT_AT_ONCE - 1) :])
    kept[departed.state_hash] = [departed.organisation_id, departed.attempt_id]
    request.session[GUEST_KEY] = kept
    return redirect("connect_back", key=departed.state_hash)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def back(request: HttpRequest, key: str) -> HttpResponse:
    """Show a guest how their attempt went, and let them choose. Another browser, or another key, finds nothing."""
    organisation_id, attempt_id = request.session.get(GUEST_KEY, {}).get(key, (None, None))
    if organisation_id is None:
        raise Http404
    with _acts_by_link(request, organisation_id, attempt_id), scope(organisation=organisation_id):
        row = get_object_or_404(
            ConnectAttempt.objects.select_related("grant", "link__created_by", "organisation"), pk=attempt_id
        )
        return _answer(request, row)


def _answer(request: HttpRequest, row: ConnectAttempt) -> HttpResponse:
    now = timezone.now()
    if row.step == ConnectAttempt.Step.DONE:
        return _done(request, row, row.grant.social_accounts.in_order() if row.grant else ())
    found = connecting.found_by(row, now=now) if _is_open(row) else []
    if not found:
        words = sentence(row.reason or "connect_over", row.reason_data, network=row.network)
        return render(request, "integrations/link_failed.html", {"attempt": row, "explanation": words})
    nothing_ticked = False
    if request.method == "POST":
        connected = connecting.choose(row, set(request.POST.getlist("presence")), now=now)
        if connected:
            return _done(request, row, connected)
        nothing_ticked = True
    context = choices_of(request, row, found, nothing_ticked=nothing_ticked)
    return render(request, "integrations/link_choose.html", context, status=422 if nothing_ticked else 200)


def _is_open(row: ConnectAttempt) -> bool:
    """Whether the link still leads somewhere: a member may have ended it while its holder was away."""
    organisation = row.organisation
    is_ending = organisation.ends_at is not None or organisation.closed_at is not None
    return row.link is not None and row.link.ended_at is None and not is_ending


def _done(request: HttpRequest, row: ConnectAttempt, connected: object) -> HttpResponse:
    return render(request, "integrations/link_done.html", {"attempt": row, "connected": connected})


@contextmanager
def _acts_by_link(request: HttpRequest, organisation_id: int, attempt_id: int) -> Iterator[None]:
    """Let the event log say by whose link something was connected."""
    with scope(organisation=organisation_id):
        link = ConnectLink.objects.filter(attempts=attempt_id).first()
    origin = origin_of(request)
    with acts_from(Origin(actor_name=link.name if link else "", address=origin.address, agent=origin.agent)):
        yield
