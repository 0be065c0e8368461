from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.forms import InvitationForm, RoleForm, roles_for
from accounts.models import Invitation, Membership
from accounts.permissions import ALLOWED, Permission, Role
from accounts.requests import OrganisationRequest, requires
from accounts.services.invitations import invite, revoke, send_again
from accounts.services.members import Refused, change_role, may_change, remove_member


@dataclass(frozen=True, kw_only=True)
class Row:
    """One member as the page shows them to one reader."""

    membership: Membership
    is_me: bool
    may_change: bool
    may_remove: bool


@require_safe
def people(request: OrganisationRequest) -> HttpResponse:
    """Show who belongs to the organisation; every member may know their colleagues."""
    return _page(request)


@require_POST
@requires(Permission.MANAGE_PEOPLE)
def invite_person(request: OrganisationRequest) -> HttpResponse:
    form = InvitationForm(request.POST, actor=request.membership)
    if not form.is_valid():
        return _page(request, form=form, status=422)
    email, role = form.cleaned_data["email"], Role(form.cleaned_data["role"])
    try:
        invite(email, role, actor=_actor(request), now=timezone.now())
    except Refused as error:
        form.add_error("email", str(error))
        return _page(request, form=form, status=422)
    messages.success(request, _("An invitation is on its way to %(address)s.") % {"address": email})
    return _back(request)


@require_POST
@requires(Permission.MANAGE_PEOPLE)
def resend_invitation(request: OrganisationRequest, invitation_id: int) -> HttpResponse:
    found = get_object_or_404(_open_invitations(), pk=invitation_id)
    done = _("A new invitation is on its way to %(address)s; the first link has ended.") % {"address": found.email}
    return _attempt(request, lambda: send_again(found, actor=_actor(request), now=timezone.now()), done)


@require_POST
@requires(Permission.MANAGE_PEOPLE)
def revoke_invitation(request: OrganisationRequest, invitation_id: int) -> HttpResponse:
    found = get_object_or_404(_open_invitations(), pk=invitation_id)
    done = _("The invitation of %(address)s has ended.") % {"address": found.email}
    return _attempt(request, lambda: revoke(found, actor=_actor(request), now=timezone.now()), done)


@require_POST
@requires(Permission.MANAGE_PEOPLE)
def give_role(request: OrganisationRequest, membership_id: int) -> HttpResponse:
    found = get_object_or_404(Membership.objects.select_related("user"), pk=membership_id)
    form = RoleForm(request.POST, actor=request.membership)
    if not form.is_valid():
        messages.error(request, _("This role cannot be given by you; choose one of the list."))
        return _back(request)
    role = Role(form.cleaned_data["role"])
    done = _("%(person)s: %(role)s from now on.") % {"person": found.user, "role": role.label}
    return _attempt(request, lambda: change_role(found, role, actor=_actor(request)), done)


@require_POST
def remove_person(request: OrganisationRequest, membership_id: int) -> HttpResponse:
    """Remove a member; anybody may leave by themselves, which is why the service asks the permission."""
    found = get_object_or_404(Membership.objects.select_related("user"), pk=membership_id)
    if found.pk == request.membership.pk:
        return _leave(request, found)
    if not request.membership.may(Permission.MANAGE_PEOPLE):
        raise PermissionDenied(str(Permission.MANAGE_PEOPLE.label))
    done = _("%(person)s is no member any more.") % {"person": found.user}
    return _attempt(request, lambda: remove_member(found, actor=_actor(request), now=timezone.now()), done)


def _leave(request: OrganisationRequest, membership: Membership) -> HttpResponse:
    try:
        remove_member(membership, actor=request.membership, now=timezone.now())
    except Refused as error:
        messages.error(request, str(error))
        return _back(request)
    messages.success(request, _("You have left %(organisation)s.") % {"organisation": request.organisation})
    return redirect("accounts:organisations")


def _attempt(request: OrganisationRequest, deed: Callable[[], Any], done: str) -> HttpResponse:
    """Do it and say so, or say why not; either way back to the list."""
    try:
        deed()
    except Refused as error:
        messages.error(request, str(error))
    else:
        messages.success(request, done)
    return _back(request)


def _back(request: OrganisationRequest) -> HttpResponse:
    return redirect("accounts:people", slug=request.organisation.slug)


def _actor(request: OrganisationRequest) -> Membership:
    """Return who acts, with user and organisation at hand."""
    request.membership.user = request.user
    return request.membership


def _open_invitations() -> Any:
    return Invitation.objects.filter(accepted_at=None, revoked_at=None)


def _page(request: OrganisationRequest, *, form: InvitationForm | None = None, status: int = 200) -> HttpResponse:
    me = request.membership
    may_manage = me.may(Permission.MANAGE_PEOPLE)
    members = Membership.objects.select_related("user").order_by("user__name", "id")
    rows = [
        Row(
            membership=one,
            is_me=one.pk == me.pk,
            may_change=may_change(one, actor=me),
            may_remove=one.pk == me.pk or may_change(one, actor=me),
        )
        for one in members
    ]
    context = {
        "rows": rows,
        "may_manage": may_manage,
        "invitations": _open_invitations().select_related("invited_by").order_by("-id") if may_manage else [],
        "now": timezone.now(),
        "form": form or InvitationForm(actor=me, initial={"role": Role.CONTRIBUTOR}),
        "roles": roles_for(me),
        "table": [(role.label, [p.label for p in Permission if p in ALLOWED[role]]) for role in Role],
    }
    return render(request, "accounts/people.html", context, status=status)
