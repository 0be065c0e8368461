"""A person's notices, and what they want by mail."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.requests import OrganisationRequest
from lib.pagination import page_of
from notifications.models import MailPreference, Notice
from notifications.services.reading import choose_mail, mark_read
from notifications.wording import wording_of

PAGE_SIZE = 50


@require_safe
def notices(request: OrganisationRequest) -> HttpResponse:
    """List one's own notices in this organisation, newest first."""
    found: Any = (
        Notice.objects.of(request.user)
        .open_to(request.membership)
        .select_related(
            *("publication__post", "publication__social_account", "social_account__grant", "item__social_account", "by")
        )
    )
    found = found.defer(
        *("publication__social_account__sealed", "social_account__sealed", "item__social_account__sealed"),
        *("social_account__grant__sealed", "publication__progress"),
    )
    before, after = request.GET.get("before", ""), request.GET.get("after", "")
    page = page_of(found, before=before, after=after, size=PAGE_SIZE)
    for one in page.rows:
        one.organisation = request.organisation  # known already: the wording asks for its slug
    rows = [(one, wording_of(one)) for one in page.rows]
    context = {"page": page, "rows": rows, "has_unread": any(one.read_at is None for one in page.rows)}
    return render(request, "notifications/notices.html", context)


@require_POST
def read_all(request: OrganisationRequest) -> HttpResponse:
    mark_read(request.user, now=timezone.now())
    return redirect("notifications:notices", slug=request.organisation.slug)


@require_POST
def follow(request: OrganisationRequest, notice_id: int) -> HttpResponse:
    """Mark a notice as read and lead to what it is about."""
    notice = get_object_or_404(Notice.objects.of(request.user).open_to(request.membership), pk=notice_id)
    mark_read(request.user, now=timezone.now(), notice_id=notice.pk)
    notice.organisation = request.organisation
    return redirect(wording_of(notice).url)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def preferences(request: OrganisationRequest) -> HttpResponse:
    """A part of one's own settings: what comes by mail."""
    said = ""
    if request.method == "POST":
        choose_mail(request.user, on_trouble="on_trouble" in request.POST)
        said = gettext("Saved.")
    kept = MailPreference.objects.filter(user=request.user).first()
    context = {"on_trouble": kept.on_trouble if kept else True, "said": said}
    return render(request, "notifications/partials/preferences.html", context)
