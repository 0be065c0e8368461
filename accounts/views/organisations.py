from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.forms import OrganisationForm, OrganisationSettingsForm
from accounts.middleware import open_memberships
from accounts.permissions import Permission
from accounts.requests import OrganisationRequest, requires, signed_in_user
from accounts.services.organisations import change_settings, create_organisation


@require_safe
@login_required
def organisations(request: HttpRequest) -> HttpResponse:
    """List the organisations one belongs to."""
    memberships = open_memberships(signed_in_user(request))
    return render(request, "accounts/organisations.html", {"memberships": memberships})


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def create(request: HttpRequest) -> HttpResponse:
    """Create an organisation and go to it; who creates it owns it."""
    user = signed_in_user(request)
    initial = {"language": user.language, "time_zone": "Europe/Paris"}
    form = OrganisationForm(request.POST) if request.method == "POST" else OrganisationForm(initial=initial)
    if form.is_bound and form.is_valid():
        created = create_organisation(**form.cleaned_data, owner=user)
        return HttpResponseRedirect(reverse("accounts:people", kwargs={"slug": created.slug}))
    return render(request, "accounts/create_organisation.html", {"form": form}, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.MANAGE_ORGANISATION)
def settings(request: OrganisationRequest) -> HttpResponse:
    """Show and keep the organisation's settings."""
    organisation = request.organisation
    form = (
        OrganisationSettingsForm(request.POST)
        if request.method == "POST"
        else OrganisationSettingsForm.of(organisation)
    )
    if form.is_bound and form.is_valid():
        change_settings(organisation, changes=form.cleaned_data)
        messages.success(request, _("The organisation's settings are saved."))
        return redirect("accounts:settings", slug=organisation.slug)
    context = {"form": form, "may_end": request.membership.may(Permission.END_ORGANISATION)}
    return render(request, "accounts/settings.html", context, status=422 if form.is_bound else 200)
