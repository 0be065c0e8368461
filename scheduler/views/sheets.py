"""A post as the composer shows it: read from its rows, with where it stands and what this member may do about it."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from accounts.permissions import Permission
from accounts.requests import OrganisationRequest
from gallery.models import Asset
from integrations.models import SocialAccount
from scheduler.composer import Sheet
from scheduler.forms import SendBackForm
from scheduler.hours import Oddity, read_hour
from scheduler.models import Post, Publication
from scheduler.services import composing
from scheduler.services.composing import ALLOWED, Picture, Words
from scheduler.states import EDITABLE, State

#: Sent with a save of the page's script when the pictures are others than before: the strip comes back too.
PICTURES = "X-Pictures"

NONE_KNOWN: Mapping[int, Asset] = MappingProxyType({})
#: How many of the gallery's pictures are offered as covers.
MOST_COVERS = 60

#: Which of its publications' states a post goes by: what needs a person first.
_TELLING = (
    State.OUTCOME_UNKNOWN,
    State.FAILED,
    State.SENDING,
    State.SCHEDULED,
    State.IN_REVIEW,
    State.APPROVED,
    State.DRAFT,
    State.PUBLISHED,
)


@dataclass(frozen=True, kw_only=True)
class Standing:
    """Where a post stands, and what this member may do about it."""

    post: Post | None
    key: uuid.UUID
    version: int
    state: State = State.DRAFT
    may_write: bool
    may_schedule: bool
    may_approve: bool = False
    may_discard: bool = False
    saves_itself: bool = True  # not once it is scheduled: half a sentence must not go out


def show_page(
    request: OrganisationRequest, standing: Standing, sheet: Sheet, *, status: int = 200, **more: Any
) -> HttpResponse:
    return render(request, "scheduler/composer.html", context_of(request, standing, sheet, **more), status=status)


def context_of(request: OrganisationRequest, standing: Standing, sheet: Sheet, **more: Any) -> dict[str, Any]:
    zone = zone_of(request)
    planned = sheet.words.planned_at.astimezone(zone) if sheet.words.planned_at else None
    return {
        "standing": standing,
        "post": standing.post,
        "sheet": sheet,
        "planned": planned,
        "zone": zone.key,
        "zone_short": (planned or timezone.now().astimezone(zone)).tzname(),
        "send_back_form": SendBackForm() if standing.may_approve else None,
        "with_pictures": PICTURES in request.headers,
        **more,
    }


def zone_of(request: OrganisationRequest) -> ZoneInfo:
    return ZoneInfo(request.organisation.time_zone)


def accounts_for(request: OrganisationRequest) -> list[SocialAccount]:
    found = SocialAccount.objects.connected().open_to(request.membership).in_order()
    return list(found.defer("sealed"))


def publications_of(post: Post) -> list[Publication]:
    return list(post.publications.exclude(state=State.CANCELLED).order_by("id"))


def find_post(
    request: OrganisationRequest, post_id: int, accounts: Sequence[SocialAccount]
) -> tuple[Post, list[Publication]]:
    """Return a post that this member may see, or raise the same 404 as for one that does not exist."""
    post = Post.objects.with_shapes().select_related("author").filter(pk=post_id).first()
    if post is None:
        raise Http404
    publications = publications_of(post)
    if post.author_id == request.user.pk:
        return post, publications
    visible = publications
    if not request.membership.all_accounts:
        reachable = {one.pk for one in accounts}
        visible = [one for one in publications if one.social_account_id in reachable]
    if not request.membership.may(Permission.WRITE_POSTS):
        visible = [one for one in visible if one.state != State.DRAFT]
        if not visible:
            raise Http404
    if publications and not visible:
        raise Http404
    return post, publications


def standing_of(request: OrganisationRequest, post: Post, publications: Sequence[Publication]) -> Standing:
    states = {State(one.state) for one in publications}
    member = request.membership
    may_schedule = member.may(Permission.SCHEDULE_POSTS)
    return Standing(
        post=post,
        key=post.key,
        version=post.version,
        state=next((state for state in _TELLING if state in states), State.DRAFT),
        may_write=member.may(Permission.WRITE_POSTS) and states <= EDITABLE and (may_schedule or not states & ALLOWED),
        may_schedule=may_schedule,
        may_discard=member.may(Permission.WRITE_POSTS)
        and states <= set(composing.UNPLANNED)
        and (may_schedule or State.APPROVED not in states),
        may_approve=State.IN_REVIEW in states and member.may(Permission.APPROVE_POSTS),
        saves_itself=State.SCHEDULED not in states,
    )


def sheet_of(
    request: OrganisationRequest, post: Post, publications: Sequence[Publication], accounts: Sequence[SocialAccount]
) -> Sheet:
    words, files = words_of(post, publications)
    zone = zone_of(request)
    assets = assets_of(words, files)
    return Sheet(
        words=words,
        accounts=accounts,
        assets=assets,
        oddity=_oddity(words.planned_at, zone),
        zone=zone,
        gallery=possible_covers(words, assets),
    )


def words_of(post: Post, publications: Sequence[Publication]) -> tuple[Words, dict[int, Asset]]:
    """Return all that a post says as it stands, and its files."""
    pictures = list(post.post_assets.select_related("asset"))
    words = Words(
        text=post.text,
        own_texts=post.own_texts,
        link=post.link,
        own_links=post.own_links,
        account_ids=frozenset(one.social_account_id for one in publications),
        pictures=[Picture(asset_id=one.asset_id, alt_text=one.alt_text) for one in pictures],
        planned_at=post.planned_at,
        shapes=composing.shapes_of(post),
    )
    return words, {one.asset_id: one.asset for one in pictures}


def _oddity(planned_at: datetime | None, zone: ZoneInfo) -> Oddity:
    if planned_at is None:
        return Oddity.NONE
    local = planned_at.astimezone(zone)
    return read_hour(local.date(), local.time(), zone).oddity


def assets_of(words: Words, known: Mapping[int, Asset] = NONE_KNOWN) -> dict[int, Asset]:
    """Return the files that the words name, covers among them; those that are known already are not read again."""
    ids = {one.asset_id for one in words.pictures}
    ids |= {shape.cover_id for shape in words.shapes.values() if shape.cover_id is not None}
    missing = ids - known.keys()
    return {**known, **({one.pk: one for one in Asset.objects.filter(pk__in=missing)} if missing else {})}


def possible_covers(words: Words, assets: Mapping[int, Asset]) -> Sequence[Asset]:
    """Return the newest still pictures of the gallery, where there is a film or a link that one may stand for."""
    has_film = any(one.is_film for one in assets.values())
    if not has_film and not words.link and not words.own_links:
        return ()
    stills = Asset.objects.filter(content_type__startswith="image/", frames=1)
    return list(stills.newest_first()[:MOST_COVERS])
