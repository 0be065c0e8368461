"""A member with chosen accounts decides about those only, also where one post goes to others as well."""

from dataclasses import dataclass
from datetime import timedelta

import pytest
from django.test import Client

from accounts.models import Membership
from accounts.permissions import Role
from integrations.models import SocialAccount
from integrations.services.access import set_account_access
from lib.tenancy.scope import scope
from scheduler.models import Post, Publication
from scheduler.services import composing, scheduling
from scheduler.services.composing import Words
from scheduler.services.refusals import NotPossible
from scheduler.states import State
from tests.factories import (
    NOON,
    make_membership,
    make_organisation,
    make_post,
    make_publication,
    make_social_account,
    make_user,
)

pytestmark = pytest.mark.django_db


@dataclass
class House:
    """Bob plans for Acme's page, and for its X account he does not. One post goes to both."""

    bob: Membership
    post: Post
    page: SocialAccount
    x: SocialAccount

    def plan(self, state: State) -> None:
        for account in (self.page, self.x):
            make_publication(post=self.post, social_account=account, state=state, available_at=None, publish_at=NOON)

    @property
    def states(self) -> dict[str, str]:
        return dict(Publication.objects.values_list("social_account__network", "state"))


@pytest.fixture
def house() -> House:
    organisation = make_organisation("Acme")
    bob = make_membership(organisation, make_user("Bob"), Role.PLANNER)
    with scope(organisation=organisation.pk):
        page, x = make_social_account("facebook"), make_social_account("x")
        set_account_access(bob, [page.pk])
        return House(bob=bob, post=make_post(own_texts={"x": "Short"}), page=page, x=x)


def test_approval_covers_only_accounts_that_are_open(house: House) -> None:
    with scope(organisation=house.bob.organisation_id, user=house.bob.user_id):
        house.plan(State.IN_REVIEW)

        assert composing.approve(house.post, version=1, member=house.bob, now=NOON) == 1
        assert house.states == {"facebook": State.APPROVED, "x": State.IN_REVIEW}


def test_sending_back_and_asking_cover_only_accounts_that_are_open(house: House) -> None:
    with scope(organisation=house.bob.organisation_id, user=house.bob.user_id):
        house.plan(State.IN_REVIEW)

        assert composing.send_back(house.post, version=1, note="Shorter.", member=house.bob, now=NOON) == 1
        assert house.states == {"facebook": State.DRAFT, "x": State.IN_REVIEW}
        assert composing.ask_for_approval(house.post, member=house.bob, now=NOON) == 1


def test_scheduling_covers_only_accounts_that_are_open(house: House) -> None:
    with scope(organisation=house.bob.organisation_id, user=house.bob.user_id):
        house.plan(State.APPROVED)
        at = NOON + timedelta(days=1)

        [planned] = scheduling.schedule_post(
            house.post, publish_at=at, actor=house.bob.user, now=NOON, member=house.bob
        )

        assert planned.social_account == house.page
        assert house.states == {"facebook": State.SCHEDULED, "x": State.APPROVED}


def test_words_that_are_allowed_elsewhere_do_not_change(house: House) -> None:
    words = Words(text="Other words", account_ids=frozenset({house.page.pk}), planned_at=NOON)
    with scope(organisation=house.bob.organisation_id, user=house.bob.user_id):
        house.plan(State.APPROVED)

        with pytest.raises(NotPossible) as refused:
            composing.save_post(house.post.pk, words, version=1, member=house.bob, now=NOON)

        assert refused.value.key == "planned_elsewhere"
        house.post.refresh_from_db()
        assert house.post.text == "The stollen is back on Friday."


def test_a_page_without_a_field_for_a_network_keeps_its_own_text(house: House, client: Client) -> None:
    organisation_id = house.bob.organisation_id
    with scope(organisation=organisation_id):
        house.plan(State.DRAFT)
    client.force_login(house.bob.user)
    page = {"key": str(house.post.key), "version": "1", "text": "New words", "account": [house.page.pk]}

    answer = client.post(f"/o/acme/posts/{house.post.pk}/edit/", page, headers={"X-Autosave": "1"})

    assert answer.status_code == 200
    with scope(organisation=organisation_id):
        saved = Post.objects.get(pk=house.post.pk)
        assert (saved.text, saved.own_texts) == ("New words", {"x": "Short"})


def test_a_story_shows_no_sibling_on_a_closed_account(house: House, client: Client) -> None:
    with scope(organisation=house.bob.organisation_id):
        house.plan(State.FAILED)
        mine = Publication.objects.get(social_account=house.page)
        theirs = Publication.objects.get(social_account=house.x)
    client.force_login(house.bob.user)

    answer = client.get(f"/o/acme/publications/{mine.pk}/")

    assert answer.status_code == 200
    assert f"/publications/{theirs.pk}/" not in answer.content.decode()
    assert client.get(f"/o/acme/publications/{theirs.pk}/").status_code == 404
    assert client.post(f"/o/acme/publications/{theirs.pk}/retry/").status_code == 404


def test_a_key_of_somebody_elses_page_opens_nothing(house: House, client: Client) -> None:
    client.force_login(house.bob.user)
    page = {"key": str(house.post.key), "version": "0", "text": "Mine now"}

    assert client.post("/o/acme/compose/", page).status_code == 404
    with scope(organisation=house.bob.organisation_id):
        assert Post.objects.get().text == "The stollen is back on Friday."


def test_no_proxy_keeps_a_page_of_an_organisation(house: House, client: Client) -> None:
    client.force_login(house.bob.user)

    assert client.get("/o/acme/posts/").headers["Cache-Control"] == "private, no-cache"
