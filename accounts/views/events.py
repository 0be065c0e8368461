from collections.abc import AsyncIterator
from functools import partial

from asgiref.sync import sync_to_async
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.event_filters import EventFilterForm
from accounts.models import Organisation
from accounts.permissions import Permission
from accounts.requests import OrganisationRequest, requires
from eventlog.models import Event
from eventlog.querysets import Filter, organisation_events
from eventlog.sentences import sentence_of
from eventlog.services import record
from lib.pagination import cursor_of, page_of
from lib.spreadsheets import MARK, as_csv, harmless
from lib.tenancy.scope import scope

KEY = ("at", "id")
PAGE_SIZE = 50
BATCH = 500


@require_safe
@requires(Permission.VIEW_EVENT_LOG)
def events(request: OrganisationRequest) -> HttpResponse:
    """Show who did what, latest first."""
    form = EventFilterForm(request.GET)
    page = page_of(
        organisation_events(form.wanted()),
        by=KEY,
        before=request.GET.get("before", ""),
        after=request.GET.get("after", ""),
        size=PAGE_SIZE,
    )
    kept = request.GET.copy()
    for name in ("before", "after"):
        kept.pop(name, None)
    context = {
        "form": form,
        "page": page,
        "query": kept.urlencode(),
        "rows": [(event, sentence_of(event)) for event in page.rows],
    }
    return render(request, "accounts/events.html", context)


@require_safe
@requires(Permission.VIEW_EVENT_LOG)
def export_events(request: OrganisationRequest) -> StreamingHttpResponse:
    """Answer what the filter shows as CSV, all of it. That it was taken out is an event as well."""
    wanted = EventFilterForm(request.GET).wanted()
    record("eventlog.export.taken", request.organisation)
    response = StreamingHttpResponse(
        _lines(request.organisation, request.user.pk, wanted, language=translation.get_language() or "en"),
        content_type="text/csv; charset=utf-8",
    )
    response["Content-Disposition"] = f'attachment; filename="events-{request.organisation.slug}.csv"'
    response["Cache-Control"] = "no-store"
    return response


async def _lines(organisation: Organisation, user_id: int, wanted: Filter, *, language: str) -> AsyncIterator[str]:
    """Yield the file in batches. The request's scope has ended by now, so each batch opens its own."""
    yield MARK + as_csv([_header(language)])
    before = ""
    while True:
        read = partial(_batch, organisation, user_id, wanted, before=before, language=language)
        text, before = await sync_to_async(read, thread_sensitive=True)()
        yield text
        if not before:
            return


def _header(language: str) -> list[str]:
    with translation.override(language):
        return [_("When"), _("Event"), _("Who"), _("What"), _("Address"), _("Browser"), _("In words")]


def _batch(organisation: Organisation, user_id: int, wanted: Filter, *, before: str, language: str) -> tuple[str, str]:
    """Return the next lines and the cursor of those after them, empty at the end."""
    with (
        scope(organisation=organisation.pk, user=user_id),
        timezone.override(organisation.time_zone),
        translation.override(language),
    ):
        page = page_of(organisation_events(wanted), by=KEY, before=before, size=BATCH)
        text = as_csv([_line(event) for event in page.rows])
    return text, cursor_of(page.rows[-1], KEY) if page.older else ""


def _line(event: Event) -> list[str]:
    at = timezone.localtime(event.at).isoformat(timespec="seconds")
    subject = f"{event.subject_type} {event.subject_id or ''} {event.subject_name}".strip()
    fields = [at, event.name, event.actor_name, subject, event.address or "", event.agent, sentence_of(event)]
    return [harmless(field) for field in fields]
