"""Which social accounts a member may work with: a dialog on the page of people."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.models import Membership
from accounts.permissions import Permission
from accounts.requests import OrganisationRequest, requires
from accounts.services.members import may_change
from integrations.models import AccountAccess, SocialAccount
from integrations.services.access import set_account_access
from lib.numbers import number_in


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.MANAGE_PEOPLE)
def access(request: OrganisationRequest, membership_id: int) -> HttpResponse:
    """Show the choice of one member's accounts, and keep it."""
    membership = get_object_or_404(Membership.objects.select_related("user"), pk=membership_id)
    if not may_change(membership, actor=request.membership):
        raise PermissionDenied(str(Permission.MANAGE_OWNERS.label))
    if request.method == "POST":
        return _keep(request, membership)
    context = {
        "membership": membership,
        "accounts": SocialAccount.objects.exclude(state=SocialAccount.State.DISCONNECTED).in_order(),
        "chosen": set(AccountAccess.objects.filter(membership=membership).values_list("social_account_id", flat=True)),
    }
    return render(request, "integrations/partials/access.html", context)


def _keep(request: OrganisationRequest, membership: Membership) -> HttpResponse:
    asked = map(number_in, request.POST.getlist("account"))
    chosen = [number for number in asked if number is not None]
    set_account_access(membership, None if request.POST.get("which") == "all" else chosen)
    messages.success(request, _("The accounts of %(person)s are saved.") % {"person": membership.user})
    return redirect("accounts:people", slug=request.organisation.slug)
