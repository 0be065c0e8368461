"""Throwing a draft away, and finding the drafts that stand on no account."""

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.permissions import Role
from eventlog.models import Event
from integrations.models import AccountAccess
from scheduler.models import Post, Publication
from scheduler.states import State
from tests.factories import NOON, make_publication, make_user
from tests.scheduler.pages import House


def discard(house: House, post: Post, browser: Client | None = None, *, version: int | None = None) -> Any:
    """Press the button of the composer's page."""
    page = house.sent(key=str(post.key), version=str(version or post.version), act="discard")
    return (browser or house.browser()).post(house.url(f"posts/{post.pk}/edit/"), page)


def exists(house: House, post: Post) -> bool:
    with house.scope():
        return bool(Post.objects.filter(pk=post.pk).exists())


def test_a_draft_goes_with_its_publications_and_the_event_stays(house: House) -> None:
    post = house.compose()

    answer = discard(house, post)

    assert answer["Location"] == house.url("posts/")
    assert not exists(house, post)
    with house.scope():
        assert Publication.objects.count() == 0
        event = Event.objects.get(name="scheduler.post.discarded")
    assert (event.subject_name, event.data) == ("The stollen is back.", {"publications": 1})


def test_a_page_that_was_never_saved_has_nothing_to_lose(house: House) -> None:
    answer = house.browser().post(house.url("compose/"), house.sent(act="discard"))

    assert answer["Location"] == house.url("posts/")
    with house.scope():
        assert Post.objects.count() == 0


@pytest.mark.parametrize("state", [State.SCHEDULED, State.PUBLISHED, State.FAILED, State.OUTCOME_UNKNOWN])
def test_what_was_planned_or_sent_stays(house: House, state: State) -> None:
    post = house.compose()
    with house.scope():
        fields = {"network_id": "1"} if state == State.PUBLISHED else {}
        Publication.objects.filter(post=post).update(state=state, publish_at=NOON, **fields)

    answer = discard(house, post)

    assert answer.status_code in {302, 403}
    assert exists(house, post)


def test_what_was_once_sent_stays_though_it_was_cancelled(house: House) -> None:
    post = house.compose()
    with house.scope():
        cancelled = make_publication(post=post, social_account=house.x, state=State.CANCELLED, available_at=None)
        cancelled.deliveries.create(number=1, lease_token=1, fingerprint="f", started_at=timezone.now())

    discard(house, post)

    assert exists(house, post)


def test_words_that_a_colleague_has_just_written_stay(house: House) -> None:
    post = house.compose()
    with house.scope():
        Post.objects.update(version=7)

    answer = discard(house, post, version=1)

    assert answer["Location"] == house.url(f"posts/{post.pk}/edit/")
    assert exists(house, post)


def test_who_may_not_write_or_has_not_all_its_accounts_may_not(house: House) -> None:
    post = house.compose()
    approver = house.join("Ruth", Role.APPROVER)
    contributor = house.join("Tom", Role.CONTRIBUTOR)
    with house.scope():
        make_publication(post=post, social_account=house.x, state=State.DRAFT, available_at=None)
        contributor.all_accounts = False
        contributor.save()
        AccountAccess.objects.create(membership=contributor, social_account=house.page)

    assert discard(house, post, house.browser(approver.user)).status_code == 404
    assert discard(house, post, house.browser(contributor.user)).status_code == 302
    assert discard(house, post, house.browser(make_user("Charlie"))).status_code == 404
    assert exists(house, post)


def test_a_draft_on_no_account_stands_among_the_drafts_until_it_has_one(house: House) -> None:
    house.browser().post(house.url("compose/"), house.sent(text="Lonely loaf"), headers={"X-Autosave": "1"})
    with house.scope():
        post = Post.objects.get()
    drafts = house.url("posts/?state=draft")

    assert post.is_loose
    assert "Lonely loaf" in house.browser().get(drafts).content.decode()
    assert "Lonely loaf" in house.browser().get(drafts + "&q=LONE").content.decode()
    assert "Lonely loaf" not in house.browser().get(drafts + "&q=stollen").content.decode()
    assert "Lonely loaf" not in house.browser().get(house.url("posts/")).content.decode()
    approver = house.join("Ruth", Role.APPROVER)
    assert "Lonely loaf" not in house.browser(approver.user).get(drafts).content.decode()

    page = house.sent(key=str(post.key), version="1", text="Lonely loaf", account=[house.x.pk])
    house.browser().post(house.url(f"posts/{post.pk}/edit/"), page, headers={"X-Autosave": "1"})

    with house.scope():
        assert not Post.objects.get().is_loose
    assert "On no account yet" not in house.browser().get(drafts).content.decode()
