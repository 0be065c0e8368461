"""What there is to choose from, page by page, for members and for whoever comes by a link."""

from django.http import HttpRequest

from integrations.contract import Feature
from integrations.models import ConnectAttempt, SocialAccount
from integrations.services import connecting

A_PAGE = 50


def choices_of(
    request: HttpRequest, row: ConnectAttempt, found: list[connecting.Found], *, nothing_ticked: bool = False
) -> dict[str, object]:
    """Return what the page of an attempt shows: a page of presences that match what is looked for."""
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
    return {
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


def _first_shown(value: str, count: int) -> int:
    first = int(value) if value.isdecimal() and len(value) < 6 else 0
    return first if first < count else 0
