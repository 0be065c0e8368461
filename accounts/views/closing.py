from allauth.account.adapter import get_adapter
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.forms import CloseAccountForm
from accounts.requests import signed_in_user
from accounts.services.closing import close_account, find_obstacles
from accounts.services.members import Refused


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def close(request: HttpRequest) -> HttpResponse:
    """Say what closing one's account does and what stands in its way; close it."""
    user = signed_in_user(request)
    form = CloseAccountForm(request.POST) if request.method == "POST" else CloseAccountForm()
    if form.is_bound and form.is_valid() and _is_their_password(request, form):
        try:
            close_account(user, now=timezone.now())
        except Refused as error:
            form.add_error(None, str(error))
        else:
            logout(request)
            return render(request, "accounts/closed.html")
    context = {"form": form, "obstacles": find_obstacles(user)}
    return render(request, "accounts/close.html", context, status=422 if form.is_bound else 200)


def _is_their_password(request: HttpRequest, form: CloseAccountForm) -> bool:
    """Ask for it as signing in does, with its pauses: a session that was left open is not enough."""
    user = signed_in_user(request)
    try:
        found = get_adapter().authenticate(request, email=user.email, password=form.cleaned_data["password"])
    except ValidationError as error:
        form.add_error("password", error)
        return False
    if found != user:
        form.add_error("password", _("This is not your password."))
        return False
    return True
