"""Words that agents use again: choosing them while answering, and keeping them."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.permissions import Permission
from accounts.requests import OrganisationRequest, requires
from moderation.forms import SavedReplyForm
from moderation.models import SavedReply
from moderation.services import saved_replies as keeping

MOST_CHOICES = 200


@requires(Permission.ANSWER_INBOX)
@require_safe
def choose(request: OrganisationRequest) -> HttpResponse:
    """Offer them beside the field."""
    context = {"saved_replies": SavedReply.objects.order_by("name")[:MOST_CHOICES], "slug": request.organisation.slug}
    return render(request, "moderation/partials/saved_choices.html", context)


@requires(Permission.ANSWER_INBOX)
@require_http_methods(["GET", "HEAD", "POST"])
def saved_replies(request: OrganisationRequest) -> HttpResponse:
    """List them, and take a new one."""
    form = SavedReplyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        return _keep(request, form, gettext("Saved."))
    return _page(request, form, status=422 if request.method == "POST" else 200)


@requires(Permission.ANSWER_INBOX)
@require_http_methods(["GET", "HEAD", "POST"])
def saved_reply(request: OrganisationRequest, saved_reply_id: int) -> HttpResponse:
    """Change one."""
    found = get_object_or_404(SavedReply, pk=saved_reply_id)
    form = SavedReplyForm(request.POST or None, instance=found)
    if request.method == "POST" and form.is_valid():
        return _keep(request, form, gettext("Saved."))
    return _page(request, form, editing=found, status=422 if request.method == "POST" else 200)


@requires(Permission.ANSWER_INBOX)
@require_POST
def delete_saved_reply(request: OrganisationRequest, saved_reply_id: int) -> HttpResponse:
    """Take one away; what was sent with it stays."""
    keeping.delete_saved_reply(get_object_or_404(SavedReply, pk=saved_reply_id))
    messages.success(request, gettext("Deleted. What was sent with it stays."))
    return redirect("moderation:saved_replies", slug=request.organisation.slug)


def _keep(request: OrganisationRequest, form: SavedReplyForm, words: str) -> HttpResponse:
    keeping.keep_saved_reply(form.save(commit=False), actor=request.membership, now=timezone.now())
    messages.success(request, words)
    return redirect("moderation:saved_replies", slug=request.organisation.slug)


def _page(
    request: OrganisationRequest, form: SavedReplyForm, *, editing: SavedReply | None = None, status: int = 200
) -> HttpResponse:
    context = {
        "form": form,
        "editing": editing,
        "saved_replies": SavedReply.objects.select_related("by").order_by("name"),
        "slug": request.organisation.slug,
    }
    return render(request, "moderation/saved_replies.html", context, status=status)
