from collections.abc import AsyncIterator
from datetime import datetime

from asgiref.sync import sync_to_async
from django.contrib import messages
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.models import Membership
from accounts.permissions import Permission
from accounts.requests import OrganisationRequest, requires
from eventlog.services import record
from lib.numbers import number_in
from lib.spreadsheets import MARK, as_csv, harmless
from lib.tenancy.scope import scope
from privacy import caps
from privacy import page as composing
from privacy.due_lists import DueList, find_list, is_last, next_ids
from privacy.forms import ChoiceForm, HoldForm
from privacy.models import LegalHold
from privacy.record_classes import RECORD_CLASSES
from privacy.registry import Entry
from privacy.rules import InForce, in_force
from privacy.services.holds import NothingToHold, place_hold, release_hold
from privacy.services.policies import NotAllowed, begins_at, choose_policy, require_allowed, withdraw_pending


@require_safe
@requires(Permission.MANAGE_PRIVACY)
def page(request: OrganisationRequest) -> HttpResponse:
    """Show what is kept, how long, and what ends it; with `hold` and `of`, the form of a hold on what they name."""
    asked = request.GET.get("hold", "")
    if asked not in LegalHold.Scope.values:
        return _page(request)
    return _page(request, form=HoldForm(initial={"scope": asked, "subject_id": number_in(request.GET.get("of", ""))}))


@require_safe
@requires(Permission.MANAGE_PRIVACY)
def effect(request: OrganisationRequest) -> HttpResponse:
    """Show what a choice would end, before it is made. Changes nothing."""
    form = ChoiceForm(request.GET)
    if not form.is_valid():
        return _row(request, request.GET.get("key", ""), error=_first(form), status=422)
    choice = form.choice()
    try:
        require_allowed(choice)
    except NotAllowed as error:
        return _row(request, choice.key, error=str(error), status=422)
    row = composing.rule_row(choice.key, request.organisation, at=timezone.now(), choice=choice)
    return render(request, "privacy/partials/rule.html", {"row": row})


@require_safe
@requires(Permission.MANAGE_PRIVACY)
def effect_list(request: OrganisationRequest) -> StreamingHttpResponse:
    """Answer what a choice would take at its first run, row by row, as CSV. Changes nothing but the event log."""
    form = ChoiceForm(request.GET)
    found = find_list(form.choice().key) if form.is_valid() else None
    if found is None:
        raise Http404
    choice, now = form.choice(), timezone.now()
    try:
        require_allowed(choice)
    except NotAllowed as error:
        raise Http404 from error
    before = in_force(choice.key, at=now)
    instead = InForce(record_class=before.record_class, period=choice.period, mode=choice.mode)
    record("privacy.list.taken", data={"record_class": choice.key, "period": composing.value_of(choice.period)})
    begins = begins_at(choice, before, at=now, time_zone=request.organisation.time_zone)
    lines = _lines(request.membership, request.organisation.time_zone, *found, instead, at=begins)
    response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{choice.key}-{request.organisation.slug}.csv"'
    response["Cache-Control"] = "no-store"
    return response


async def _lines(
    membership: Membership, time_zone: str, entry: Entry, listed: DueList, instead: InForce, *, at: datetime
) -> AsyncIterator[str]:
    """Yield the file in batches. The request's scope has ended by now, so each batch opens its own."""
    language = get_language() or "en"

    def batch(after: int) -> tuple[str, list[int]]:
        with scope(organisation=membership.organisation_id), override(language), timezone.override(time_zone):
            header = [] if after else [listed.header()]
            ids = next_ids(entry, instead, at=at, after=after)
            rows = [[harmless(field) for field in line] for line in listed.lines(ids, membership)]
            return as_csv([*header, *rows]), ids

    yield MARK
    after = 0
    while True:
        text, ids = await sync_to_async(batch, thread_sensitive=True)(after)
        yield text
        if is_last(ids):
            return
        after = ids[-1]


@require_POST
@requires(Permission.MANAGE_PRIVACY)
def choose(request: OrganisationRequest) -> HttpResponse:
    """Keep a choice. A shorter period first runs after seven days."""
    form = ChoiceForm(request.POST)
    if not form.is_valid():
        return _row(request, request.POST.get("key", ""), error=_first(form), status=422)
    choice, now = form.choice(), timezone.now()
    try:
        choose_policy(choice, actor=request.user, at=now, time_zone=request.organisation.time_zone)
    except NotAllowed as error:
        return _row(request, choice.key, error=str(error), status=422)
    return _row(request, choice.key)


@require_POST
@requires(Permission.MANAGE_PRIVACY)
def keep(request: OrganisationRequest) -> HttpResponse:
    """Keep the rule as it is: take back a choice that has not begun."""
    key = request.POST.get("key", "")
    if key in RECORD_CLASSES:
        withdraw_pending(key, at=timezone.now())
    return _row(request, key)


@require_POST
@requires(Permission.MANAGE_PRIVACY)
def place(request: OrganisationRequest) -> HttpResponse:
    """Place a legal hold."""
    form = HoldForm(request.POST)
    if form.is_valid():
        try:
            hold = place_hold(form.wanted(), actor=request.user, at=timezone.now())
        except NothingToHold as error:
            form.add_error("subject_id", str(error))
        else:
            messages.success(request, _("The hold is in force: %(title)s.") % {"title": hold.title})
            return redirect("privacy:retention", slug=request.organisation.slug)
    return _page(request, form=form, status=422)


@require_POST
@requires(Permission.MANAGE_PRIVACY)
def release(request: OrganisationRequest, hold_id: int) -> HttpResponse:
    """Release a legal hold: the other rules act again."""
    hold = get_object_or_404(LegalHold.objects.active(), pk=hold_id)
    release_hold(hold, actor=request.user, at=timezone.now())
    messages.success(request, _("The hold is released: %(title)s.") % {"title": hold.title})
    return redirect("privacy:retention", slug=request.organisation.slug)


def _first(form: ChoiceForm) -> str:
    return next((str(errors[0]) for errors in form.errors.values()), "")


def _row(request: OrganisationRequest, key: str, *, error: str = "", status: int = 200) -> HttpResponse:
    record_class = RECORD_CLASSES.get(key)
    if record_class is None or not record_class.is_chosen:
        raise Http404
    row = composing.rule_row(key, request.organisation, at=timezone.now(), error=error)
    return render(request, "privacy/partials/rule.html", {"row": row}, status=status)


def _page(request: OrganisationRequest, *, form: HoldForm | None = None, status: int = 200) -> HttpResponse:
    context = {
        "rows": composing.rule_rows(request.organisation, at=timezone.now()),
        "duties": composing.platform_rules(),
        "holds": composing.holds(),
        "caps": caps.applying(),
        "runs": composing.runs(request.organisation.pk),
        "next_run": composing.next_run(request.organisation.pk),
        "form": form or HoldForm(),
        "is_placing": form is not None,
        "may_export": request.membership.may(Permission.EXPORT_ORGANISATION),
    }
    return render(request, "privacy/retention.html", context, status=status)
