"""Writing posts: saving them as they are typed, and carrying them through approval.

Every save names the version it began with; a stale one raises StaleVersion and changes nothing, so that no page ever
overwrites words it has not shown. Lock order: the post, then its publications by ascending id.
"""

import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F

from accounts.models import Membership
from accounts.permissions import Permission
from eventlog.services import record
from gallery.models import Asset
from integrations.contract import Form, Option, OptionType
from integrations.models import SocialAccount
from integrations.registry import provider
from lib.words import lexemes, words_of
from live.changes import record_change
from scheduler.models import Delivery, Post, PostAsset, PostShape, Publication
from scheduler.services.refusals import NotPossible
from scheduler.states import EDITABLE, State

#: What composing may still drop without a trace at any network: nothing of it was ever due.
UNPLANNED = (State.DRAFT, State.IN_REVIEW, State.APPROVED)
#: Changing words in these states changes what somebody has already allowed; what failed goes out again by one click.
ALLOWED = frozenset({State.APPROVED, State.SCHEDULED, State.FAILED})
#: What the first save of a page makes.
FIRST_VERSION = 1


@dataclass(frozen=True, kw_only=True)
class Picture:
    """One picture of a post, and what the post says of it to those who cannot see it."""

    asset_id: int
    alt_text: str = ""


@dataclass(frozen=True, kw_only=True)
class Shape:
    """What a post is on one network beside its text. `cover_id` names an asset."""

    form: Form = Form.POST
    options: Mapping[str, Any] = field(default_factory=dict)
    option_names: Mapping[str, str] = field(default_factory=dict)  # what the account calls what was chosen of its own
    first_comment: str = ""
    parts: tuple[str, ...] = ()
    cover_id: int | None = None

    @property
    def is_plain(self) -> bool:
        """Whether it says nothing: then no row is kept of it."""
        return self == Shape()


@dataclass(frozen=True, kw_only=True)
class Words:
    """All that a person composes: the whole page, saved as one. Pictures stand in their order."""

    text: str = ""
    own_texts: Mapping[str, str] = field(default_factory=dict)
    link: str = ""
    own_links: Mapping[str, str] = field(default_factory=dict)  # of networks with a text of their own
    account_ids: frozenset[int] = frozenset()
    pictures: Sequence[Picture] = ()
    planned_at: datetime | None = None
    shapes: Mapping[str, Shape] = field(default_factory=dict)  # by network; none: a plain post there


class StaleVersion(Exception):
    """Somebody else saved in between. `post` is what stands now; nothing was changed."""

    def __init__(self, post: Post) -> None:
        self.post = post
        super().__init__(f"post {post.pk} is at version {post.version}")


@transaction.atomic
def create_post(key: uuid.UUID, words: Words, *, member: Membership, now: datetime) -> Post:
    """Create the post of a composer page and return it; a page that sends itself twice gets the first one back."""
    post, created = Post.objects.get_or_create(
        key=key,
        defaults={"author_id": member.user_id, "created_at": now, "updated_at": now, "planned_at": words.planned_at},
    )
    if created:
        _write(post, words, member=member, publications=[])
        record("scheduler.post.created", post)
    return post


@transaction.atomic
def save_post(post_id: int, words: Words, *, version: int, member: Membership, now: datetime) -> Post:
    """Store what a page holds and return the post at its new version; the same words leave it as it is.

    Raises StaleVersion, or NotPossible once words have gone out or, without the right to schedule, been approved.
    """
    post = Post.objects.select_for_update().get(pk=post_id)
    publications = list(post.publications.select_for_update().exclude(state=State.CANCELLED).order_by("id"))
    if _is_written(post, words, publications=publications, member=member):
        return post
    if post.version != version:
        raise StaleVersion(post)
    _require_editable(publications, member=member)
    _require_reach(publications, member=member)
    Post.objects.filter(pk=post.pk).update(version=F("version") + 1, updated_at=now, planned_at=words.planned_at)
    post.refresh_from_db()
    _write(post, words, member=member, publications=publications)
    _replan(post, publications, now=now)
    return post


@transaction.atomic
def ask_for_approval(post: Post, *, member: Membership, now: datetime) -> int:
    """Put a post's drafts before those who may approve, and return how many; a second click moves none."""
    if not post.publications.open_to(member).filter(state__in=UNPLANNED).exists():
        raise NotPossible("no_account")
    moved = _move(post, State.DRAFT, State.IN_REVIEW, member=member, now=now)
    if moved:
        Post.objects.filter(pk=post.pk).update(review_note="")
        record("scheduler.post.approval_asked", post, data={"publications": moved})
    return moved


@transaction.atomic
def approve(post: Post, *, version: int, member: Membership, now: datetime) -> int:
    """Allow what was read: a version that has been replaced meanwhile is refused. Return how many moved."""
    _require_version(post, version)
    moved = _move(post, State.IN_REVIEW, State.APPROVED, member=member, now=now)
    if not moved:
        raise NotPossible("not_in_review")
    record("scheduler.post.approved", post, data={"publications": moved, "version": version})
    return moved


@transaction.atomic
def send_back(post: Post, *, version: int, note: str, member: Membership, now: datetime) -> int:
    """Return a post to its author with what should change. Return how many moved."""
    _require_version(post, version)
    moved = _move(post, State.IN_REVIEW, State.DRAFT, member=member, now=now)
    if not moved:
        raise NotPossible("not_in_review")
    Post.objects.filter(pk=post.pk).update(review_note=note)
    record("scheduler.post.sent_back", post, data={"publications": moved, "version": version})
    return moved


@transaction.atomic
def discard_post(post: Post, *, version: int, member: Membership) -> None:
    """Delete a post of which nothing was ever planned or sent, with its publications. Pictures stay in the gallery."""
    _require_version(post, version)
    publications = list(post.publications.select_for_update().order_by("id"))
    has_history = Delivery.objects.filter(publication__post=post).exists()
    if has_history or not {State(one.state) for one in publications} <= {*UNPLANNED, State.CANCELLED}:
        raise NotPossible("already_planned")
    _require_reach(publications, member=member, states=frozenset(UNPLANNED))
    record("scheduler.post.discarded", post, data={"publications": len(publications)})
    for one in publications:
        record_change("publication", one.pk, social_account=one.social_account_id)
    post.delete()


def _require_version(post: Post, version: int) -> None:
    if Post.objects.select_for_update().values_list("version", flat=True).get(pk=post.pk) != version:
        raise NotPossible("changed_meanwhile")


def _require_editable(publications: Sequence[Publication], *, member: Membership) -> None:
    states = {State(one.state) for one in publications}
    if State.SENDING in states:
        raise NotPossible("being_sent")
    if not states <= EDITABLE:
        raise NotPossible("not_editable")
    if states & ALLOWED and not member.may(Permission.SCHEDULE_POSTS):
        raise NotPossible("needs_planner")


def _require_reach(
    publications: Sequence[Publication], *, member: Membership, states: frozenset[State] = ALLOWED
) -> None:
    """Refuse to change words that stand in one of these states on an account that is not open to this member."""
    if member.all_accounts:
        return
    planned = {one.social_account_id for one in publications if one.state in states}
    if SocialAccount.objects.open_to(member).filter(pk__in=planned).count() < len(planned):
        raise NotPossible("planned_elsewhere")


def _is_written(post: Post, words: Words, *, publications: Sequence[Publication], member: Membership) -> bool:
    """Tell whether these very words already stand: a save whose answer was lost is then no conflict."""
    pictures = [Picture(asset_id=one.asset_id, alt_text=one.alt_text) for one in post.post_assets.all()]
    chosen = {one.social_account_id for one in publications}
    return (
        post.text == words.text
        and post.own_texts == dict(words.own_texts)
        and post.link == words.link
        and post.own_links == dict(words.own_links)
        and post.planned_at == words.planned_at
        and pictures == list(words.pictures)
        and shapes_of(post) == _told(words.shapes)
        and chosen & _open_account_ids(member, chosen | words.account_ids) == words.account_ids
    )


def _write(post: Post, words: Words, *, member: Membership, publications: Sequence[Publication]) -> None:
    post.text, post.own_texts, post.planned_at = words.text, dict(words.own_texts), words.planned_at
    post.link, post.own_links = words.link, dict(words.own_links)
    _set_pictures(post, words.pictures)
    _set_shapes(post, words.shapes)
    _set_accounts(post, words.account_ids, member=member, publications=publications)
    post.search_words = _search_words(post)
    post.is_loose = not post.publications.exists()
    post.save(update_fields=["text", "own_texts", "link", "own_links", "planned_at", "search_words", "is_loose"])


def _search_words(post: Post) -> str:
    said = [text for shape in post.shapes.all() for text in _texts_of(shape)]
    found = words_of(post.text, *post.own_texts.values(), *said)
    return lexemes(found, organisation_id=post.organisation_id)


_SEARCHED = frozenset({OptionType.TEXT, OptionType.LONG_TEXT, OptionType.WORDS})


def _texts_of(shape: PostShape) -> Iterator[str]:
    """Yield what people would look for: of the options their own words, not a choice or an hour."""
    yield shape.first_comment
    yield from map(str, shape.parts)
    for option in options_of(shape.network):
        if option.type in _SEARCHED and option.name in shape.options:
            value = shape.options[option.name]
            yield from map(str, value if isinstance(value, list) else [value])


def options_of(network: str) -> tuple[Option, ...]:
    """Return the options of a network; none of one that this installation no longer speaks."""
    try:
        return provider(network).options
    except KeyError:
        return ()


def shapes_of(post: Post) -> dict[str, Shape]:
    """Return what a post is on each network where it is more than its text; read `with_shapes`, as it was then."""
    rows: Iterable[Any] | None = getattr(post, "shaped", None)
    if rows is None:
        rows = post.shapes.values("network", "form", "options", "option_names", "first_comment", "parts", "cover_id")
    return {
        each["network"]: Shape(
            form=Form(each["form"]),
            options=each["options"],
            option_names=each["option_names"],
            first_comment=each["first_comment"],
            parts=tuple(each["parts"]),
            cover_id=each["cover_id"],
        )
        for each in rows
    }


def _told(shapes: Mapping[str, Shape]) -> dict[str, Shape]:
    return {network: shape for network, shape in shapes.items() if not shape.is_plain}


def _set_shapes(post: Post, shapes: Mapping[str, Shape]) -> None:
    """Replace the shapes by these; a cover that is no longer in the gallery is left out."""
    told = _told(shapes)
    if shapes_of(post) == told:
        return
    wanted = {shape.cover_id for shape in told.values() if shape.cover_id is not None}
    known = set(Asset.objects.filter(pk__in=wanted).values_list("pk", flat=True)) if wanted else set()
    post.shapes.all().delete()
    PostShape.objects.bulk_create(
        PostShape(
            organisation_id=post.organisation_id,
            post=post,
            network=network,
            form=shape.form,
            options=dict(shape.options),
            option_names=dict(shape.option_names),
            first_comment=shape.first_comment,
            parts=list(shape.parts),
            cover_id=shape.cover_id if shape.cover_id in known else None,
        )
        for network, shape in sorted(told.items())
    )


def follow_shape_rewording(shape_ids: Sequence[int], at: datetime) -> None:
    """A person was taken out of what goes with posts: their searches and versions follow."""
    follow_rewording(list(PostShape.objects.filter(pk__in=shape_ids).values_list("post_id", flat=True)), at)


def follow_rewording(post_ids: Sequence[int], at: datetime) -> None:
    """A person was taken out of posts' texts: searches follow, and a page that shows the former text saves no more."""
    for post in Post.objects.filter(pk__in=post_ids).order_by("pk"):
        post.search_words, post.version = _search_words(post), post.version + 1
        post.save(update_fields=["search_words", "version"])


def _set_pictures(post: Post, pictures: Sequence[Picture]) -> None:
    """Replace the pictures by these, in this order; what is no longer in the gallery is left out."""
    before = [Picture(asset_id=one.asset_id, alt_text=one.alt_text) for one in post.post_assets.all()]
    if before == list(pictures):
        return
    known = set(Asset.objects.filter(pk__in=[one.asset_id for one in pictures]).values_list("pk", flat=True))
    post.post_assets.all().delete()
    PostAsset.objects.bulk_create(
        PostAsset(
            organisation_id=post.organisation_id,
            post=post,
            asset_id=one.asset_id,
            alt_text=one.alt_text,
            position=position,
        )
        for position, one in enumerate((one for one in pictures if one.asset_id in known), start=1)
    )


def _set_accounts(
    post: Post, account_ids: frozenset[int], *, member: Membership, publications: Sequence[Publication]
) -> None:
    """Give each chosen account its publication; those this member may not touch stay as they are."""
    chosen = {one.social_account_id: one for one in publications}
    reachable = _open_account_ids(member, account_ids | chosen.keys())
    if not account_ids <= reachable:
        raise NotPossible("account_not_open")
    dropped = [one for key, one in chosen.items() if key in reachable and key not in account_ids]
    if any(one.state not in UNPLANNED for one in dropped):
        raise NotPossible("cancel_first")
    Publication.objects.filter(pk__in=[one.pk for one in dropped], state__in=UNPLANNED).delete()
    state = _state_of_newcomers(publications)
    made = Publication.objects.bulk_create(
        Publication(
            organisation_id=post.organisation_id,
            post=post,
            social_account_id=account_id,
            state=state,
            publish_at=post.planned_at,
        )
        for account_id in sorted(account_ids - chosen.keys())
    )
    post.publications.filter(state__in=UNPLANNED).update(publish_at=post.planned_at)
    for one in (*publications, *made):
        record_change("publication", one.pk, social_account=one.social_account_id)


def _state_of_newcomers(publications: Sequence[Publication]) -> State:
    """An account added during the review is reviewed with the rest; added after it, it is a draft."""
    return State.IN_REVIEW if any(one.state == State.IN_REVIEW for one in publications) else State.DRAFT


def _open_account_ids(member: Membership, account_ids: set[int] | frozenset[int]) -> frozenset[int]:
    found = SocialAccount.objects.connected().open_to(member).filter(pk__in=account_ids)
    return frozenset(found.values_list("pk", flat=True))


def _replan(post: Post, publications: Sequence[Publication], *, now: datetime) -> None:
    """What is already planned must go out with the new words, so its pictures are prepared anew."""
    from scheduler.services.scheduling import prepare_again

    if any(one.state == State.SCHEDULED for one in publications):
        prepare_again(post, now=now)


def _move(post: Post, before: State, after: State, *, member: Membership, now: datetime) -> int:
    """Move those of a post's publications whose accounts are open to this member; the others wait for somebody else."""
    reachable = post.publications.open_to(member).filter(state=before)
    accounts = dict(reachable.order_by("id").values_list("pk", "social_account_id"))
    moved: int = Publication.objects.filter(pk__in=accounts, state=before).update(state=after, state_changed_at=now)
    for publication_id, account_id in accounts.items():
        record_change("publication", publication_id, social_account=account_id)
    return moved
