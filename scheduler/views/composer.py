"""The composer: one page for a post's words, accounts, pictures and hour, saved as they are typed."""

import re
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.exceptions import BadRequest, PermissionDenied, ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_http_methods, require_POST

from accounts.permissions import Permission
from accounts.requests import OrganisationRequest, requires
from gallery.models import Asset
from integrations.models import SocialAccount
from lib.numbers import number_in
from scheduler.composer import Sheet
from scheduler.differences import Known, differences
from scheduler.forms import NO_SHAPES, ComposerForm, SendBackForm
from scheduler.models import Post
from scheduler.services import composing, scheduling
from scheduler.services.composing import StaleVersion, Words
from scheduler.services.refusals import NotPossible
from scheduler.views.sheets import (
    Standing,
    accounts_for,
    assets_of,
    context_of,
    find_post,
    possible_covers,
    publications_of,
    sheet_of,
    show_page,
    standing_of,
    words_of,
    zone_of,
)

#: Sent by the page's script, which wants the changed parts of the page and not a new one.
AUTOSAVE = "X-Autosave"

#: The button that asks an account what it has to choose from, where no script does.
_ASKS = re.compile(r"ask (?P<account>\d{1,18}) (?P<option>[-\w]{1,50})")


@requires(Permission.WRITE_POSTS)
@require_http_methods(["GET", "HEAD", "POST"])
def compose(request: OrganisationRequest) -> HttpResponse:
    """Show an empty page; take its first save, which creates the post, and all that it sends before it hears of it."""
    accounts = accounts_for(request)
    post = _made_before(request)
    if post is not None:
        return _take(request, standing_of(request, post, publications_of(post)), accounts)
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
    return show_page(request, standing, Sheet(words=words, accounts=accounts, assets={}, zone=zone_of(request)))


@requires(Permission.VIEW_POSTS)
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: OrganisationRequest, post_id: int) -> HttpResponse:
    """Show a post as it stands, to write in or to read and approve; take its saves."""
    accounts = accounts_for(request)
    post, publications = find_post(request, post_id, accounts)
    standing = standing_of(request, post, publications)
    if request.method == "POST":
        return _take(request, standing, accounts)
    return show_page(request, standing, sheet_of(request, post, publications, accounts))


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
    find_post(request, post_id, accounts_for(request))  # what is not there is 404 before anything is said of the form
    form = SendBackForm(request.POST)
    if not form.is_valid():
        messages.error(request, str(form.errors["note"][0]))
        return redirect("scheduler:edit", slug=request.organisation.slug, post_id=post_id)

    def act(post: Post, version: int) -> None:
        note = form.cleaned_data["note"]
        composing.send_back(post, version=version, note=note, member=request.membership, now=timezone.now())
        messages.success(request, gettext("Sent back to its author."))

    return _judge(request, post_id, act)


def _judge(request: OrganisationRequest, post_id: int, act: Callable[[Post, int], None]) -> HttpResponse:
    post, _publications = find_post(request, post_id, accounts_for(request))
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
    assets = assets_of(form.words)
    if request.POST.get("act") == "discard":
        return _discard(request, standing, form)
    sheet = Sheet(
        words=_complete(_described(form, assets), standing.post, accounts),
        accounts=accounts,
        assets=assets,
        oddity=form.oddity,
        zone=zone_of(request),
        gallery=possible_covers(form.words, assets),
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
    standing = standing_of(request, saved, publications_of(saved))
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
    """Keep the own texts and links of networks for which this member's page has no field."""
    shown = {one.network for one in accounts}

    def hidden(own: Mapping[str, str]) -> dict[str, str]:
        return {network: text for network, text in own.items() if network not in shown}

    if post is None:
        return words
    return replace(
        words,
        own_texts={**hidden(post.own_texts), **words.own_texts},
        own_links={**hidden(post.own_links), **words.own_links},
    )


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
    elif asked := _ASKS.fullmatch(act):
        account_id, option = int(asked["account"]), asked["option"]
        slug = request.organisation.slug
        return redirect("scheduler:choose", slug=slug, post_id=post.pk, account_id=account_id, option=option)
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


def _parts(request: OrganisationRequest, standing: Standing, sheet: Sheet, *, saved: bool, **more: Any) -> HttpResponse:
    """Answer a save by what changes around the words; the words themselves are the page's."""
    context = context_of(request, standing, sheet, saved_at=timezone.now() if saved else None, **more)
    return render(request, "scheduler/partials/composer_answer.html", context)


def _conflict(
    request: OrganisationRequest, theirs: Post, sheet: Sheet, form: ComposerForm, *, is_autosave: bool
) -> HttpResponse:
    """Show both texts: what stands now, and, untouched below it, what was typed here."""
    publications = publications_of(theirs)
    # The page keeps the version it knows: only "Keep mine" hands it the newer one.
    standing = replace(standing_of(request, theirs, publications), version=form.known_version)
    stands, files = words_of(theirs, publications)
    known = Known(
        accounts={one.pk: one for one in sheet.accounts},
        assets=assets_of(stands, {**sheet.assets, **files}),
        zone=sheet.zone,
    )
    context = {
        "theirs": theirs,
        "theirs_version": theirs.version,
        "differences": differences(stands, sheet.words, known),
        "is_text_alike": theirs.text == sheet.words.text,
    }
    if is_autosave:
        return render(
            request, "scheduler/partials/conflict.html", context_of(request, standing, sheet, **context), status=409
        )
    return show_page(request, standing, sheet, status=409, **context)


def _refused(
    request: OrganisationRequest, standing: Standing, sheet: Sheet, refusal: NotPossible, *, is_autosave: bool
) -> HttpResponse:
    if is_autosave:
        return _parts(request, standing, sheet, saved=False, refusal=refusal.sentence)
    return show_page(request, standing, sheet, status=422, refusal=refusal.sentence)


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


def _described(form: ComposerForm, assets: Mapping[int, Asset]) -> Words:
    """A picture that has just been chosen begins with what the gallery says of it."""
    words = form.words
    pictures = [
        one if form.describes(one.asset_id) else replace(one, alt_text=assets[one.asset_id].alt_text)
        for one in words.pictures
        if one.asset_id in assets
    ]
    return replace(words, pictures=pictures)
