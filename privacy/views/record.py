from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.models import Membership
from accounts.permissions import Permission, Role
from accounts.requests import OrganisationRequest, requires
from privacy import caps
from privacy.record import processings


@require_safe
@requires(Permission.MANAGE_PRIVACY)
def record(request: OrganisationRequest) -> HttpResponse:
    """Show the processing record, to be read or printed."""
    now = timezone.now()
    owners = Membership.objects.filter(role=Role.OWNER).select_related("user").order_by("user__name")
    context = {"processings": processings(at=now), "now": now, "owners": owners, "caps": caps.applying()}
    return render(request, "privacy/record.html", context)
