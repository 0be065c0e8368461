"""What a post is on one network beside its text: kept with the post, carried to the network, searched, judged."""

from dataclasses import replace
from datetime import timedelta

import pytest

from accounts.models import Membership
from config.env import env
from integrations.contract import Form, MediaKind
from lib.claims.claiming import Claim
from lib.tenancy.scope import scope
from scheduler.compositions import composition_of, judge
from scheduler.models import Post, PostShape, Publication, Queue
from scheduler.services import composing, scheduling
from scheduler.services.composing import Picture, Shape, StaleVersion, Words, shapes_of
from scheduler.services.publishing import publish_due
from scheduler.services.work import load
from scheduler.states import State
from tests.factories import NOON, make_asset
from tests.scheduler.conftest import Acme

EVENT = Shape(
    form=Form.EVENT,
    options={"title": "Stollen evening", "starts_at": "2026-12-12T18:00:00+01:00", "topics": ["bread", "yeast"]},
    first_comment="Open from seven.",
)


def member_of(acme: Acme) -> Membership:
    found: Membership = Membership.objects.get(user=acme.alice)
    return found


def write(acme: Acme, shape: Shape, **fields: object) -> Post:
    """A post as the composer saves it, with this shape on the network in memory."""
    account = acme.connect()
    with scope(organisation=acme.organisation.pk, user=acme.alice.pk):
        words = Words(text="Stollen!", account_ids=frozenset({account.pk}), shapes={"memory": shape}, **fields)  # type: ignore[arg-type]
        key = "7d3c2b1a-0000-4000-8000-000000000001"
        return composing.create_post(key, words, member=member_of(acme), now=NOON)  # type: ignore[arg-type]


def test_a_shape_is_kept_with_the_post_and_makes_its_composition(acme: Acme) -> None:
    with scope(organisation=acme.organisation.pk):
        cover, film = make_asset(), make_asset(content_type="video/mp4", duration_ms=12_500)
    shape = Shape(options={"audience": "followers"}, first_comment="Open from seven.", cover_id=cover.pk)
    post = write(acme, shape, pictures=[Picture(asset_id=film.pk)])

    with scope(organisation=acme.organisation.pk):
        found = composition_of(post, "memory")

    assert (found.options, found.first_comment) == ({"audience": "followers"}, "Open from seven.")
    assert found.cover is not None
    assert found.cover.kind is MediaKind.IMAGE
    assert [(each.kind, each.duration) for each in found.media] == [(MediaKind.VIDEO, timedelta(seconds=12.5))]


def test_what_belongs_to_another_form_does_not_go_out(acme: Acme) -> None:
    post = write(acme, replace(EVENT, form=Form.POST, parts=("Second",)))

    with scope(organisation=acme.organisation.pk):
        found = composition_of(post, "memory")

    assert (found.form, found.options, found.parts) == (Form.POST, {"topics": ["bread", "yeast"]}, ())


def test_a_network_without_a_shape_gets_a_plain_post(acme: Acme) -> None:
    post = write(acme, EVENT)

    with scope(organisation=acme.organisation.pk):
        found = composition_of(post, "facebook")

    assert (found.form, found.first_comment, found.options) == (Form.POST, "", {})


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ({"link": "https://a.example"}, ("Stollen!", "https://a.example")),
        ({"link": "https://a.example", "own_texts": {"memory": ""}}, ("", "")),
        (
            {"own_texts": {"memory": "Cake"}, "own_links": {"memory": "https://b.example"}},
            ("Cake", "https://b.example"),
        ),
    ],
)
def test_workers_load_the_same_composition_as_the_composer_shows(
    acme: Acme, words: dict[str, object], said: tuple[str, str]
) -> None:
    with scope(organisation=acme.organisation.pk):
        cover, film = make_asset(), make_asset(content_type="video/mp4", duration_ms=12_500)
    post = write(
        acme,
        replace(EVENT, cover_id=cover.pk, form=Form.THREAD, options={}, parts=("Second", "Third")),
        pictures=[Picture(asset_id=film.pk, alt_text="An oven")],
        **words,
    )
    with scope(organisation=acme.organisation.pk, user=acme.alice.pk):
        [publication] = scheduling.schedule_post(post, publish_at=NOON, actor=acme.alice, now=NOON)
        Publication.objects.update(lease_until=NOON + timedelta(minutes=1))
        shown = composition_of(post, "memory")

    [job] = load([Claim(publication.pk, acme.organisation.pk, publication.lease_token)])

    assert job.composition == shown
    assert (shown.text, shown.link) == said
    assert job.composition.parts == ("Second", "Third")


def test_a_plain_shape_leaves_no_row(acme: Acme) -> None:
    post = write(acme, Shape())

    with scope(organisation=acme.organisation.pk):
        assert not PostShape.objects.filter(post=post).exists()


def test_another_shape_is_another_version_and_a_stale_page_loses_nothing(acme: Acme) -> None:
    post = write(acme, EVENT)
    with scope(organisation=acme.organisation.pk, user=acme.alice.pk):
        member = member_of(acme)
        mine = Words(text="Stollen!", account_ids=frozenset({post.publications.get().social_account_id}))
        same = composing.save_post(post.pk, replace(mine, shapes={"memory": EVENT}), version=1, member=member, now=NOON)
        changed = composing.save_post(
            post.pk,
            replace(mine, shapes={"memory": Shape(first_comment="At eight.")}),
            version=1,
            member=member,
            now=NOON,
        )

        assert (same.version, changed.version) == (1, 2)
        with pytest.raises(StaleVersion):
            composing.save_post(post.pk, mine, version=1, member=member, now=NOON)
        assert shapes_of(Post.objects.get(pk=post.pk)) == {"memory": Shape(first_comment="At eight.")}


def test_words_that_go_with_a_post_are_found_and_choices_are_not(acme: Acme) -> None:
    post = write(acme, replace(EVENT, options={**EVENT.options, "audience": "followers"}))

    with scope(organisation=acme.organisation.pk):
        found = {word: Post.objects.with_words([word]).exists() for word in ("seven", "evening", "yeast", "followers")}

    assert found == {"seven": True, "evening": True, "yeast": True, "followers": False}
    assert post.search_words


def test_an_asset_that_is_a_cover_stays_in_the_gallery(acme: Acme) -> None:
    from gallery.services import InUse, delete_asset

    with scope(organisation=acme.organisation.pk):
        cover = make_asset()
    write(acme, replace(EVENT, cover_id=cover.pk))

    with scope(organisation=acme.organisation.pk), pytest.raises(InUse):
        delete_asset(cover)


def test_the_dispatcher_asks_the_same_judge_as_the_composer(acme: Acme) -> None:
    post = write(acme, replace(EVENT, options={"title": "No hour is given"}))
    with scope(organisation=acme.organisation.pk, user=acme.alice.pk):
        [publication] = scheduling.schedule_post(post, publish_at=NOON, actor=acme.alice, now=NOON)

    publish_due(acme.clock)

    found = acme.fresh(publication)
    assert (found.state, found.reason) == (State.FAILED, "option_missing")
    assert acme.sent == []


def test_where_the_network_fetches_a_missing_address_is_told_before_anything_is_planned(
    acme: Acme, monkeypatch: pytest.MonkeyPatch
) -> None:
    from gallery import media

    acme.network.fetches_media = True
    with scope(organisation=acme.organisation.pk):
        picture = make_asset()
    post = write(acme, Shape(), pictures=[Picture(asset_id=picture.pk, alt_text="A loaf")])
    here = replace(env, public_base_url="http://127.0.0.1:8000", sandbox=False, s3_bucket="")

    def keys() -> list[str]:
        with scope(organisation=acme.organisation.pk):
            return [each.key for each in judge(acme.network, composition_of(post, "memory"), details={})]

    assert keys() == []
    monkeypatch.setattr(media, "env", here)
    assert keys() == ["address_missing"]
    monkeypatch.setattr(media, "env", replace(here, sandbox=True))
    assert keys() == []


def test_a_shape_does_not_change_which_queue_comes_first(acme: Acme) -> None:
    post = write(acme, EVENT)

    with scope(organisation=acme.organisation.pk, user=acme.alice.pk):
        [publication] = scheduling.schedule_post(post, publish_at=NOON, actor=acme.alice, now=NOON)

    assert publication.queue == Queue.PUBLISH
