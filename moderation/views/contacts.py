"""The contact beside an item: what agents know of the person, and until when it is kept."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from accounts.permissions import Permission
from accounts.requests import OrganisationRequest, requires
from moderation.forms import ContactForm
from moderation.inbox import listed
from moderation.models import Contact, Item
from moderation.sentences import sentence
from moderation.services.contacts import StaleContact, save_contact
from moderation.trouble import NotAllowed, NotPossible
from moderation.views.parts import listed_item
from privacy.rules import in_force


@requires(Permission.VIEW_INBOX)
@require_http_methods(["GET", "HEAD", "POST"])
def contact(request: OrganisationRequest, item_id: int) -> HttpResponse:
    """Show the contact; with `edit`, its form; take what the form sends."""
    listed_item(request, item_id)
    item: Item = listed(request.membership).select_related("identity__contact").get(pk=item_id)
    known = item.identity.contact if item.identity else None
    if request.method == "POST":
        return _save(request, item, known)
    form = _form(known) if "edit" in request.GET and request.membership.may(Permission.ANSWER_INBOX) else None
    return _show(request, item, known, form=form)


def _save(request: OrganisationRequest, item: Item, known: Contact | None) -> HttpResponse:
    if not request.membership.may(Permission.ANSWER_INBOX):
        raise PermissionDenied(str(Permission.ANSWER_INBOX.label))
    form = ContactForm(request.POST, instance=Contact())
    if not form.is_valid():
        return _show(request, item, known, form=form, status=422)
    version = form.cleaned_data["version"]
    try:
        saved = save_contact(item, form.cleaned_data, version=version, actor=request.membership, now=timezone.now())
    except NotAllowed:
        raise PermissionDenied(str(Permission.ANSWER_INBOX.label)) from None
    except StaleContact as stale:
        # What was typed stays in the form, which now knows the newer version: saving again is meant.
        typed = ContactForm({**request.POST.dict(), "version": stale.contact.version}, instance=Contact())
        return _show(request, item, stale.contact, form=typed, stale=stale.contact, status=409)
    except NotPossible as refusal:
        return _show(request, item, known, form=form, refusal=sentence(refusal.key, refusal.facts), status=422)
    return _show(request, item, saved)


def _form(known: Contact | None) -> ContactForm:
    several = {name: ", ".join(getattr(known, name)) for name in ("emails", "phones")} if known else {}
    return ContactForm(instance=known or Contact(), initial={**several, "version": known.version if known else 0})


def _show(
    request: OrganisationRequest,
    item: Item,
    known: Contact | None,
    *,
    form: ContactForm | None = None,
    status: int = 200,
    **more: Any,
) -> HttpResponse:
    now = timezone.now()
    rule = in_force("people", at=now)
    clock = known.last_activity_at if known else item.identity.last_activity_at if item.identity else None
    context = {
        "item": item,
        "contact": known,
        "form": form,
        "slug": request.organisation.slug,
        "may_answer": request.membership.may(Permission.ANSWER_INBOX),
        "may_see_rules": request.membership.may(Permission.MANAGE_ORGANISATION),
        "kept_until": rule.period.after(clock) if rule.period and clock else None,
        "is_anonymised": rule.mode == "anonymise",
        **more,
    }
    return render(request, "moderation/partials/contact.html", context, status=status)
