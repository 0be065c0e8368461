"""The accounts page with an account's panel, its picture, disconnecting it, and what is left of the budgets."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.permissions import Permission
from accounts.requests import OrganisationRequest, requires
from gallery.addresses import away_to
from gallery.storage import NoFile, read_all
from integrations import budget_overview, events, overview, registry
from integrations.models import ConnectLink, SocialAccount, SocialAccountQuerySet
from integrations.sentences import NETWORK_NAMES
from integrations.services.disconnecting import disconnect as disconnect_account
from integrations.standings import all_standings, standings

PICTURE_AGE_SECONDS = 24 * 60 * 60


@require_GET
@requires(Permission.VIEW_ACCOUNTS)
def accounts(request: OrganisationRequest, account_id: int | None = None) -> HttpResponse:
    """Show all accounts grouped by grant, and one of them in the panel beside."""
    query = request.GET.get("q", "").strip()
    now = timezone.now()
    may_connect = request.membership.may(Permission.CONNECT_ACCOUNTS)
    visible = list(_visible(request).in_order().select_related("grant", "grant__granted_by"))
    chosen = next((account for account in visible if account.pk == account_id), None)
    if account_id is not None and chosen is None:
        raise Http404
    listed = [account for account in visible if _matches(account, query)]
    waiting = events.count_waiting([account.pk for account in visible])
    connected = [account for account in visible if account.state != SocialAccount.State.DISCONNECTED]
    context = {
        "groups": overview.group_by_grant(
            listed,
            waiting=waiting,
            standings=standings(
                [(each.network, each.network_id) for each in listed], units=overview.PUBLISHING_UNITS, now=now
            ),
            now=now,
        ),
        "count": len(connected),
        "grants": len({account.grant_id for account in connected if account.grant_id}),
        "query": query,
        "networks": registry.provider_keys(),
        "may_connect": may_connect,
        "links": ConnectLink.objects.open(now).order_by("-pk") if may_connect else (),
        "chosen": chosen,
        **(_panel(chosen, waiting.get(chosen.pk, 0)) if chosen else {}),
    }
    return render(request, "integrations/accounts.html", context)


@require_GET
@requires(Permission.VIEW_ACCOUNTS)
def budgets(request: OrganisationRequest) -> HttpResponse:
    """Show what is left of the networks' budgets, and what waits until when."""
    now = timezone.now()
    connected = _visible(request).exclude(state=SocialAccount.State.DISCONNECTED)
    found = list(connected.in_order().select_related("grant"))
    reading = events.reading_that_waits([account.pk for account in found], now=now)
    context = {
        "networks": budget_overview.by_network(found, all_standings(found, now=now)),
        "waiting": budget_overview.waiting(found, reading=reading, now=now),
        "count": len(found),
    }
    return render(request, "integrations/budgets.html", context)


@require_POST
@requires(Permission.CONNECT_ACCOUNTS)
def disconnect(request: OrganisationRequest, account_id: int) -> HttpResponse:
    """Disconnect an account, as the dialog said."""
    account = get_object_or_404(_visible(request), pk=account_id)
    disconnect_account(account, cancel_scheduled=request.POST.get("planned") != "keep", now=timezone.now())
    words = _("%(account)s is disconnected. Its history stays here.") % {"account": account.title}
    messages.success(request, words)
    return redirect("integrations:accounts", slug=request.organisation.slug)


@require_GET
@requires(Permission.VIEW_POSTS)
def picture(request: OrganisationRequest, account_id: int) -> HttpResponse:
    """Serve our own small copy of an account's picture: no browser of ours ever asks a network for it."""
    account = get_object_or_404(_visible(request), pk=account_id)
    if not account.picture:
        raise Http404
    away = away_to(account.picture)
    if away is not None:
        return away
    try:
        response = HttpResponse(read_all(account.picture), content_type="image/jpeg")
    except NoFile as error:
        raise Http404 from error
    response.headers["Cache-Control"] = f"private, max-age={PICTURE_AGE_SECONDS}"
    return response


def _visible(request: OrganisationRequest) -> SocialAccountQuerySet:
    found: SocialAccountQuerySet = SocialAccount.objects.open_to(request.membership)
    return found


def _matches(account: SocialAccount, query: str) -> bool:
    words = f"{account.name} {account.handle} {NETWORK_NAMES.get(account.network, account.network)}".casefold()
    return query.casefold() in words


def _panel(account: SocialAccount, waiting: int) -> dict[str, object]:
    return {
        "health": overview.health_of(account, now=timezone.now()),
        "explanation": overview.explanation_of(account, now=timezone.now()),
        "unreachable": overview.reach_of(account),
        "abilities": overview.abilities_of(account),
        "listening": overview.listening_of(account),
        "waiting": waiting,
    }
