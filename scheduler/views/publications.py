"""The list of publications, its rows as they change, and what one account holds back."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from accounts.permissions import Permission
from accounts.requests import OrganisationRequest, requires
from integrations.models import SocialAccount
from lib.addresses import address_of
from lib.pagination import page_of
from lib.words import words_of
from scheduler.models import Post, Publication
from scheduler.states import TO_DECIDE, State
from scheduler.telling import LATE, Note, address_of_publication, note_of

PAGE_SIZE = 50
LONGEST_QUESTION = 200
MOST_WORDS = 8
MOST_LOOSE = 50
_BY_HOUR = ("publish_at", "id")
_BY_AGE = ("id",)


@dataclass(frozen=True, kw_only=True)
class Tab:
    """One filter of the list. Drafts may have no hour, so what is being planned stands in the order of its making."""

    key: str
    words: str | Promise
    condition: Q
    by: tuple[str, ...] = _BY_HOUR


NEEDS_PERSON = (
    Q(state__in=[State.OUTCOME_UNKNOWN, State.FAILED])
    | Q(state=State.SCHEDULED, reason=LATE)
    | Q(state=State.PUBLISHED, reason__in=TO_DECIDE)
)
TABS = (
    Tab(key="", words=_("All"), condition=~Q(state__in=[State.DRAFT, State.CANCELLED]) & Q(publish_at__isnull=False)),
    Tab(key="draft", words=_("Drafts"), condition=Q(state=State.DRAFT), by=_BY_AGE),
    Tab(key="review", words=_("In review"), condition=Q(state__in=[State.IN_REVIEW, State.APPROVED]), by=_BY_AGE),
    Tab(key="scheduled", words=_("Scheduled"), condition=Q(state__in=[State.SCHEDULED, State.SENDING])),
    Tab(key="published", words=_("Published"), condition=Q(state=State.PUBLISHED)),
    Tab(key="decide", words=_("To decide"), condition=NEEDS_PERSON),
    Tab(key="cancelled", words=_("Cancelled"), condition=Q(state=State.CANCELLED), by=_BY_AGE),
)


@dataclass(frozen=True, kw_only=True)
class Row:
    """A publication in a list."""

    publication: Publication
    note: Note | None
    address: str  # where its post can still be changed, or its story
    own_address: str  # of this row alone


@requires(Permission.VIEW_POSTS)
@require_safe
def publications(request: OrganisationRequest) -> HttpResponse:
    """List publications, newest hour first; filters and the place in the list stand in the address."""
    accounts = list(SocialAccount.objects.open_to(request.membership).in_order().defer("sealed"))
    tab = next((one for one in TABS if one.key == request.GET.get("state", "")), TABS[0])
    chosen = next((one for one in accounts if str(one.pk) == request.GET.get("account", "")), None)
    day = _day(request.GET.get("day", ""))
    question = request.GET.get("q", "").strip()[:LONGEST_QUESTION]
    words = words_of(question)[:MOST_WORDS]
    found = _listed(request).filter(tab.condition).with_words(words)
    if chosen is not None:
        found = found.filter(social_account=chosen)
    if day is not None:
        begins, ends = _hours_of(day, ZoneInfo(request.organisation.time_zone))
        found = found.filter(publish_at__gte=begins, publish_at__lt=ends)
    loose = _loose(request, words) if tab.key == "draft" and chosen is None and day is None else []
    before, after = request.GET.get("before", ""), request.GET.get("after", "")
    page = page_of(found, by=tab.by, before=before, after=after, size=PAGE_SIZE)
    kept = {"account": chosen.pk if chosen else "", "day": day.isoformat() if day else "", "q": question}
    context = {
        "tabs": TABS,
        "tab": tab,
        "accounts": accounts,
        "chosen": chosen,
        "day": day,
        "question": question,
        "page": page,
        "rows": _rows(page.rows, request),
        "loose": loose if not (before or after) else [],
        "kept": urlencode({key: value for key, value in kept.items() if value}),
        "query": urlencode({key: value for key, value in {"state": tab.key, **kept}.items() if value}),
        "is_filtered": bool(tab.key or chosen or day or question),
    }
    return render(request, "scheduler/publications.html", context)


@requires(Permission.VIEW_POSTS)
@require_safe
def publication_row(request: OrganisationRequest, publication_id: int) -> HttpResponse:
    """One row of the list as it stands now: pages ask for it when they hear that it changed."""
    publication = get_object_or_404(_listed(request), pk=publication_id)
    return render(request, "scheduler/partials/publication_row.html", {"row": _rows([publication], request)[0]})


@requires(Permission.VIEW_POSTS)
@require_safe
def account_publications(request: OrganisationRequest, account_id: int) -> HttpResponse:
    """The next publications of one account, for its panel: planned, or held until it is connected again."""
    account = get_object_or_404(SocialAccount.objects.open_to(request.membership), pk=account_id)
    waiting = _listed(request).filter(social_account=account, state__in=[State.SCHEDULED, State.OUTCOME_UNKNOWN])
    rows = _rows(list(waiting.in_order()[:5]), request)
    return render(request, "scheduler/partials/account_publications.html", {"account": account, "rows": rows})


def _loose(request: OrganisationRequest, words: list[str]) -> list[Post]:
    """Drafts on no account: without a publication, no other list shows them."""
    if not request.membership.may(Permission.WRITE_POSTS):
        return []
    return list(Post.objects.loose().with_words(words)[:MOST_LOOSE])


def _listed(request: OrganisationRequest) -> Any:
    return Publication.objects.open_to(request.membership).listed()


def _rows(found: list[Publication], request: OrganisationRequest) -> list[Row]:
    now, slug = timezone.now(), request.organisation.slug
    return [
        Row(
            publication=one,
            note=note_of(one, now=now),
            address=address_of_publication(one, slug),
            own_address=address_of("scheduler:publication_row", slug, one.pk),
        )
        for one in found
    ]


def _day(text: str) -> date | None:
    """Return the day an address names; none at the ends of time, where zones and the day after would leave it."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if date.min.year < day.year < date.max.year else None


def _hours_of(day: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    begins = datetime.combine(day, time.min, tzinfo=zone)
    return begins, datetime.combine(day + timedelta(days=1), time.min, tzinfo=zone)
