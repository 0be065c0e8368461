"""The composer: one page for a post's words, accounts, pictures and hour, saved as they are typed."""

import json
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.core.exceptions import BadRequest, PermissionDenied, ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.permissions import Permission
from accounts.requests import OrganisationRequest, opens_scope_itself, requires, scope_of
from gallery.models import Asset
from integrations import vault
from integrations.contract import Choice
from integrations.errors import ProviderError
from integrations.models import SocialAccount
from integrations.registry import provider
from integrations.sentences import sentence
from lib.numbers import number_in
from scheduler.composer import Sheet
from scheduler.forms import NO_SHAPES, ComposerForm, SendBackForm
from scheduler.hours import Oddity, read_hour
from scheduler.models import Post, Publication
from scheduler.services import composing, scheduling
from scheduler.services.composing import ALLOWED, Picture, StaleVersion, Words
from scheduler.services.refusals import NotPossible
from scheduler.states import EDITABLE, State

#: Sent by the page's script, which wants the changed parts of the page and not a new one.
AUTOSAVE = "X-Autosave"
#: Sent with it when the pictures are others than before: the strip comes back too.
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


@requires(Permission.WRITE_POSTS)
@require_http_methods(["GET", "HEAD", "POST"])
def compose(request: OrganisationRequest) -> HttpResponse:
    """Show an empty page; take its first save, which creates the post, and all that it sends before it hears of it."""
    accounts = _accounts(request)
    post = _made_before(request)
    if post is not None:
        return _take(request, _standing(request, post, _publications(post)), accounts)
    standing = Standing(
        post=None,
        key=uuid.uuid4(),
        version=0,
        may_write=True,
        may_schedule=request.membership.may(Permission.SCHEDULE_POSTS),
        may_discard=True,
    )
    if request.method == "POST":
        return _take(request, standing, accounts)
    words = Words(account_ids=_only_one(accounts))
    return _page(request, standing, Sheet(words=words, accounts=accounts, assets={}, zone=_zone(request)))


@requires(Permission.VIEW_POSTS)
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: OrganisationRequest, post_id: int) -> HttpResponse:
    """Show a post as it stands, to write in or to read and approve; take its saves."""
    accounts = _accounts(request)
    post, publications = _find(request, post_id, accounts)
    standing = _standing(request, post, publications)
    if request.method == "POST":
        return _take(request, standing, accounts)
    return _page(request, standing, _sheet_of(request, post, publications, accounts))


@requires(Permission.APPROVE_POSTS)
@require_POST
def approve(request: OrganisationRequest, post_id: int) -> HttpResponse:
    """Allow the version that the page showed."""

    def act(post: Post, version: int) -> None:
        composing.approve(post, version=version, member=request.membership, now=timezone.now())
        messages.success(request, gettext("Approved."))

    return _judge(request, post_id, act)


@requires(Permission.APPROVE_POSTS)
@require_POST
def send_back(request: OrganisationRequest, post_id: int) -> HttpResponse:
    """Return a post to its author with what should change."""
    _find(request, post_id, _accounts(request))  # what is not there is 404 before anything is said of the form
    form = SendBackForm(request.POST)
    if not form.is_valid():
        messages.error(request, str(form.errors["note"][0]))
        return redirect("scheduler:edit", slug=request.organisation.slug, post_id=post_id)

    def act(post: Post, version: int) -> None:
        note = form.cleaned_data["note"]
        composing.send_back(post, version=version, note=note, member=request.membership, now=timezone.now())
        messages.success(request, gettext("Sent back to its author."))

    return _judge(request, post_id, act)


@opens_scope_itself
@require_safe
@requires(Permission.WRITE_POSTS)
def choices(request: OrganisationRequest, account_id: int, option: str) -> HttpResponse:
    """Ask the network what an account has to choose from: its playlists, for example. No call inside a transaction."""
    with scope_of(request):
        accounts = SocialAccount.objects.connected().open_to(request.membership).select_related("grant")
        account = get_object_or_404(accounts, pk=account_id)
        sealed = vault.sealed_account(account)
    speaks = provider(account.network)
    if option not in {each.name for each in speaks.options if each.asks}:
        raise Http404
    chosen = request.GET.get("chosen", "")
    found: Sequence[Choice] = ()
    trouble = ""
    try:
        found = speaks.choices(vault.open_account(sealed), option, now=timezone.now())
    except ProviderError as error:
        trouble = sentence(error.key, error.parameters, network=account.network)
    context = {"found": found, "chosen": chosen, "is_known": chosen in {each.value for each in found}}
    with scope_of(request):
        response = render(request, "scheduler/partials/choices.html", context)
    if trouble:
        response["HX-Trigger"] = json.dumps({"toast": {"text": trouble}})
    return response


def _judge(request: OrganisationRequest, post_id: int, act: Callable[[Post, int], None]) -> HttpResponse:
    post, _publications = _find(request, post_id, _accounts(request))
    version = number_in(request.POST.get("version", ""))
    if version is None:
        raise BadRequest
    try:
        act(post, version)
    except NotPossible as refusal:
        messages.error(request, refusal.sentence)
        return redirect("scheduler:edit", slug=request.organisation.slug, post_id=post_id)
    return redirect("organisation_home", slug=request.organisation.slug)


# -- saving ------------------------------------------------------------------------------------------------------------


def _take(request: OrganisationRequest, standing: Standing, accounts: Sequence[SocialAccount]) -> HttpResponse:
    """Save what a page sent, and do what its button says."""
    if not standing.may_write and not request.membership.may(Permission.WRITE_POSTS):
        raise PermissionDenied(str(Permission.WRITE_POSTS.label))
    form = ComposerForm(
        request.POST,
        accounts=accounts,
        organisation=request.organisation,
        shapes=composing.shapes_of(standing.post) if standing.post else NO_SHAPES,
    )
    if not form.is_valid():
        raise BadRequest
    assets = _assets(form.words)
    if request.POST.get("act") == "discard":
        return _discard(request, standing, form)
    sheet = Sheet(
        words=_complete(_described(form, assets), standing.post, accounts),
        accounts=accounts,
        assets=assets,
        oddity=form.oddity,
        zone=_zone(request),
        gallery=_possible_covers(form.words, assets),
    )
    is_autosave = AUTOSAVE in request.headers
    if is_autosave and not standing.saves_itself:
        return _parts(request, replace(standing, version=form.known_version), sheet, saved=False)
    try:
        saved = _save(request, standing, form, sheet.words)
    except StaleVersion as stale:
        return _conflict(request, stale.post, sheet, form, is_autosave=is_autosave)
    except NotPossible as refusal:
        standing = replace(standing, version=form.known_version, key=form.page_key)
        return _refused(request, standing, sheet, refusal, is_autosave=is_autosave)
    standing = _standing(request, saved, _publications(saved))
    if is_autosave:
        return _parts(request, standing, sheet, saved=True)
    try:
        return _act(request, saved, sheet)
    except NotPossible as refusal:
        return _refused(request, standing, sheet, refusal, is_autosave=False)


def _discard(request: OrganisationRequest, standing: Standing, form: ComposerForm) -> HttpResponse:
    """Throw a draft away. What the page holds is not saved first; a page that was never saved has nothing to lose."""
    if standing.post is not None:
        try:
            composing.discard_post(standing.post, version=form.known_version, member=request.membership)
        except NotPossible as refusal:
            messages.error(request, refusal.sentence)
            return redirect("scheduler:edit", slug=request.organisation.slug, post_id=standing.post.pk)
    messages.success(request, gettext("The draft is discarded."))
    return redirect("scheduler:publications", slug=request.organisation.slug)


def _complete(words: Words, post: Post | None, accounts: Sequence[SocialAccount]) -> Words:
    """Keep the own texts of networks for which this member's page has no field."""
    shown = {one.network for one in accounts}
    hidden = {network: text for network, text in (post.own_texts if post else {}).items() if network not in shown}
    return replace(words, own_texts={**hidden, **words.own_texts})


def _save(request: OrganisationRequest, standing: Standing, form: ComposerForm, words: Words) -> Post:
    now, member = timezone.now(), request.membership
    if standing.post is not None:
        return composing.save_post(standing.post.pk, words, version=form.known_version, member=member, now=now)
    post = composing.create_post(form.page_key, words, member=member, now=now)
    if post.author_id != request.user.pk:
        raise Http404  # somebody else's page drew this key
    # Sent twice at the same moment, the later save goes on top of the first, and on nobody else's.
    return composing.save_post(post.pk, words, version=form.known_version, member=member, now=now)


def _act(request: OrganisationRequest, post: Post, sheet: Sheet) -> HttpResponse:
    now, act = timezone.now(), request.POST.get("act", "save")
    if act == "ask":
        composing.ask_for_approval(post, member=request.membership, now=now)
        messages.success(request, gettext("Those who may approve it find it on their home page."))
    elif act in {"schedule", "now"}:
        _schedule(request, post, sheet, at_once=act == "now", now=now)
    else:
        messages.success(request, gettext("Saved."))
        return redirect("scheduler:edit", slug=request.organisation.slug, post_id=post.pk)
    return redirect("scheduler:publications", slug=request.organisation.slug)


def _schedule(request: OrganisationRequest, post: Post, sheet: Sheet, *, at_once: bool, now: datetime) -> None:
    if not request.membership.may(Permission.SCHEDULE_POSTS):
        raise PermissionDenied(str(Permission.SCHEDULE_POSTS.label))
    if not sheet.picked:
        raise NotPossible("no_account")
    if sheet.is_blocked:
        raise NotPossible("has_errors")
    if not at_once:
        _require_ahead(sheet.words.planned_at, now=now)
    publish_at = now if at_once or sheet.words.planned_at is None else sheet.words.planned_at
    publications = scheduling.schedule_post(
        post, publish_at=publish_at, actor=request.user, now=now, member=request.membership
    )
    count = len(publications)
    if at_once:
        words = ngettext("%(count)s publication goes out now.", "%(count)s publications go out now.", count)
        messages.success(request, words % {"count": count})
    else:
        words = ngettext(
            "%(count)s publication scheduled for %(day)s at %(hour)s.",
            "%(count)s publications scheduled for %(day)s at %(hour)s.",
            count,
        )
        local = timezone.localtime(publish_at)
        day = date_format(local, "l j F")
        messages.success(request, words % {"count": count, "day": day, "hour": local.strftime("%H:%M")})


def _require_ahead(planned_at: datetime | None, *, now: datetime) -> None:
    if planned_at is None:
        raise NotPossible("no_hour")
    if planned_at <= now:
        raise NotPossible("hour_past")


# -- answers -----------------------------------------------------------------------------------------------------------


def _page(
    request: OrganisationRequest, standing: Standing, sheet: Sheet, *, status: int = 200, **more: Any
) -> HttpResponse:
    return render(request, "scheduler/composer.html", _context(request, standing, sheet, **more), status=status)


def _parts(request: OrganisationRequest, standing: Standing, sheet: Sheet, *, saved: bool, **more: Any) -> HttpResponse:
    """Answer a save by what changes around the words; the words themselves are the page's."""
    context = _context(request, standing, sheet, saved_at=timezone.now() if saved else None, **more)
    return render(request, "scheduler/partials/composer_answer.html", context)


def _conflict(
    request: OrganisationRequest, theirs: Post, sheet: Sheet, form: ComposerForm, *, is_autosave: bool
) -> HttpResponse:
    """Show both texts: what stands now, and, untouched below it, what was typed here."""
    publications = _publications(theirs)
    # The page keeps the version it knows: only "Keep mine" hands it the newer one.
    standing = replace(_standing(request, theirs, publications), version=form.known_version)
    context = {"theirs": theirs, "theirs_version": theirs.version}
    if is_autosave:
        return render(
            request, "scheduler/partials/conflict.html", _context(request, standing, sheet, **context), status=409
        )
    return _page(request, standing, sheet, status=409, **context)


def _refused(
    request: OrganisationRequest, standing: Standing, sheet: Sheet, refusal: NotPossible, *, is_autosave: bool
) -> HttpResponse:
    if is_autosave:
        return _parts(request, standing, sheet, saved=False, refusal=refusal.sentence)
    return _page(request, standing, sheet, status=422, refusal=refusal.sentence)


def _context(request: OrganisationRequest, standing: Standing, sheet: Sheet, **more: Any) -> dict[str, Any]:
    zone = _zone(request)
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


# -- reading -----------------------------------------------------------------------------------------------------------


def _zone(request: OrganisationRequest) -> ZoneInfo:
    return ZoneInfo(request.organisation.time_zone)


def _accounts(request: OrganisationRequest) -> list[SocialAccount]:
    found = SocialAccount.objects.connected().open_to(request.membership).in_order()
    return list(found.defer("sealed"))


def _only_one(accounts: Sequence[SocialAccount]) -> frozenset[int]:
    """Whoever has one account means that one."""
    return frozenset(one.pk for one in accounts) if len(accounts) == 1 else frozenset()


def _made_before(request: OrganisationRequest) -> Post | None:
    """Return the post that an earlier save of this new page has made, though the page may not have had the answer."""
    try:
        key = ComposerForm.base_fields["key"].clean(request.POST.get("key"))
    except ValidationError:
        return None
    return Post.objects.select_related("author").filter(key=key, author=request.user).first()


def _publications(post: Post) -> list[Publication]:
    return list(post.publications.exclude(state=State.CANCELLED).order_by("id"))


def _find(
    request: OrganisationRequest, post_id: int, accounts: Sequence[SocialAccount]
) -> tuple[Post, list[Publication]]:
    """Return a post that this member may see, or raise the same 404 as for one that does not exist."""
    post = Post.objects.with_shapes().select_related("author").filter(pk=post_id).first()
    if post is None:
        raise Http404
    publications = _publications(post)
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


def _standing(request: OrganisationRequest, post: Post, publications: Sequence[Publication]) -> Standing:
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


def _sheet_of(
    request: OrganisationRequest, post: Post, publications: Sequence[Publication], accounts: Sequence[SocialAccount]
) -> Sheet:
    pictures = list(post.post_assets.select_related("asset"))
    planned_at = post.planned_at
    words = Words(
        text=post.text,
        own_texts=post.own_texts,
        account_ids=frozenset(one.social_account_id for one in publications),
        pictures=[Picture(asset_id=one.asset_id, alt_text=one.alt_text) for one in pictures],
        planned_at=planned_at,
        shapes=composing.shapes_of(post),
    )
    zone = _zone(request)
    assets = _assets(words, {one.asset_id: one.asset for one in pictures})
    return Sheet(
        words=words,
        accounts=accounts,
        assets=assets,
        oddity=_oddity(planned_at, zone),
        zone=zone,
        gallery=_possible_covers(words, assets),
    )


def _oddity(planned_at: datetime | None, zone: ZoneInfo) -> Oddity:
    if planned_at is None:
        return Oddity.NONE
    local = planned_at.astimezone(zone)
    return read_hour(local.date(), local.time(), zone).oddity


def _assets(words: Words, known: Mapping[int, Asset] = NONE_KNOWN) -> dict[int, Asset]:
    """Return the files that the words name, covers among them; those that are known already are not read again."""
    ids = {one.asset_id for one in words.pictures}
    ids |= {shape.cover_id for shape in words.shapes.values() if shape.cover_id is not None}
    missing = ids - known.keys()
    return {**known, **({one.pk: one for one in Asset.objects.filter(pk__in=missing)} if missing else {})}


def _possible_covers(words: Words, assets: Mapping[int, Asset]) -> Sequence[Asset]:
    """Return the newest still pictures of the gallery, where there is a film or a link that one may stand for."""
    has_film = any(one.is_film for one in assets.values())
    if not has_film and not any(shape.options for shape in words.shapes.values()):
        return ()
    stills = Asset.objects.filter(content_type__startswith="image/", frames=1)
    return list(stills.newest_first()[:MOST_COVERS])


def _described(form: ComposerForm, assets: Mapping[int, Asset]) -> Words:
    """A picture that has just been chosen begins with what the gallery says of it."""
    words = form.words
    pictures = [
        one if form.describes(one.asset_id) else replace(one, alt_text=assets[one.asset_id].alt_text)
        for one in words.pictures
        if one.asset_id in assets
    ]
    return replace(words, pictures=pictures)
