"""The page of a publication that is out: what is left to decide about it, and what may still be done to it."""

from typing import Any

import pytest
from django.utils import timezone

from accounts.permissions import Role
from integrations import registry
from integrations.testing import InMemoryProvider
from notifications.models import Notice
from notifications.wording import wording_of
from scheduler import outcomes
from scheduler.models import Amendment, FollowUp, PostShape, Publication, Queue
from scheduler.states import State
from tests.factories import NOON, make_post, make_publication
from tests.scheduler.pages import House


@pytest.fixture
def network() -> Any:
    """Both networks as the one in memory plays them."""
    with registry.replaced({"facebook": InMemoryProvider(key="facebook"), "x": InMemoryProvider(key="x")}):
        yield registry.provider("facebook")


def out(house: House, **fields: Any) -> Publication:
    with house.scope():
        post = make_post("The stollen is back.", author=house.alice)
        return make_publication(
            post=post,
            social_account=house.page,
            state=State.PUBLISHED,
            queue=Queue.AFTER,
            network_id="77",
            permalink="https://facebook.com/77",
            published_at=NOON,
            **{"available_at": None, **fields},
        )


def refused(house: House) -> Publication:
    publication = out(
        house,
        reason="follow_up_refused",
        reason_data={"name": "first_comment", "key": "rate_limited", "detail": "Comments are closed <b>here</b>."},
    )
    with house.scope():
        PostShape.objects.create(post=publication.post, network="facebook", first_comment="Open from seven.")
        FollowUp.objects.create(
            publication=publication,
            name="first_comment",
            number=1,
            lease_token=1,
            outcome=FollowUp.Outcome.REFUSED,
            started_at=NOON,
        )
    return publication


def test_it_says_what_was_refused_and_why_and_offers_both_ways(house: House, network: InMemoryProvider) -> None:
    publication = refused(house)

    page = house.browser().get(house.url(f"publications/{publication.pk}/")).content.decode()

    assert "Facebook refused the first comment." in page
    assert "Comments are closed &lt;b&gt;here&lt;/b&gt;." in page
    assert f"publications/{publication.pk}/follow-up/again/" in page
    assert f"publications/{publication.pk}/let-be/" in page
    assert "Open from seven." in page


def test_a_person_has_it_tried_again_or_lets_it_be_once(house: House, network: InMemoryProvider) -> None:
    publication = refused(house)
    url = house.url(f"publications/{publication.pk}/follow-up/again/")

    for _click in range(2):
        assert house.browser().post(url).status_code == 302

    with house.scope():
        found = Publication.objects.get(pk=publication.pk)
        assert (found.reason, found.queue, found.available_at is not None) == ("", Queue.AFTER, True)
        assert [each.outcome for each in FollowUp.objects.all()] == ["again"]


def test_an_edit_asks_for_words_and_is_left_to_a_worker(house: House, network: InMemoryProvider) -> None:
    publication = out(house)
    url = house.url(f"publications/{publication.pk}/edit/")

    empty = house.browser().post(url, {"text": ""})
    sent = house.browser().post(url, {"text": "The stollen is back on Saturday.\r\n"})

    assert (empty.status_code, sent.status_code) == (422, 302)
    with house.scope():
        [amendment] = Amendment.objects.all()
        assert (amendment.act, amendment.state, amendment.text) == (
            "edit",
            "waiting",
            "The stollen is back on Saturday.\n",
        )
        assert Publication.objects.get(pk=publication.pk).available_at is not None


def test_deleting_there_is_offered_to_planners_and_said_afterwards(house: House, network: InMemoryProvider) -> None:
    publication = out(house)
    path = house.url(f"publications/{publication.pk}/")
    author = house.join("Ana", Role.ANALYST)

    assert "Delete on Facebook" in house.browser().get(path).content.decode()
    assert "Delete on Facebook" not in house.browser(author.user).get(path).content.decode()
    assert house.browser(author.user).post(f"{path}delete/").status_code == 403
    assert house.browser().post(f"{path}delete/").status_code == 302
    with house.scope():
        Publication.objects.filter(pk=publication.pk).update(deleted_at=timezone.now())
    page = house.browser().get(path).content.decode()

    assert "deleted there" in page
    assert "Delete on Facebook" not in page


def test_what_a_network_does_not_offer_has_no_button(house: House, network: InMemoryProvider) -> None:
    network.edits_posts = network.deletes_posts = False
    publication = out(house)

    page = house.browser().get(house.url(f"publications/{publication.pk}/")).content.decode()

    assert "Delete on Facebook" not in page
    assert "Change its words" not in page


def test_it_is_on_home_and_in_the_list_of_what_is_to_decide(house: House, network: InMemoryProvider) -> None:
    refused(house)

    home = house.browser().get(house.url()).content.decode()
    listed = house.browser().get(house.url("posts/?state=decide")).content.decode()

    assert "is out on Facebook, and something is left to decide" in home
    assert "Facebook refused the first comment." in listed


def test_its_author_is_told_with_the_reason(house: House, network: InMemoryProvider) -> None:
    publication = refused(house)
    with house.scope():
        outcomes.tell([publication], now=timezone.now())
        [notice] = Notice.objects.all()

        wording = wording_of(notice)

    assert notice.kind == Notice.Kind.AFTER
    assert "is out on Facebook" in wording.title
    assert wording.text.startswith("It is out, but Facebook refused the first comment.")


def test_one_that_the_network_still_judges_says_so(house: House, network: InMemoryProvider) -> None:
    publication = out(house, is_judged=False, reason="awaiting_verdict", available_at=timezone.now())

    page = house.browser().get(house.url(f"publications/{publication.pk}/")).content.decode()

    assert "still being judged there" in page
