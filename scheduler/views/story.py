"""One publication: what happened to it, and what a person may decide."""

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef
from django.db.models.functions import JSONObject
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from accounts.permissions import Permission
from accounts.requests import OrganisationRequest, requires
from integrations.contract import Form
from integrations.registry import provider
from scheduler.comparison import Comparison, Seen
from scheduler.compositions import composed, find_shape
from scheduler.forms import HourForm, WordsForm
from scheduler.labels import form_name, told_options
from scheduler.models import Delivery, Look, Publication
from scheduler.services import amending, scheduling
from scheduler.services.refusals import NotPossible
from scheduler.states import TO_DECIDE, Outcome, State
from scheduler.stories import story_of
from scheduler.telling import LATE, later_than_planned, note_of, reason_of, words_of_network

#: The number by which networks call a post, as it stands in the address of its page.
_POST_NUMBER = re.compile(r"(\d{5,}(?:_\d{5,})?|pfbid\w+)")


@requires(Permission.VIEW_POSTS)
@require_safe
def publication(request: OrganisationRequest, publication_id: int) -> HttpResponse:
    """Tell one publication's story."""
    return _page(request, _find(request, publication_id))


@requires(Permission.SCHEDULE_POSTS)
@require_POST
def cancel(request: OrganisationRequest, publication_id: int) -> HttpResponse:
    return _decide(request, publication_id, scheduling.cancel_publication, gettext("Cancelled. It will not go out."))


@requires(Permission.SCHEDULE_POSTS)
@require_POST
def retry(request: OrganisationRequest, publication_id: int) -> HttpResponse:
    return _decide(request, publication_id, scheduling.retry_publication, gettext("It goes out again now."))


@requires(Permission.SCHEDULE_POSTS)
@require_POST
def send_now(request: OrganisationRequest, publication_id: int) -> HttpResponse:
    return _decide(request, publication_id, scheduling.send_late, gettext("It goes out now."))


@requires(Permission.SCHEDULE_POSTS)
@require_POST
def send_again(request: OrganisationRequest, publication_id: int) -> HttpResponse:
    """A person says that what the network shows is not ours."""
    return _decide(request, publication_id, scheduling.send_again, gettext("It goes out once more, now."))


@requires(Permission.SCHEDULE_POSTS)
@require_POST
def move(request: OrganisationRequest, publication_id: int) -> HttpResponse:
    """Give a scheduled publication another hour."""
    form = HourForm(request.POST, organisation=request.organisation)
    if not form.is_valid():
        return _page(request, _find(request, publication_id), status=422, hour_form=form)

    def act(one: Publication, **who: Any) -> None:
        scheduling.move_publication(one, publish_at=form.planned.at, **who)

    return _decide(request, publication_id, act, gettext("Moved."))


@requires(Permission.SCHEDULE_POSTS)
@require_POST
def recognise(request: OrganisationRequest, publication_id: int) -> HttpResponse:
    """A person says that a post at the network is ours: one that was seen, or one whose address they give."""
    found = _find(request, publication_id)
    seen = _seen_by_id(_deliveries(found), request.POST.get("seen", "")) or _seen_at(
        found, request.POST.get("address", "").strip()
    )
    if seen is None:
        text = gettext("That is not the address of a post. Open the post on the network and copy its address.")
        return _page(request, found, status=422, address_error=text)

    def act(one: Publication, **who: Any) -> None:
        scheduling.record_as_published(
            one, network_id=seen.network_id, permalink=seen.permalink, published_at=seen.published_at, **who
        )

    return _decide(request, publication_id, act, gettext("Recorded as published."))


@requires(Permission.SCHEDULE_POSTS)
@require_POST
def edit_out(request: OrganisationRequest, publication_id: int) -> HttpResponse:
    """Have other words stand at the network."""
    form = WordsForm(request.POST)
    if not form.is_valid():
        return _page(request, _find(request, publication_id), status=422, words_form=form)

    def act(one: Publication, **who: Any) -> None:
        amending.edit_published(one, text=form.cleaned_data["text"], **who)

    return _decide(request, publication_id, act, gettext("The network is told the new words now."))


@requires(Permission.SCHEDULE_POSTS)
@require_POST
def delete_out(request: OrganisationRequest, publication_id: int) -> HttpResponse:
    """Have a post deleted at its network."""
    return _decide(request, publication_id, amending.delete_published, gettext("It is deleted at the network now."))


@requires(Permission.SCHEDULE_POSTS)
@require_POST
def follow_up_again(request: OrganisationRequest, publication_id: int) -> HttpResponse:
    return _decide(request, publication_id, amending.try_follow_up_again, gettext("It is tried again now."))


@requires(Permission.SCHEDULE_POSTS)
@require_POST
def let_be(request: OrganisationRequest, publication_id: int) -> HttpResponse:
    return _decide(request, publication_id, amending.let_be, gettext("It stays as it is."))


def _decide(request: OrganisationRequest, publication_id: int, act: Callable[..., None], words: str) -> HttpResponse:
    found = _find(request, publication_id)
    try:
        act(found, actor=request.user, now=timezone.now())
        messages.success(request, words)
    except NotPossible as refusal:
        messages.error(request, refusal.sentence)
    return redirect("scheduler:publication", slug=request.organisation.slug, publication_id=publication_id)


def _page(request: OrganisationRequest, found: Publication, *, status: int = 200, **more: Any) -> HttpResponse:
    now = timezone.now()
    deliveries = _deliveries(found)
    of_post = Publication.objects.open_to(request.membership).filter(post_id=found.post_id)
    siblings = of_post.exclude(pk=found.pk).exclude(state=State.CANCELLED)
    may_decide = request.membership.may(Permission.SCHEDULE_POSTS)
    local = timezone.localtime(found.publish_at) if found.publish_at else None
    initial = {"day": local.date(), "hour": local.time()} if local else None
    context = {
        "publication": found,
        "post": found.post,
        "account": found.social_account,
        "note": note_of(found, now=now),
        "reason": reason_of(found),
        "network_words": words_of_network(found),
        "later": later_than_planned(found, now=now),
        "is_late": found.state == State.SCHEDULED and found.reason == LATE,
        "story": story_of(found, deliveries, now=now),
        "siblings": siblings.select_related("social_account").defer("social_account__sealed").order_by("id")[:30],
        "pictures": list(found.post.post_assets.all()),
        "may_decide": may_decide,
        **_what_stands(found),
        "hour_form": HourForm(organisation=request.organisation, initial=initial),
        **_doubt(found, deliveries, chosen=request.GET.get("seen", "")),
        **more,
    }
    return render(request, "scheduler/publication.html", context, status=status)


def _what_stands(found: Publication) -> dict[str, Any]:
    """Return what goes out, or went out and was changed since; and what may still be done to it there."""
    network = found.social_account.network
    shape, speaks = find_shape(found.post, network), provider(network)
    composition = composed(found.post, network, shape)
    names = shape.option_names if shape else {}
    words = amending.words_that_stand(found) if found.state == State.PUBLISHED else composition.text
    return {
        "words": words,
        "composition": composition,
        "form": form_name(composition.form, network) if composition.form is not Form.POST else "",
        "options": list(told_options(composition, speaks.options, network, option_names=names)),
        "words_form": WordsForm(initial={"text": words}),
        "may_edit_out": found.is_out and speaks.edits_posts,
        "may_delete_out": found.is_out and speaks.deletes_posts,
        "to_decide": found.is_out and found.reason in TO_DECIDE,
        "is_amendment": found.reason in ("edit_refused", "delete_refused"),
    }


def _doubt(found: Publication, deliveries: list[Delivery], *, chosen: str) -> dict[str, Any]:
    """Return the evidence about an outcome that is unknown."""
    if found.state != State.OUTCOME_UNKNOWN or not deliveries:
        return {}
    lost = next((one for one in reversed(deliveries) if one.outcome == Outcome.UNKNOWN), deliveries[-1])
    seen = _all_seen([lost])
    picked = next((one for one in seen if one.network_id == chosen), seen[0] if seen else None)
    return {
        "lost": lost,
        "looks": len(_looks(lost)),
        "comparison": Comparison(delivery=lost, seen=picked) if picked else None,
        "others_seen": [one for one in seen if one != picked],
        "looks_again_at": found.available_at,
    }


def _find(request: OrganisationRequest, publication_id: int) -> Publication:
    rows = Publication.objects.open_to(request.membership).select_related("post__author", "social_account", "lane")
    found: Publication = get_object_or_404(rows.defer("social_account__sealed"), pk=publication_id)
    return found


def _deliveries(found: Publication) -> list[Delivery]:
    """Return its deliveries, oldest first, each with its looks: one statement for both."""
    columns = {name: name for name in ("looked_at", "verdict", "sightings")}
    looks = Look.objects.filter(delivery=OuterRef("pk")).order_by("looked_at", "id").values(json=JSONObject(**columns))
    return list(found.deliveries.annotate(looked=ArraySubquery(looks)).order_by("number"))


def _looks(delivery: Delivery) -> list[dict[str, Any]]:
    looked: list[dict[str, Any]] = getattr(delivery, "looked", [])
    return looked


def _all_seen(deliveries: list[Delivery]) -> list[Seen]:
    """Return what the latest look that saw anything alike saw."""
    for delivery in reversed(deliveries):
        for look in reversed(_looks(delivery)):
            if look["sightings"]:
                return [Seen.from_sighting(one) for one in look["sightings"]]
    return []


def _seen_by_id(deliveries: list[Delivery], network_id: str) -> Seen | None:
    return next((one for one in _all_seen(deliveries) if network_id and one.network_id == network_id), None)


def _seen_at(found: Publication, address: str) -> Seen | None:
    """Return the post at an address that a person copied from the network."""
    numbers = _POST_NUMBER.findall(address)
    if not numbers or not re.match(r"https?://", address):
        return None
    number = numbers[-1]
    if found.social_account.network == "facebook" and "_" not in number:
        number = f"{found.social_account.network_id}_{number}"
    published_at: datetime | None = None
    return Seen(network_id=number[:128], permalink=address[:500], text="", published_at=published_at, media_count=0)
