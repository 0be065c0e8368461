from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.forms import JoinForm
from accounts.models import User
from accounts.requests import origin_of, signed_in_user
from accounts.services.closing import is_kept_address
from accounts.services.invitations import Found, accept, find_invitation, register_invited
from accounts.services.members import Refused
from eventlog.services import acts_from, record


@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Follow an invitation's link: join, create an account first, or be told whose it is."""
    found = find_invitation(token, now=timezone.now())
    if found is None:
        return render(request, "accounts/invitation_spent.html", status=404)
    if request.user.is_authenticated:
        return _for_user(request, found)
    if is_kept_address(found.invitation.email):
        return _page(request, found, case="closed")
    if User.objects.filter(email=found.invitation.email).exists():
        return _page(request, found, case="sign_in")
    return _for_newcomer(request, found)


def _for_user(request: HttpRequest, found: Found) -> HttpResponse:
    user = signed_in_user(request)
    if user.email != found.invitation.email:
        return _page(request, found, case="other_address")
    if request.method != "POST":
        return _page(request, found, case="join")
    return _join(request, found, user)


def _for_newcomer(request: HttpRequest, found: Found) -> HttpResponse:
    email = found.invitation.email
    form = JoinForm(request.POST, email=email) if request.method == "POST" else JoinForm(email=email)
    if not (form.is_bound and form.is_valid()):
        return _page(request, found, case="newcomer", form=form, status=422 if form.is_bound else 200)
    user = register_invited(found, name=form.cleaned_data["name"], password=form.cleaned_data["password"])
    login(request, user, backend=settings.AUTHENTICATION_BACKENDS[0])
    with acts_from(origin_of(request, user)):
        record("accounts.user.registered", user)
        return _join(request, found, user)


def _join(request: HttpRequest, found: Found, user: User) -> HttpResponse:
    try:
        accept(found, user=user, now=timezone.now())
    except Refused as error:
        messages.error(request, str(error))
        return redirect("accounts:organisations")
    messages.success(request, _("You are a member of %(organisation)s now.") % {"organisation": found.organisation})
    return HttpResponseRedirect(f"/o/{found.organisation.slug}/")


def _page(request: HttpRequest, found: Found, *, status: int = 200, **context: object) -> HttpResponse:
    return render(request, "accounts/invitation.html", {"found": found, **context}, status=status)
